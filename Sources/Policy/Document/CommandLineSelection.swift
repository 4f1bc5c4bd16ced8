// SPDX-License-Identifier: Apache-2.0

/// A policy made of the options `--events` and `--scope` instead of a file; its name is empty.
///
/// Source: `docs/policy-language.md` §5.
public struct CommandLineSelection: Equatable, Sendable {
  /// The options as a source for findings: each on a line of its own, events first, then scopes.
  public let source: SourceFile
  /// The policy that the options describe.
  public let document: PolicyDocument
  /// The findings about the form of the arguments; their words are checked later.
  public let diagnostics: [Diagnostic]

  /// Creates a policy from the arguments of `--events` and `--scope`, each in order.
  ///
  /// Without events it selects the set `default`; without scopes, `global`.
  public init(events: [String], scopes: [String]) {
    var lines = SelectionLines()
    let events = events.map { lines.add("--events ", $0) }
    let scopes = scopes.map { lines.add("--scope ", $0) }
    var rules = SelectionRules()
    for event in events { rules.add(event) }
    let nothing = lines.end
    if rules.rules.isEmpty, rules.diagnostics.isEmpty {
      rules.rules.append(PolicyDocument.Rule(range: nothing.range, event: nothing.with("default")))
    }
    source = SourceFile(name: SelectionLines.name, bytes: Array(lines.text.utf8))
    diagnostics = rules.diagnostics
    document = PolicyDocument(
      form: .plain, source: SelectionLines.name,
      range: SourceRange(
        start: SourcePosition(line: 1, column: 1, offset: 0), end: nothing.range.end),
      name: nothing, scope: scopes.isEmpty ? [nothing.with("global")] : scopes, rules: rules.rules)
  }
}

/// Lays out arguments as lines, so that findings can refer to them.
private struct SelectionLines {
  static let name = "command line"

  var text = ""
  private var line = 1

  /// An empty text at the end of all lines.
  var end: SourceText {
    let position = SourcePosition(line: line, column: 1, offset: text.utf8.count)
    return SourceText(
      text: "", source: Self.name,
      range: SourceRange(start: position, end: position))
  }

  mutating func add(_ option: String, _ argument: String) -> SourceText {
    let start = SourcePosition(
      line: line, column: option.utf8.count + 1, offset: text.utf8.count + option.utf8.count)
    // Line breaks become blanks, so that an argument is one line and every byte keeps its offset.
    let shown = String(
      decoding: argument.utf8.map { $0 == 10 || $0 == 13 ? 32 : $0 }, as: UTF8.self)
    text += option + shown + "\n"
    line += 1
    let end = SourcePosition(
      line: start.line, column: start.column + argument.unicodeScalars.count,
      offset: start.offset + argument.utf8.count)
    return SourceText(
      text: argument, source: Self.name,
      range: SourceRange(start: start, end: end), verbatimStart: start)
  }
}

/// Groups arguments into rules, one for each event or set.
private struct SelectionRules {
  var rules: [PolicyDocument.Rule] = []
  var diagnostics: [Diagnostic] = []

  /// Adds an argument: a comma list of events, or a filter of one event.
  mutating func add(_ argument: SourceText) {
    let bytes = Array(argument.text.utf8)
    let key = bytes[..<(bytes.firstIndex { "=!<>".utf8.contains($0) } ?? bytes.count)]
    guard let dot = key.firstIndex(of: UInt8(ascii: ".")) else {
      for item in bytes.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
        _ = rule(for: argument.part(item.startIndex..<item.endIndex))
      }
      return
    }
    let event = argument.part(0..<dot)
    if key[..<dot].contains(UInt8(ascii: ",")) {
      diagnostics.append(.filterOfSeveral(event))
      return
    }
    let filter = bytes[(dot + 1)...]
    if filter.starts(with: "scope.".utf8) {
      rules[rule(for: event)].filters.append(argument.part(dot + 7..<bytes.count))
    } else if ["data.", "args.", "retval"].contains(where: { filter.starts(with: $0.utf8) }) {
      rules[rule(for: event)].filters.append(argument.part(dot + 1..<bytes.count))
    } else {
      diagnostics.append(.unknownFilter(argument.part(dot + 1..<key.endIndex), of: event))
    }
  }

  /// Returns the index of the rule for an item, and adds the rule if the item is new.
  private mutating func rule(for item: SourceText) -> Int {
    if let index = rules.firstIndex(where: { $0.event.text == item.text }) { return index }
    rules.append(PolicyDocument.Rule(range: item.range, event: item))
    return rules.count - 1
  }
}

extension SourceText {
  /// Returns a part of the text, given by offsets in its UTF-8, without blanks around it.
  fileprivate func part(_ part: Range<Int>) -> SourceText {
    let bytes = Array(text.utf8)
    var part = part
    while let first = part.first, bytes[first] == 32 { part.removeFirst() }
    while let last = part.last, bytes[last] == 32 { part.removeLast() }
    let place = range(ofUTF8: part)
    return SourceText(
      text: String(decoding: bytes[part], as: UTF8.self), source: source, range: place,
      verbatimStart: verbatimStart == nil ? nil : place.start)
  }

  /// Returns another text at the same place.
  fileprivate func with(_ text: String) -> SourceText {
    SourceText(text: text, source: source, range: range)
  }
}

extension Diagnostic {
  fileprivate static func filterOfSeveral(_ event: SourceText) -> Diagnostic {
    Diagnostic(
      .unknownEvent, "a filter applies to one event", at: event,
      help: "write a separate `--events` for each event with a filter")
  }

  fileprivate static func unknownFilter(_ filter: SourceText, of event: SourceText) -> Diagnostic {
    Diagnostic(
      .unknownField, "`\(filter.text)` is not a field of an event",
      at: filter,
      help: "write \(event.text).data.FIELD, \(event.text).scope.KEY or \(event.text).retval")
  }
}
