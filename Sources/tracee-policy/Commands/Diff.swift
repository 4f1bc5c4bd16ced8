// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Pipeline
import Policy

/// Shows which packets a change of policies gains and loses; needs no privileges and no kernel.
struct Diff: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show which packets a change of policies gains and loses.",
    discussion: """
      OLD and NEW are policy files or directories. Each difference has a packet and an owner that can be passed to \
      explain. Exits with 0 if both report the same, with 1 if they differ or may differ, and with 2 if one of them \
      cannot be used. With --no-gain or --no-loss, only gains or only losses count.
      """)

  /// The output format of differences.
  enum Format: String, CaseIterable, ExpressibleByArgument {
    case text, json, markdown
  }

  @Argument(help: "The policies before.", completion: .file())
  var old: String

  @Argument(help: "The policies after.", completion: .file())
  var new: String

  @Option(help: "The output format.")
  var format = Format.text

  @Flag(help: "Exit with 1 only if something is or may be gained.")
  var noGain = false

  @Flag(help: "Exit with 1 only if something is or may be lost.")
  var noLoss = false

  @Option(help: "Also count what both report for this pcap or pcapng file.", completion: .file())
  var capture: String?

  @OptionGroup var variables: VariableOptions

  func run() throws {
    let values = try variables.read().variables
    let (before, after) = (try policies(old, values), try policies(new, values))
    guard let oldPlan = ExplainedPlan(before), let newPlan = ExplainedPlan(after) else {
      throw ExitCode.worldRefused
    }
    var difference = PolicyDifference(from: oldPlan, to: newPlan)
    if let old = before.plan, let new = after.plan { difference.addSignatures(from: old, to: new) }
    if let old = cost(of: before, oldPlan), let new = cost(of: after, newPlan) {
      difference.cost = (old, new)
    }
    if let capture, let old = before.plan, let new = after.plan {
      difference.capture = try self.difference(of: capture, old, new)
    }
    try StandardOutput.write(text(of: difference))
    if isDifferent(difference) { throw ExitCode.findings }
  }

  /// Returns what differs in a capture.
  ///
  /// - Throws: the exit code, after printing why the capture cannot be compared.
  private func difference(
    of path: String, _ old: TracePlan, _ new: TracePlan
  ) throws(ExitCode) -> CaptureDifference {
    let found: CaptureDifference?
    do { found = try CaptureComparison.difference(of: path, from: old, to: new) } catch {
      StandardError.report("\(error)")
      throw .worldRefused
    }
    guard let found else {
      StandardError.report("both sets have more than \(TracePlan.ruleLimit) rules together")
      throw .worldRefused
    }
    return found
  }

  /// Returns whether the sets count as different; what is undecided may be a gain or a loss.
  private func isDifferent(_ difference: PolicyDifference) -> Bool {
    guard noGain || noLoss else { return !difference.isNothing }
    let sides: [PolicyDifference.Side] = (noGain ? [.gained] : []) + (noLoss ? [.lost] : [])
    return sides.contains { side in
      difference.has(side) || difference.doubts.contains { $0.side == side }
    }
  }

  /// Returns the checked policies of a path.
  ///
  /// - Throws: the exit code, after printing what is wrong.
  private func policies(_ path: String, _ values: Variables) throws(ExitCode) -> CheckedSet {
    let checked = PolicySet.load(paths: [path], variables: values).checked()
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
