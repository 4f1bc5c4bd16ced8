// SPDX-License-Identifier: Apache-2.0

/// Finds expressions in a flow list that YAML split at a comma: `[data.dst_port=80,443]` has two elements.
///
/// An element belongs to the one before it if it follows the comma without a blank and is neither an expression nor a
/// word of the language.
enum UnquotedComma {
  /// Returns the elements with split ones joined again, and adds a finding for each.
  static func join(
    _ elements: [YAMLNode], words: Set<String>, in file: SourceFile,
    _ diagnostics: inout [Diagnostic]
  ) -> [YAMLNode] {
    var joined: [YAMLNode] = []
    var index = elements.startIndex
    while index < elements.endIndex {
      let first = elements[index]
      var parts = [first]
      index += 1
      while index < elements.endIndex, let last = parts.last,
        belongs(elements[index], behind: last, of: first, words, file)
      {
        parts.append(elements[index])
        index += 1
      }
      let whole = parts.count > 1 ? whole(parts) : first
      if parts.count > 1, let text = whole.text { diagnostics.append(.unquotedComma(text)) }
      joined.append(whole)
    }
    return joined
  }

  private static func belongs(
    _ part: YAMLNode, behind last: YAMLNode, of first: YAMLNode, _ words: Set<String>,
    _ file: SourceFile
  ) -> Bool {
    guard case .scalar(let start, isPlain: true) = first.content,
      case .scalar(let rest, isPlain: true) = part.content
    else { return false }
    return start.verbatimStart != nil && rest.verbatimStart != nil && hasOperator(start.text)
      && !hasOperator(rest.text) && !words.contains(rest.text)
      && file.text(of: SourceRange(start: last.range.end, end: part.range.start)) == ","
  }

  /// Returns one text of consecutive parts, with commas between them.
  private static func whole(_ parts: [YAMLNode]) -> YAMLNode {
    let texts = parts.compactMap(\.text)
    guard let first = texts.first, let last = texts.last else { return parts[0] }
    let range = SourceRange(start: first.range.start, end: last.range.end)
    let text = SourceText(
      text: texts.map(\.text).joined(separator: ","), source: first.source, range: range,
      verbatimStart: first.verbatimStart)
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
      .unquotedComma, "the comma splits `\(text.text)` into several elements of the list",
      at: text,
      help: isPlain ? "quote it: \(quoted)" : "quote it",
      fix: isPlain ? Fix(range: text.range, replacement: quoted) : nil)
  }
}
