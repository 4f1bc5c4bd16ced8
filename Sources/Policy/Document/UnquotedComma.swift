/// Finds expressions of a list in brackets that YAML split at a comma: `[data.dst_port=80,443]` has two elements.
///
/// The second is recognised because it follows the comma without a blank, and is neither an expression nor a word.
enum UnquotedComma {
  /// The elements with those put together again that were split, each with a finding.
  static func join(
    _ elements: [YAMLNode], words: Set<String>, in file: SourceFile,
    _ diagnostics: inout [Diagnostic]
  ) -> [YAMLNode] {
    var joined: [YAMLNode] = []
    var split: Set<Int> = []
    for element in elements {
      guard let last = joined.last, let text = whole(last, element, words, file) else {
        joined.append(element)
        continue
      }
      joined[joined.count - 1] = text
      split.insert(joined.count - 1)
    }
    diagnostics += split.sorted().compactMap { joined[$0].text }.map { .unquotedComma($0) }
    return joined
  }

  private static func whole(
    _ first: YAMLNode, _ second: YAMLNode, _ words: Set<String>, _ file: SourceFile
  ) -> YAMLNode? {
    guard case .scalar(let start, isPlain: true) = first.content,
      case .scalar(let rest, isPlain: true) = second.content,
      let verbatim = start.verbatimStart, rest.verbatimStart != nil,
      hasOperator(start.text), !hasOperator(rest.text), !words.contains(rest.text),
      file.text(of: SourceRange(start: first.range.end, end: second.range.start)) == ","
    else { return nil }
    let range = SourceRange(start: first.range.start, end: second.range.end)
    let text = SourceText(
      text: start.text + "," + rest.text, source: start.source, range: range,
      verbatimStart: verbatim)
    return YAMLNode(content: .scalar(text, isPlain: true), range: range)
  }

  private static func hasOperator(_ text: String) -> Bool {
    text.utf8.contains { "=<>".utf8.contains($0) }
  }
}

extension Diagnostic {
  fileprivate static func unquotedComma(_ text: SourceText) -> Self {
    let quoted = text.text.contains("\"") ? "'\(text.text)'" : "\"\(text.text)\""
    let isPlain = !(text.text.contains("\"") && text.text.contains("'") || text.text.contains("\\"))
    return Self(
      .error, LintRule.unquotedComma.code, "the comma splits `\(text.text)` in a list in brackets",
      source: text.source, range: text.range,
      help: isPlain ? "put it in quotes: \(quoted)" : "put it in quotes",
      fix: isPlain ? Fix(range: text.range, replacement: quoted) : nil)
  }
}
