// SPDX-License-Identifier: Apache-2.0

/// Builds the nodes of a document from YAML events, within limits on depth and aliases.
struct YAMLComposer: ~Copyable {
  /// The most levels of nodes within nodes, the root included.
  static let depthLimit = 64
  /// The most nodes that the aliases of a document may expand to.
  static let aliasLimit = 10_000

  /// The findings that do not stop the reading, such as duplicate keys.
  private(set) var diagnostics: [Diagnostic] = []
  /// The offset in bytes at which the current document begins or, between documents, the last one ended.
  private(set) var documentStart: Int

  private let file: SourceFile
  /// The Unicode scalars before the reader's first byte.
  private let base: Int
  private var reader: YAMLReader
  private var anchors: [String: YAMLNode] = [:]
  private var openAnchors: [String] = []
  private var aliasedNodes = 0

  /// Creates a composer that starts at an offset of a source; `bytes` are those from there on, and must outlive it.
  init(_ file: SourceFile, _ bytes: UnsafeBufferPointer<UInt8>, from start: Int) {
    self.file = file
    base = file.scalarIndex(ofByte: start)
    documentStart = start
    reader = YAMLReader(bytes)
  }

  /// Returns the root of the next document, or nil at the end of the source.
  ///
  /// - Throws: what stops the document from being read; the composer cannot be used after it.
  mutating func nextDocument() throws(YAMLStop) -> YAMLNode? {
    while true {
      let event = try nextEvent()
      switch event.kind {
      case .documentStart:
        documentStart = position(event.start).offset
        (anchors, openAnchors, aliasedNodes) = ([:], [], 0)
        let root = try node(from: try nextEvent(), depth: 1)
        documentStart = position(try nextEvent().start).offset
        return root
      case .streamEnd: return nil
      default: continue
      }
    }
  }

  private mutating func nextEvent() throws(YAMLStop) -> YAMLEvent {
    do {
      return try reader.next()
    } catch {
      throw .fault(error, file, position(error.mark), position(error.contextMark))
    }
  }

  private mutating func node(from event: YAMLEvent, depth: Int) throws(YAMLStop) -> YAMLNode {
    guard depth <= Self.depthLimit else { throw .tooDeep(file, range(event)) }
    switch event.kind {
    case .alias(let name): return try aliased(name, range(event), depth)
    case .scalar(let text, let style, let properties):
      try open(properties, event, ["str", "int", "float", "bool", "null"])
      return close(properties, scalar(text, style, event))
    case .sequenceStart(let isFlow, let properties):
      try open(properties, event, ["seq"])
      return close(properties, try sequence(event, isFlow, depth))
    case .mappingStart(let isFlow, let properties):
      try open(properties, event, ["map"])
      return close(properties, try mapping(event, isFlow, depth))
    default: preconditionFailure("libyaml gives no end where a node begins")
    }
  }

  private func scalar(_ text: String, _ style: YAMLEvent.Style, _ event: YAMLEvent) -> YAMLNode {
    let quote = style == .quoted ? 1 : 0
    let end = position(event.end)
    // Counted from the end, because an anchor or a tag may come before the start.
    let start = end.offset - quote - text.utf8.count
    let isVerbatim =
      style != .block && start - quote >= position(event.start).offset
      && file.bytes[start..<end.offset - quote].elementsEqual(text.utf8)
      && !text.utf8.contains { $0 == LineTable.lineFeed || $0 == LineTable.carriageReturn }
    let range = SourceRange(
      start: isVerbatim ? file.position(atByte: start - quote) : position(event.start), end: end)
    let place = SourceText(
      text: text, source: file.name, range: range,
      verbatimStart: isVerbatim ? file.position(atByte: start) : nil)
    return YAMLNode(content: .scalar(place, isPlain: style == .plain), range: range)
  }

  private mutating func sequence(
    _ event: YAMLEvent, _ isFlow: Bool, _ depth: Int
  ) throws(YAMLStop) -> YAMLNode {
    var elements: [YAMLNode] = []
    var next = try nextEvent()
    while next.kind != .sequenceEnd {
      elements.append(try node(from: next, depth: depth + 1))
      next = try nextEvent()
    }
    return collection(
      .sequence(elements), elements, from: event, to: isFlow ? next : nil)
  }

  private mutating func mapping(
    _ event: YAMLEvent, _ isFlow: Bool, _ depth: Int
  ) throws(YAMLStop) -> YAMLNode {
    var entries: [YAMLNode.Entry] = []
    var places: [[UInt8]: SourceRange] = [:]
    var next = try nextEvent()
    while next.kind != .mappingEnd {
      let key = try node(from: next, depth: depth + 1)
      let value = try node(from: try nextEvent(), depth: depth + 1)
      entries.append(YAMLNode.Entry(key: key, value: value))
      if let text = key.text {
        if let first = places[Array(text.text.utf8)] {
          diagnostics.append(.duplicateKey(text, first: first))
        } else {
          places[Array(text.text.utf8)] = text.range
        }
      }
      next = try nextEvent()
    }
    return collection(
      .mapping(entries), entries.flatMap { [$0.key, $0.value] }, from: event,
      to: isFlow ? next : nil)
  }

  /// Returns a collection with its place.
  ///
  /// A block collection has no end mark of its own: it ends with its last part, not where the next token begins.
  private func collection(
    _ content: YAMLNode.Content, _ parts: [YAMLNode], from start: YAMLEvent, to end: YAMLEvent?
  ) -> YAMLNode {
    let last = end.map { position($0.end) } ?? parts.last?.range.end
    let first = position(start.start)
    return YAMLNode(
      content: content, range: SourceRange(start: first, end: last ?? first),
      size: parts.reduce(1) { $0 + $1.size }, height: 1 + (parts.map(\.height).max() ?? 0))
  }

  private mutating func open(
    _ properties: YAMLEvent.Properties, _ event: YAMLEvent, _ tags: [String]
  ) throws(YAMLStop) {
    if let tag = properties.tag, tag != "!", !tags.contains(where: { tag == Self.tagPrefix + $0 }) {
      throw .foreignTag(file, range(event), tag)
    }
    if let anchor = properties.anchor { openAnchors.append(anchor) }
  }

  private mutating func close(_ properties: YAMLEvent.Properties, _ node: YAMLNode) -> YAMLNode {
    if let anchor = properties.anchor {
      openAnchors.removeLast()
      anchors[anchor] = node
    }
    return node
  }

  private mutating func aliased(
    _ name: String, _ range: SourceRange, _ depth: Int
  ) throws(YAMLStop) -> YAMLNode {
    if openAnchors.contains(name) { throw .aliasOfItself(file, range, name) }
    guard let node = anchors[name] else { throw .unknownAlias(file, range, name) }
    aliasedNodes += node.size
    guard aliasedNodes <= Self.aliasLimit else { throw .tooManyAliased(file, range) }
    guard depth + node.height - 1 <= Self.depthLimit else { throw .tooDeep(file, range) }
    return node
  }

  private func position(_ mark: Int) -> SourcePosition { file.position(atScalar: base + mark) }

  private func range(_ event: YAMLEvent) -> SourceRange {
    SourceRange(start: position(event.start), end: position(event.end))
  }

  /// The prefix of YAML's own tags (YAML 1.1 §3.3.2).
  private static let tagPrefix = "tag:yaml.org,2002:"
}

extension YAMLStop {
  fileprivate init(
    _ file: SourceFile, _ range: SourceRange, _ message: String, help: String? = nil
  ) {
    diagnostic = Diagnostic(
      .syntax, message, source: file.name, range: range, help: help)
  }

  fileprivate static func tooDeep(_ file: SourceFile, _ range: SourceRange) -> Self {
    Self(file, range, "this is nested more than \(YAMLComposer.depthLimit) levels deep")
  }

  fileprivate static func tooManyAliased(_ file: SourceFile, _ range: SourceRange) -> Self {
    Self(
      file, range,
      "the aliases of this document expand to more than \(YAMLComposer.aliasLimit) values")
  }

  fileprivate static func aliasOfItself(
    _ file: SourceFile, _ range: SourceRange, _ name: String
  ) -> Self {
    Self(file, range, "the alias `*\(name)` is inside the value that it refers to")
  }

  fileprivate static func unknownAlias(
    _ file: SourceFile, _ range: SourceRange, _ name: String
  ) -> Self {
    Self(
      file, range, "the alias `*\(name)` has no anchor `&\(name)` before it",
      help: "quote a text that begins with `*`")
  }

  fileprivate static func foreignTag(
    _ file: SourceFile, _ range: SourceRange, _ tag: String
  ) -> Self {
    // What begins with `!` is a tag to YAML; people write it to negate.
    let line = file.line(range.start.line)
    let rest = line.unicodeScalars.dropFirst(range.start.column - 1)
    let word = String(
      String.UnicodeScalarView(rest.prefix { !" \t,]}".unicodeScalars.contains($0) }))
    let meant = word.hasPrefix("!") ? negated(String(word.dropFirst())) : nil
    var stop = Self(
      file, range, "the tag `\(tag)` is not allowed here",
      help: meant.map { "write \($0)" } ?? "quote a text that begins with `!`")
    if let meant {
      let end = file.position(atByte: range.start.offset + word.utf8.count)
      stop.diagnostic.fix = Diagnostic.Fix(
        range: SourceRange(start: range.start, end: end), replacement: meant)
    }
    return stop
  }

  /// Returns the negation of a bare word or of an expression with `=`; nil for any other.
  private static func negated(_ text: String) -> String? {
    if text == "container" || text == "c" { return "not-container" }
    guard let equals = text.firstIndex(of: "="), equals > text.startIndex,
      text[..<equals].allSatisfy({ $0.isLetter || $0.isNumber || "._".contains($0) }),
      text.isPlainYAML
    else { return nil }
    return "\(text[..<equals])!\(text[equals...])"
  }

  /// Returns a fault that libyaml found, in libyaml's words, which are plain enough for users.
  fileprivate static func fault(
    _ fault: YAMLFault, _ file: SourceFile, _ place: SourcePosition, _ context: SourcePosition
  ) -> Self {
    let point = SourceRange(start: place, end: place)
    let hint = hint(fault, file, place)
    guard let doing = fault.context else {
      var stop = Self(file, point, fault.problem, help: hint)
      stop.diagnostic.fix = quotedValue(fault, file, place)
      return stop
    }
    var stop = Self(file, point, "\(fault.problem), \(doing)", help: hint)
    if context != place {
      stop.diagnostic.related = [
        Diagnostic.Related(
          message: "it begins here", source: file.name,
          range: SourceRange(start: context, end: context))
      ]
    }
    return stop
  }

  /// Returns quotes around the value of a line with a second `: `, as in `description: DNS: who`; nil if it has another
  /// form.
  private static func quotedValue(
    _ fault: YAMLFault, _ file: SourceFile, _ place: SourcePosition
  ) -> Diagnostic.Fix? {
    guard fault.problem.contains("mapping values are not allowed") else { return nil }
    let line = Array(file.line(place.line).utf8)
    guard
      let colon = line.indices.dropLast().first(where: { line[$0] == 0x3a && line[$0 + 1] == 0x20 }
      ),
      line[..<colon].allSatisfy({
        $0 == 0x20 || $0 == 0x2d || (0x41...0x5a).contains($0) || (0x61...0x7a).contains($0)
      }),
      let first = line[(colon + 1)...].firstIndex(where: { $0 != 0x20 }),
      !line[first...].contains(where: { "\"\\#'[]{}|>&*!%@`".utf8.contains($0) }),
      let last = line.lastIndex(where: { $0 != 0x20 })
    else { return nil }
    let start = place.offset - lineOffset(file, place)
    let range = SourceRange(
      start: file.position(atByte: start + first), end: file.position(atByte: start + last + 1))
    return Diagnostic.Fix(
      range: range, replacement: "\"" + String(decoding: line[first...last], as: UTF8.self) + "\"")
  }

  /// Returns the number of bytes of a line before a position.
  private static func lineOffset(_ file: SourceFile, _ place: SourcePosition) -> Int {
    let before = file.bytes[..<min(place.offset, file.bytes.count)]
    let lineStart = before.lastIndex { $0 == LineTable.lineFeed || $0 == LineTable.carriageReturn }
    return place.offset - max((lineStart ?? -1) + 1, file.textStart)
  }

  private static func hint(
    _ fault: YAMLFault, _ file: SourceFile, _ place: SourcePosition
  ) -> String? {
    // JSON writes characters beyond U+FFFF as two escapes (RFC 8259 §7), which YAML does not read.
    if fault.problem.contains("Unicode character escape") { return "write the character itself" }
    if fault.problem.contains("mapping values are not allowed") {
      return "quote a text that contains `: `"
    }
    if fault.context == "while scanning a tag" {
      return "quote a text that begins with `!`; to negate, write comm!=NAME or not-container"
    }
    guard fault.problem.contains("cannot start any token") else { return nil }
    return switch file.bytes.indices.contains(place.offset) ? file.bytes[place.offset] : 0 {
    case UInt8(ascii: "\t"): "indent with spaces"
    case let byte where "@`%".utf8.contains(byte): "quote the text"
    default: nil
    }
  }
}

extension Diagnostic {
  fileprivate static func duplicateKey(_ key: SourceText, first: SourceRange) -> Self {
    Self(
      .duplicateKey, "the key `\(key.text)` appears twice", at: key, help: "keep one of them",
      related: [Related(message: "it appears here first", source: key.source, range: first)])
  }
}
