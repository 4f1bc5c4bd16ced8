// SPDX-License-Identifier: Apache-2.0

/// Finds values in a form that their field never has, so that they match nothing, or by accident.
enum UnlikelyValue {
  /// What is wrong with a value.
  struct Doubt: Equatable {
    /// Why the value is unlikely, as a sentence without a full stop.
    var message: String
    /// What to do.
    var help: String?
    /// The value that was certainly meant; nil if there is none, or more than one.
    var replacement: String?

    init(_ message: String, help: String? = nil, replacement: String? = nil) {
      self.message = message
      self.help = help ?? replacement.map { "write `\($0)`" }
      self.replacement = replacement
    }
  }

  static func check(_ policy: CheckedPolicy) -> [Diagnostic] {
    policy.filters.flatMap { filter in
      whole(filter).map { [$0] }
        ?? filter.values.compactMap { value in
          doubt(filter, value).map { .unlikelyValue(filter, value.word, $0) }
        }
    }
  }

  /// Returns the finding about a filter that was meant as another one altogether.
  private static func whole(_ filter: CheckedFilter) -> Diagnostic? {
    let words = filter.values.map(\.word.text)
    let key = filter.expression.key
    if filter.target == .owner(.containerID), filter.type != nil, words.count == 1,
      let isInside = ["true": true, "false": false][words[0]]
    {
      let isPlain = isInside == (filter.expression.comparison == .equal)
      let meant = isPlain ? "container" : "not-container"
      return .unlikelyFilter(
        filter, "`\(words[0])` is not the beginning of a container id",
        filter.expression.source.range,
        meant)
    }
    if case .packet(let field, nil) = filter.target, field.rawValue.hasSuffix(".status"),
      words.allSatisfy({ $0.utf8.count == 3 && WholeNumber.decimal($0.utf8) != nil })
    {
      return .unlikelyFilter(
        filter, "`\(key.text)` is a text such as `404 Not Found`", key.range, key.text + "_code")
    }
    return nil
  }

  private static func doubt(_ filter: CheckedFilter, _ value: CheckedFilter.Value) -> Doubt? {
    let text = value.word.text
    if case .operands(let operands) = value.meaning,
      case .member(FieldValue.state, _)? = operands.first
    {
      return nil
    }
    if filter.type?.isText == true, !filter.expression.source.isOneLine, text.contains(" - ") {
      return Doubt(
        "`\(text)` is one value",
        help: "if ` - ` begins another element, indent it like the one before")
    }
    return switch filter.target {
    case .owner(let field): UnlikelyOwner.doubt(field, text, filter)
    case .packet(let field, let member):
      member == nil ? UnlikelyContent.doubt(field, text, filter) : nil
    case .everything, .follow: nil
    }
  }
}

extension SourceText {
  /// Whether the source has the text on one line.
  fileprivate var isOneLine: Bool { range.start.line == range.end.line }
}

extension FieldType {
  /// Whether the values are texts of any sort.
  var isText: Bool {
    switch self {
    case .text, .name, .executable: true
    default: false
    }
  }
}

extension LintRule {
  static let unlikelyValue = LintRule(
    "unlikely-value", .warning, "Every value has a form that its field can have",
    rationale: """
      The filter is valid, but its field never has a value of this form: a container's name in \
      place of its id, a path in place of a task's name, a relative path of an executable, a URL \
      in place of a name. It matches nothing, or, after `!=`, everything.
      """,
    good: [
      Example.policy(scope: "[container=3f9a]"),
      Example.policy(scope: "[executable=/usr/bin/curl]"),
      Example.policy(scope: "[\"executable=*/curl\"]"),
      Example.policy(
        event: "net_packet_http_request", filters: "[data.http_request.method=GET]"),
      Example.policy(
        event: "net_packet_dns", filters: "[data.proto_dns.questions.name=example.com.]"),
    ],
    bad: [
      Example.policy(scope: "[container=web-frontend]"),
      Example.policy(scope: "[container=3F9A]"),
      Example.policy(scope: "[container=true]"),
      Example.policy(scope: "[executable=curl]"),
      Example.policy(scope: "[executable=/usr/bin//curl]"),
      Example.policy(scope: "[comm=/usr/bin/curl]"),
      Example.policy(scope: "[\"comm=curl|wget\"]"),
      Example.policy(
        event: "net_packet_http_request", filters: "[data.http_request.method=get]"),
      Example.policy(
        event: "net_packet_dns", filters: "[\"data.proto_dns.questions.name=http://example.com/\"]"),
    ], isFixable: true)
}

extension Diagnostic {
  fileprivate static func unlikelyValue(
    _ filter: CheckedFilter, _ word: FilterExpression.Word, _ doubt: UnlikelyValue.Doubt
  ) -> Self {
    let source = filter.expression.source
    let isExact = source.verbatimStart != nil
    return Self(
      .unlikelyValue, doubt.message, source: source.source, range: word.range, help: doubt.help,
      fix: isExact ? doubt.replacement.map { Fix(range: word.range, replacement: $0) } : nil)
  }

  fileprivate static func unlikelyFilter(
    _ filter: CheckedFilter, _ message: String, _ range: SourceRange, _ meant: String
  ) -> Self {
    let source = filter.expression.source
    // A whole expression may have quotes around it, which belong to its range.
    let part = range == source.range ? source.range(ofUTF8: 0..<source.text.utf8.count) : range
    return Self(
      .unlikelyValue, message, source: source.source, range: range, help: "write `\(meant)`",
      fix: source.verbatimStart.map { _ in Fix(range: part, replacement: meant) })
  }
}
