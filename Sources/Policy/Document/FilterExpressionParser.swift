// SPDX-License-Identifier: Apache-2.0

extension FilterExpression {
  /// Parses an expression; nil if it is malformed, with a finding in `diagnostics`.
  public init?(parsing source: SourceText, into diagnostics: inout [Diagnostic]) {
    var parser = FilterExpressionParser(source)
    let expression = parser.parse()
    diagnostics += parser.diagnostics
    guard let expression, parser.diagnostics.isEmpty else { return nil }
    self = expression
  }
}

/// Parses one expression, byte by byte; offsets are into the UTF-8 of the text.
private struct FilterExpressionParser {
  let source: SourceText
  let bytes: [UInt8]
  var diagnostics: [Diagnostic] = []

  init(_ source: SourceText) {
    self.source = source
    bytes = Array(source.text.utf8)
  }

  mutating func parse() -> FilterExpression? {
    let operatorStart = bytes.firstIndex(where: Self.isOperator) ?? bytes.endIndex
    let keyPart = trimmed(bytes.startIndex..<operatorStart)
    guard !keyPart.isEmpty else {
      report(.emptyExpression, 0..<bytes.count)
      return nil
    }
    let key = word(keyPart)
    guard operatorStart < bytes.endIndex else {
      return FilterExpression(
        source: source, key: key, comparison: nil, comparisonRange: key.range, values: [])
    }
    let operatorEnd = bytes[operatorStart...].firstIndex { !Self.isOperator($0) } ?? bytes.endIndex
    let spelling = text(operatorStart..<operatorEnd)
    guard let comparison = FilterExpression.Comparison(rawValue: spelling) else {
      report(.unknownOperator(spelling), operatorStart..<operatorEnd)
      return nil
    }
    return FilterExpression(
      source: source, key: key, comparison: comparison,
      comparisonRange: source.range(ofUTF8: operatorStart..<operatorEnd),
      values: values(from: operatorEnd))
  }

  /// Returns the values of the comma list that begins at an offset.
  private mutating func values(from start: Int) -> [FilterExpression.Word] {
    var values: [FilterExpression.Word] = []
    var offset = start
    while true {
      let end: Int
      let value: FilterExpression.Word?
      let first = bytes[offset...].firstIndex { !Self.isBlank($0) } ?? bytes.endIndex
      if first < bytes.endIndex, bytes[first] == UInt8(ascii: "\"") {
        (value, end) = quotedValue(from: first)
      } else {
        (value, end) = bareValue(from: offset)
      }
      if let value { values.append(value) }
      guard end < bytes.endIndex else { return values }
      offset = end + 1
    }
  }

  /// Returns an unquoted value, or nil with a finding, and the offset of the comma or the end after it.
  private mutating func bareValue(from start: Int) -> (FilterExpression.Word?, end: Int) {
    let end = bytes[start...].firstIndex(of: UInt8(ascii: ",")) ?? bytes.endIndex
    let part = trimmed(start..<end)
    if part.isEmpty {
      // An empty range would mark nothing, so the mark is on the comma next to the gap, or the operator before it.
      report(.emptyValue, end < bytes.endIndex ? start..<end + 1 : max(0, start - 1)..<end)
      return (nil, end)
    }
    if bytes[part].contains(UInt8(ascii: "\"")) {
      report(.quoteInsideValue, part)
      return (nil, end)
    }
    return (word(part), end)
  }

  /// Returns a quoted value, or nil with a finding, and the offset of the comma or the end after it.
  private mutating func quotedValue(from start: Int) -> (FilterExpression.Word?, end: Int) {
    var content: [UInt8] = []
    var offset = start + 1
    while offset < bytes.endIndex, bytes[offset] != UInt8(ascii: "\"") {
      if bytes[offset] == UInt8(ascii: "\\") {
        let escaped = offset + 1
        guard escaped < bytes.endIndex,
          [UInt8(ascii: "\""), UInt8(ascii: "\\")].contains(bytes[escaped])
        else {
          report(.unknownEscape, offset..<min(escaped + 1, bytes.endIndex))
          return (nil, bytes.endIndex)
        }
        offset = escaped
      }
      content.append(bytes[offset])
      offset += 1
    }
    guard offset < bytes.endIndex else {
      report(.openQuote, start..<bytes.endIndex)
      return (nil, bytes.endIndex)
    }
    let behind = offset + 1
    let end = bytes[behind...].firstIndex(of: UInt8(ascii: ",")) ?? bytes.endIndex
    let rest = trimmed(behind..<end)
    if !rest.isEmpty {
      report(.textBehindQuote, rest)
      return (nil, end)
    }
    if content.isEmpty {
      report(.emptyValue, start..<behind)
      return (nil, end)
    }
    let value = FilterExpression.Word(
      String(decoding: content, as: UTF8.self), source.range(ofUTF8: start..<behind))
    return (value, end)
  }

  private func word(_ part: Range<Int>) -> FilterExpression.Word {
    FilterExpression.Word(text(part), source.range(ofUTF8: part))
  }

  private func text(_ part: Range<Int>) -> String {
    String(decoding: bytes[part], as: UTF8.self)
  }

  /// Returns the part without the blanks at both ends.
  private func trimmed(_ part: Range<Int>) -> Range<Int> {
    guard let first = bytes[part].firstIndex(where: { !Self.isBlank($0) }),
      let last = bytes[part].lastIndex(where: { !Self.isBlank($0) })
    else { return part.upperBound..<part.upperBound }
    return first..<last + 1
  }

  private static func isOperator(_ byte: UInt8) -> Bool { "=!<>".utf8.contains(byte) }
  private static func isBlank(_ byte: UInt8) -> Bool { " \t\r\n".utf8.contains(byte) }

  private mutating func report(_ finding: SyntaxFinding, _ part: Range<Int>) {
    diagnostics.append(
      Diagnostic(
        finding.rule, finding.message, source: source.source,
        range: source.range(ofUTF8: part), help: finding.help))
  }
}

/// A finding about the syntax of an expression.
private struct SyntaxFinding {
  var rule: LintRule
  var message: String
  var help: String?

  static let emptyExpression = SyntaxFinding(
    rule: .emptyValue, message: "the filter has no key",
    help: "write a key, an operator and values, such as comm=nginx,envoy")
  static let emptyValue = SyntaxFinding(
    rule: .emptyValue, message: "a value is missing",
    help: "write a value on each side of a comma")
  static let quoteInsideValue = SyntaxFinding(
    rule: .invalidValue, message: "there is a quote inside the value",
    help: #"quote the whole value, and write \" for a quote inside it"#)
  static let openQuote = SyntaxFinding(
    rule: .invalidValue, message: "the quote is not closed", help: #"close it with ""#)
  static let textBehindQuote = SyntaxFinding(
    rule: .invalidValue, message: "there is text after the closing quote",
    help: "quote the whole value, or separate two values with a comma")
  static let unknownEscape = SyntaxFinding(
    rule: .invalidValue,
    message: #"inside quotes, `\` may only be followed by `"` or `\`"#,
    help: #"write `\\` for a backslash"#)
  static func unknownOperator(_ spelling: String) -> SyntaxFinding {
    SyntaxFinding(
      rule: .invalidOperator, message: "`\(spelling)` is not an operator",
      help:
        "the operators are = != < <= > >=; quote a value that begins with one of them")
  }
}
