// SPDX-License-Identifier: Apache-2.0

import Foundation
import Policy

/// What holds for the findings of any source.
enum FindingClaims {
  /// Claims that findings have places in their source, that their codes are known, and, where they are to be shown, that
  /// every form of them can be.
  static func check(_ findings: [Diagnostic], in file: SourceFile, areShown: Bool) {
    for finding in findings { check(finding, in: file) }
    guard areShown, !findings.isEmpty else { return }
    let concise = ConciseRenderer.render(findings)
    claim(concise.utf8.count { $0 == 10 } == findings.count, "a finding is one line: \(concise)")
    let commands = GitHubRenderer.render(findings)
    claim(commands.utf8.count { $0 == 10 } == findings.count, "a command is one line: \(commands)")
    for isColoured in [false, true] {
      let text = TextRenderer(sources: [file], isColoured: isColoured).render(findings)
      let acting = text.unicodeScalars.first { isActing($0) && !(isColoured && $0 == "\u{1b}") }
      claim(acting == nil, "a scalar that acts is shown: \(text.debugDescription)")
    }
    claimJSON(JSONRenderer.render(findings, files: 1, policies: 1))
    let rules = LintRules.all.filter { rule in findings.contains { $0.code == rule.code } }
    claimJSON(SARIFRenderer.render(findings, rules: rules, version: "0"))
  }

  private static func check(_ finding: Diagnostic, in file: SourceFile) {
    for range in [finding.range, finding.fix?.range].compactMap({ $0 })
      + finding.related.map(\.range)
    {
      claim(
        range.start.offset <= range.end.offset && range.end.offset <= file.bytes.count,
        "a place outside: \(finding)")
      for place in [range.start, range.end] {
        claim(file.position(atByte: place.offset) == place, "a wrong place: \(finding)")
      }
    }
    let rule = LintRules.rule(finding.code)
    claim(rule != nil, "an unknown code: \(finding)")
    claim(finding.fix == nil || rule?.isFixable == true, "a fix nobody told of: \(finding)")
  }

  /// Whether a scalar acts instead of being seen; a line break does its work.
  private static func isActing(_ scalar: Unicode.Scalar) -> Bool {
    scalar != "\n" && scalar.properties.generalCategory == .control
  }

  private static func claimJSON(_ text: String) {
    let value = try? JSONSerialization.jsonObject(with: Data(text.utf8))
    claim(value is [String: Any], "no JSON: \(text)")
  }
}
