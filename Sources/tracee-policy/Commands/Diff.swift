// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Pipeline
import Policy

/// Shows what a change of policies changes, in packets; needs no privilege and no kernel.
struct Diff: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show which packets a change of policies gains and loses.",
    discussion: """
      OLD and NEW are files or directories with policies. Each difference comes with a packet and an owner that can be \
      given to explain. Exits with 0 when both report the same, with 1 when they differ, and with 2 when one of them \
      cannot be used. With --no-gain or --no-loss only that counts as a difference.
      """)

  /// How differences are shown.
  enum Format: String, CaseIterable, ExpressibleByArgument {
    case text, json, markdown
  }

  @Argument(help: "The policies before.", completion: .file())
  var old: String

  @Argument(help: "The policies after.", completion: .file())
  var new: String

  @Option(help: "How differences are shown.")
  var format = Format.text

  @Flag(help: "Exit with 1 when something is gained.")
  var noGain = false

  @Flag(help: "Exit with 1 when something is lost.")
  var noLoss = false

  @Option(help: "Compare what both report of this pcap or pcapng file, too.", completion: .file())
  var capture: String?

  func run() throws {
    let (before, after) = (try policies(old), try policies(new))
    guard let oldPlan = ExplainedPlan(before), let newPlan = ExplainedPlan(after) else {
      throw ExitCode.worldRefused
    }
    var difference = PolicyDifference(from: oldPlan, to: newPlan)
    if let old = cost(of: before, oldPlan), let new = cost(of: after, newPlan) {
      difference.cost = (old, new)
    }
    try StandardOutput.write(text(of: difference))
    if let capture, let old = before.plan, let new = after.plan {
      for line in try lines(of: capture, old, new) { StandardError.report(line) }
    }
    if isDifferent(difference) { throw ExitCode.findings }
  }

  /// What differs in a capture.
  private func lines(of path: String, _ old: TracePlan, _ new: TracePlan) throws -> [String] {
    do {
      guard let counts = try CaptureTest.difference(of: path, from: old, to: new) else {
        StandardError.report("both sets have more than \(TracePlan.ruleLimit) rules together")
        throw ExitCode.worldRefused
      }
      return counts.lines(about: "capture")
    } catch let error as CaptureError {
      StandardError.report(error.description)
      throw ExitCode.worldRefused
    }
  }

  /// What is not known counts, because it may be a gain or a loss.
  private func isDifferent(_ difference: PolicyDifference) -> Bool {
    guard noGain || noLoss else { return !difference.isNothing }
    let sides: [PolicyDifference.Side] = (noGain ? [.gained] : []) + (noLoss ? [.lost] : [])
    return sides.contains { side in
      difference.has(side) || difference.doubts.contains { $0.side == side }
    }
  }

  /// - Throws: the exit code, after saying what is wrong.
  private func policies(_ path: String) throws(ExitCode) -> CheckedSet {
    let checked = PolicySet.load(paths: [path]).checked()
    for failure in checked.failures { StandardError.report("\(failure.path): \(failure.reason)") }
    let errors = checked.diagnostics.filter { $0.severity == .error }
    StandardError.write(TextRenderer(sources: checked.sources).render(errors))
    guard checked.failures.isEmpty, checked.plan != nil else { throw .worldRefused }
    return checked
  }

  private func cost(of checked: CheckedSet, _ plan: ExplainedPlan) -> PolicyDifference.Cost? {
    guard let trace = checked.plan else { return nil }
    let tables = KernelTables(trace, generation: 1)
    return PolicyDifference.Cost(
      rules: plan.rules.count, bytes: tables.bytes, userSpaceFilters: tables.undecidedClauses)
  }

  private func text(of difference: PolicyDifference) -> String {
    switch format {
    case .text: difference.text
    case .json: difference.json.rendered() + "\n"
    case .markdown: difference.markdown
    }
  }
}
