// SPDX-License-Identifier: Apache-2.0

/// The events that a comma list selects: a rule's `event`, or the argument of `--events`.
///
/// Source: `docs/policy-language.md` §4.
struct EventSelection: Equatable, Sendable {
  /// An item of the list.
  struct Item: Equatable, Sendable {
    /// The item as written, without the `-` of an exclusion.
    var word: FilterExpression.Word
    /// The supported events of the item, in order of their numbers.
    var events: [EventKind]
    /// Whether the item names one event, which must fit the filters; sets and prefixes skip events that do not.
    var isEvent: Bool
    /// Whether the item excludes its events.
    var isExclusion: Bool
  }

  /// The items in order, except those with errors.
  var items: [Item] = []
  /// Whether an item is an event or a set that Tracee has but tracee-policy does not support.
  var namesUnsupported = false

  /// Whether there are items, and all of them are exclusions.
  var onlyExcludes: Bool { !items.isEmpty && items.allSatisfy(\.isExclusion) }

  /// The events that the selection includes, before exclusions, each once.
  var selected: [(event: EventKind, isNamed: Bool)] {
    let chosen = items.filter { !$0.isExclusion }
    return EventKind.allCases.filter { event in chosen.contains { $0.events.contains(event) } }.map
    {
      event in (event, chosen.contains { $0.isEvent && $0.events == [event] })
    }
  }

  /// The events that the selection excludes.
  var excluded: Set<EventKind> {
    Set(items.filter(\.isExclusion).flatMap(\.events))
  }

  /// Parses a comma list; items with errors are left out, with a finding.
  init(parsing source: SourceText, into diagnostics: inout [Diagnostic]) {
    let bytes = Array(source.text.utf8)
    var start = 0
    while start <= bytes.count {
      let end = bytes[start...].firstIndex(of: UInt8(ascii: ",")) ?? bytes.count
      var part = start..<end
      while let first = part.first, Self.isBlank(bytes[first]) { part.removeFirst() }
      while let last = part.last, Self.isBlank(bytes[last]) { part.removeLast() }
      if part.isEmpty, source.isAbsent {
        // What is missing has a finding already.
      } else if part.isEmpty {
        let shown = end < bytes.count ? start..<end + 1 : max(0, start - 1)..<end
        diagnostics.append(.noEvent(source, source.range(ofUTF8: shown)))
      } else {
        let isExclusion = bytes[part.lowerBound] == UInt8(ascii: "-")
        if isExclusion { part.removeFirst() }
        let word = FilterExpression.Word(
          String(decoding: bytes[part], as: UTF8.self), source.range(ofUTF8: part))
        add(word, isExclusion, source, &diagnostics)
      }
      start = end + 1
    }
  }

  private mutating func add(
    _ word: FilterExpression.Word, _ isExclusion: Bool, _ source: SourceText,
    _ diagnostics: inout [Diagnostic]
  ) {
    switch EventCatalog.find(word.text) {
    case .event(let kind): add([kind], isEvent: true)
    case .several(let kinds): add(kinds, isEvent: false)
    case .unsupported: add([], isEvent: false)
    case .unknownSet: diagnostics.append(.unknownSet(word, source))
    case .unmatched: diagnostics.append(.noSuchEvents(word, source))
    case .unknown: diagnostics.append(.unknownEvent(word, source))
    }

    func add(_ events: [EventKind], isEvent: Bool) {
      if isExclusion {
        if events.isEmpty { diagnostics.append(.excludesUnsupported(word, source)) }
      } else if events.isEmpty {
        namesUnsupported = true
        diagnostics.append(.unsupportedEvent(word, source))
        return
      }
      items.append(
        Item(word: word, events: events, isEvent: isEvent, isExclusion: isExclusion))
    }
  }

  private static func isBlank(_ byte: UInt8) -> Bool { " \t\r\n".utf8.contains(byte) }
}

extension Diagnostic {
  fileprivate static func noEvent(_ source: SourceText, _ range: SourceRange) -> Diagnostic {
    Diagnostic(
      .emptyValue, "an event is missing", source: source.source, range: range,
      help: "write an event on each side of a comma, such as net_packet_tcp,net_packet_udp")
  }

  fileprivate static func unsupportedEvent(
    _ word: FilterExpression.Word, _ source: SourceText
  ) -> Diagnostic {
    Diagnostic(
      .unsupportedEvent, "`\(word.text)` is not supported yet", source: source.source,
      range: word.range, help: "`tracee-policy list events` shows the supported events")
  }

  fileprivate static func excludesUnsupported(
    _ word: FilterExpression.Word, _ source: SourceText
  ) -> Diagnostic {
    Diagnostic(
      .uselessExclusion, "`\(word.text)` is never traced: it is not supported yet",
      source: source.source, range: word.range)
  }

  fileprivate static func unknownEvent(
    _ word: FilterExpression.Word, _ source: SourceText
  ) -> Diagnostic {
    let known = EventKind.allCases.map(\.name) + EventSet.allCases.map(\.rawValue)
    let inFull = "net_packet_" + word.text.lowercased()
    var near = Nearest.words(to: word.text, among: known)
    if known.contains(inFull) { near = [inFull] }
    if let meant = insteadOfEvent[word.text] { near = [meant] }
    let question = near.count == 1 ? "did you mean `\(near[0])`?" : nil
    let isMeant = near.count == 1 && source.verbatimStart != nil
    return Diagnostic(
      .unknownEvent, "`\(word.text)` is not an event or a set", source: source.source,
      range: word.range,
      help: question ?? Nearest.question(word.text, among: known)
        ?? "`tracee-policy list events` shows the events",
      fix: isMeant ? Fix(range: word.range, replacement: near[0]) : nil)
  }

  /// What to write in place of words that are no events.
  private static let insteadOfEvent = [
    "ping": "net_packet_icmp", "ip": "net_packet_ipv4", "ip6": "net_packet_ipv6",
    "*": "network_events", "all": "network_events", "network": "network_events",
    "tag=network": "tag=network_events",
  ]

  fileprivate static func unknownSet(
    _ word: FilterExpression.Word, _ source: SourceText
  ) -> Diagnostic {
    let known = EventSet.allCases.map { "tag=" + $0.rawValue }
    var near = Nearest.words(to: word.text, among: known)
    if let meant = insteadOfEvent[word.text] { near = [meant] }
    let isMeant = near.count == 1 && source.verbatimStart != nil
    return Diagnostic(
      .unknownEvent, "`\(word.text)` is not a set of events", source: source.source,
      range: word.range,
      help: near.count == 1
        ? "did you mean `\(near[0])`?" : "`tracee-policy list sets` shows the sets",
      fix: isMeant ? Fix(range: word.range, replacement: near[0]) : nil)
  }

  fileprivate static func noSuchEvents(
    _ word: FilterExpression.Word, _ source: SourceText
  ) -> Diagnostic {
    Diagnostic(
      .unknownEvent, "no event matches `\(word.text)`", source: source.source,
      range: word.range, help: "a star is allowed only at the end, as in net_packet_dns*")
  }
}
