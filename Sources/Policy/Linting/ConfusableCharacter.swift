// SPDX-License-Identifier: Apache-2.0

/// Finds characters in texts that look like others, or that cannot be seen.
enum ConfusableCharacter {
  static func check(_ policy: CheckedPolicy) -> [Diagnostic] {
    policy.filters.flatMap { filter in
      guard filter.type?.isText == true else { return [Diagnostic]() }
      return filter.values.compactMap { value in
        Confusable.plain(value.word.text).map { .confusable(filter, value.word, $0) }
      }
    }
  }
}

extension LintRule {
  static let confusableCharacter = LintRule(
    "confusable-character", .warning, "No text has characters that only look like others",
    rationale: """
      A blank without width, a letter of another script among those of ASCII, a long dash or a \
      curled quote: they come along when text is copied, and what is compared is never equal.
      """,
    good: [Example.policy(scope: "[comm=nginx]"), Example.policy(scope: "[comm=пример]")],
    bad: [
      Example.policy(scope: "[comm=ngin\u{445}]"), Example.policy(scope: "[comm=ng\u{200b}inx]"),
    ], isFixable: true)
}

extension Diagnostic {
  fileprivate static func confusable(
    _ filter: CheckedFilter, _ word: FilterExpression.Word, _ plain: String
  ) -> Self {
    let source = filter.expression.source
    let odd = word.text.unicodeScalars.first {
      !$0.isASCII && Confusable.plain("a\($0)") != nil
    }
    let code =
      odd.map { "U+" + String($0.value, radix: 16, uppercase: true).leftPadded(to: 4) } ?? ""
    let isSafe = !plain.contains { "\",".contains($0) } && source.verbatimStart != nil
    return Self(
      .confusableCharacter,
      "`\(Visible.text(word.text))` has the character \(code), which only looks like another or like nothing",
      source: source.source, range: word.range, help: "write `\(plain)`",
      fix: isSafe && !plain.isEmpty ? Fix(range: word.range, replacement: plain) : nil)
  }
}

extension String {
  /// Returns the text with zeros before it, at least of a length.
  fileprivate func leftPadded(to length: Int) -> String {
    String(repeating: "0", count: Swift.max(0, length - count)) + self
  }
}
