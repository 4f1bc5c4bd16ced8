// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Pipeline
import Policy

/// Shows how each rule of the policies is compiled, or which rules match a packet.
///
/// Needs no privileges and no kernel.
struct Explain: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show how rules are compiled, or which rules match a packet.",
    discussion: """
      Each rule has a bit, and each filter is decided either in the kernel's tables or in user \
      space. With --packet, shows which rules match the packet, and why the others don't; with \
      --expect, exits with 1 if the answer is another.
      """)

  /// The answer that a caller expects.
  enum Expectation: String, CaseIterable, ExpressibleByArgument {
    case match
    case noMatch = "no-match"
  }

  /// The output format of the explanation.
  enum Format: String, CaseIterable, ExpressibleByArgument {
    case text, json
  }

  @OptionGroup var selection: SelectionOptions

  @Option(help: "The output format.")
  var format = Format.text

  @Option(
    help: ArgumentHelp(
      "Show which rules match this packet: 'egress tcp 10.0.0.5:40000 > 1.1.1.1:443 SYN'.",
      discussion: "Append TCP flags and fields with values, such as data.proto_ipv4.TTL=1."),
    transform: { try PacketExpression($0) })
  var packet: PacketExpression?

  @Option(
    help: ArgumentHelp(
      "The owner of the packet: 'comm=curl uid=1000'. Default: no owner.",
      discussion: "Keys of scopes with values; keys that are not given may have any value."),
    transform: { try OwnerExpression($0) })
  var owner: OwnerExpression?

  @Option(
    help: ArgumentHelp(
      "Exit with 1 unless a rule matches the packet, or with no-match, unless none does.",
      discussion: "What depends on values that are not given is neither."))
  var expect: Expectation?

  func validate() throws {
    if expect != nil, packet == nil { throw ValidationError("--expect needs --packet") }
    if owner != nil, packet == nil { throw ValidationError("--owner needs --packet") }
  }

  func run() throws {
    let checked = try selection.accepted()
    guard var explained = ExplainedPlan(checked), let plan = checked.plan else {
      throw ExitCode.findings
    }
    if let packet {
      let match = ExplainedMatch(explained, packet: packet, owner: owner)
      try StandardOutput.write(format == .text ? match.text : match.json.rendered() + "\n")
      try check(match)
      return
    }
    explained.add(KernelTables(plan, generation: 1))
    try StandardOutput.write(
      format == .text ? explained.text : explained.json.rendered() + "\n")
  }

  /// Compares the answer with the expected one.
  ///
  /// - Throws: exit code 1 after printing how they differ.
  private func check(_ match: ExplainedMatch) throws(ExitCode) {
    func count(_ verdict: ExplainedMatch.Verdict) -> Int {
      match.outcomes.count { $0.verdict == verdict }
    }
    let (matching, depending) = (count(.yes), count(.depends))
    switch expect {
    case .match where matching == 0:
      StandardError.report("expected a match: no rule matches, \(depending) depend on more")
    case .noMatch where matching + depending > 0:
      StandardError.report(
        "expected no match: \(matching) rules match, \(depending) depend on more")
    default: return
    }
    throw .findings
  }
}
