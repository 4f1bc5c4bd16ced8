// SPDX-License-Identifier: Apache-2.0

@testable import Policy

/// Reads any bytes as a policy file, shows what is wrong with it, and mends it.
enum FuzzPolicies: FuzzTarget {
  static let name = "policies"
  static var seeds: [[UInt8]] {
    let examples = LintRules.all.flatMap { $0.good + $0.bad }
    return examples.map { Array($0.utf8) }
  }

  static func check(_ bytes: RawSpan) {
    let file = SourceFile(name: "x", bytes: bytes.array)
    let set = PolicySet.parse([file])
    let checked = set.checked()
    FindingClaims.check(checked.diagnostics, in: file, areShown: turn.comes())
    claim(
      (checked.plan == nil) == (checked.count(.error) > 0), "there is a plan, or there is an error")
    claim(checked.plan?.rules.isEmpty != true, "a plan traces something")

    let mended = set.withFixes()
    claim(
      mended.withFixes().sources == mended.sources,
      "what was mended can be mended again: \(String(decoding: mended.sources[0].bytes, as: UTF8.self))"
    )
    // What no packet can match is mended to what was meant.
    let matchesNothing = checked.diagnostics.contains { finding in
      finding.fix != nil && ["unlikely-value", "confusable-character"].contains(finding.code)
    }
    if let plan = checked.plan, !matchesNothing {
      claim(mended.checked().plan == plan, "mending changed what a right policy means")
    }
  }

  private nonisolated(unsafe) static var turn = Turn(each: 8)
}
