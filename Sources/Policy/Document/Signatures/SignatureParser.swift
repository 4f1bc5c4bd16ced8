// SPDX-License-Identifier: Apache-2.0

/// Reads the shape of a signature: which keys it has, and of what kind their values are.
extension PolicyParser {
  private static let spec = [
    "id", "version", "title", "description", "tags", "threat", "selections", "correlation",
    "output", "lists",
  ]
  private static let threat = ["severity", "category", "technique", "external-id", "id"]
  private static let settings = [
    "history", "warm-up", "count", "share", "tolerance", "min", "max",
  ]
  private static let correlation =
    [
      "type", "rules", "group-by", "aliases", "timespan", "condition", "field", "suppress",
      "known-by", "limits",
    ] + settings
  private static let bounds = ["gt", "gte", "lt", "lte", "eq"]

  /// Whether a document is meant as a signature.
  static func isSignature(_ root: YAMLNode) -> Bool {
    guard case .mapping(let entries) = root.content else { return false }
    return entries.contains { entry in
      switch (entry.key.text?.text, entry.value.text?.text) {
      case ("kind", "Signature"), ("type", "signature"): true
      default: false
      }
    }
  }

  /// Reads a signature; nil, with a finding, when it is no mapping.
  static func parseSignature(
    _ root: YAMLNode, of file: SourceFile
  ) -> (SignatureDocument?, [Diagnostic]) {
    var parser = PolicyParser(file: file)
    let document = parser.signature(root)
    return (document, parser.diagnostics)
  }

  private mutating func signature(_ root: YAMLNode) -> SignatureDocument? {
    guard case .mapping(let entries) = root.content else { return nil }
    if entries.contains(where: { $0.key.text?.text == "type" }) {
      guard let top = keyed(root, "a signature", ["type", "name"] + Self.spec) else { return nil }
      constant("signature", required("type", top), "type")
      return body(root, signatureName(in: top), top)
    }
    guard let top = keyed(root, "a signature resource", Self.resourceKeys) else { return nil }
    constant(Self.apiVersion, required("apiVersion", top), "apiVersion")
    let metadata = keyed(required("metadata", top), "`metadata`", Self.metadataKeys)
    for key in ["annotations", "labels"] {
      if let node = metadata?[key] { texts(byKey: node, "`\(key)`") }
    }
    return body(
      root, signatureName(in: metadata), keyed(required("spec", top), "`spec`", Self.spec))
  }

  /// The name, of which capital letters and `_` may be a part: it is that of an event.
  private mutating func signatureName(in parent: KeyedNode?) -> SourceText? {
    guard let parent, let node = required("name", parent), let name = text(node, "`name`") else {
      return nil
    }
    let isName =
      !name.text.isEmpty && name.text.utf8.count <= PolicyName.lengthLimit
      && name.text.utf8.allSatisfy(Self.isNameByte)
      && !["-", "."].contains { name.text.hasPrefix($0) }
    if !isName { diagnostics.append(.invalidSignatureName(name)) }
    return name
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
    default: "-_.".utf8.contains(byte)
    }
  }

  /// Reads the signatures that a program says it has, and how it wants to read events.
  static func parseProgram(
    _ root: YAMLNode, of file: SourceFile
  ) -> ([SignatureDocument], ProgramSignatures.Encoding, [Diagnostic]) {
    var parser = PolicyParser(file: file)
    guard let top = parser.keyed(root, "a program", ["protocol", "encoding", "signatures"]) else {
      return ([], .json, parser.diagnostics)
    }
    parser.constant("1", parser.required("protocol", top), "protocol")
    let encoding = top["encoding"].flatMap { parser.encoding($0) } ?? .json
    var documents: [SignatureDocument] = []
    if let list = parser.required("signatures", top) {
      for node in parser.elements(list, "`signatures`", mayBeEmpty: false).prefix(100) {
        let keys = ["name"] + Self.spec.filter { $0 != "correlation" && $0 != "lists" }
        guard let body = parser.keyed(node, "a signature", keys) else { continue }
        var document = parser.body(node, parser.signatureName(in: body), body)
        document.program = file.name
        documents.append(document)
      }
    }
    return (documents, encoding, parser.diagnostics)
  }

  private mutating func encoding(_ node: YAMLNode) -> ProgramSignatures.Encoding? {
    guard let word = text(node, "`encoding`") else { return nil }
    let encoding = ProgramSignatures.Encoding(rawValue: word.text)
    if encoding == nil { diagnostics.append(.unknownEncoding(word)) }
    return encoding
  }

  private mutating func body(
    _ root: YAMLNode, _ name: SourceText?, _ body: KeyedNode?
  ) -> SignatureDocument {
    var document = SignatureDocument(
      source: source, range: root.range, name: name ?? nothing(at: root))
    guard let body else { return document }
    for key in ["id", "version", "title", "description"] {
      document.texts[key] = text(body[key], "`\(key)`")
    }
    if let tags = body["tags"] { document.tags = list(tags, "`tags`", "a tag", mayBeEmpty: true) }
    document.threat = values(body["threat"], "`threat`", keys: Self.threat)
    if let selections = required("selections", body) {
      document.selections = self.entries(selections, "`selections`") { parser, node in
        parser.rule(node)
      }
      if case .mapping(let entries) = selections.content, entries.isEmpty {
        diagnostics.append(.noSelections(selections, source))
      }
    }
    if let node = body["correlation"] { document.correlation = correlation(node) }
    if let node = body["output"] { document.output = values(node, "`output`") }
    if let node = body["lists"] { document.lists = values(node, "`lists`") }
    return document
  }

  private mutating func correlation(_ node: YAMLNode) -> SignatureDocument.WrittenCorrelation? {
    guard let body = keyed(node, "`correlation`", Self.correlation),
      let type = text(required("type", body), "`type`")
    else { return nil }
    var correlation = SignatureDocument.WrittenCorrelation(range: node.range, type: type)
    if let rules = body["rules"] {
      correlation.rules = list(rules, "`rules`", "the name of a selection")
    }
    if let fields = body["group-by"] {
      correlation.groupBy = list(fields, "`group-by`", "a field", mayBeEmpty: true)
    }
    if let aliases = body["aliases"] {
      correlation.aliases = self.entries(aliases, "`aliases`") { parser, node in
        parser.values(node, "an alias")
      }
    }
    correlation.timespan = text(body["timespan"], "`timespan`")
    correlation.suppress = text(body["suppress"], "`suppress`")
    correlation.field = text(body["field"], "`field`")
    if let condition = body["condition"] {
      if case .scalar = condition.content {
        correlation.expression = text(condition, "`condition`")
      } else {
        for entry in values(condition, "`condition`", keys: ["field"] + Self.bounds) {
          if entry.key.text == "field" {
            correlation.field = entry.value
          } else {
            correlation.bounds.append(entry)
          }
        }
      }
    }
    for key in Self.settings {
      guard let value = text(body[key], "`\(key)`") else { continue }
      correlation.settings.append(.init(key: value.renamed(key), value: value))
    }
    correlation.knownBy = values(body["known-by"], "`known-by`", keys: ["rule", "values", "for"])
    correlation.knownByRange = body["known-by"]?.range
    correlation.limits = values(body["limits"], "`limits`", keys: ["keys", "values"])
    return correlation
  }

  /// The texts of a mapping, by key.
  ///
  /// - Parameter keys: the keys that it may have; nil for any.
  mutating func values(
    _ node: YAMLNode?, _ noun: String, keys: [String]? = nil
  ) -> [DocumentEntry<SourceText>] {
    guard let node else { return [] }
    if let keys, keyed(node, noun, keys) == nil { return [] }
    return entries(node, noun) { parser, value in
      parser.text(value, "a value of \(noun)")
    }.filter { keys?.contains($0.key.text) ?? true }
  }

  /// The entries of a mapping, read one by one.
  private mutating func entries<Value>(
    _ node: YAMLNode, _ noun: String, _ read: (inout PolicyParser, YAMLNode) -> Value?
  ) -> [DocumentEntry<Value>] {
    guard case .mapping(let entries) = node.content else {
      diagnostics.append(.wrongType(node, source, wanted: "a mapping", of: noun))
      return []
    }
    var found: [DocumentEntry<Value>] = []
    for entry in entries {
      guard let key = text(entry.key, "a key of \(noun)"), let value = read(&self, entry.value)
      else { continue }
      found.append(.init(key: key, value: value))
    }
    return found
  }
}

extension SourceText {
  /// Another text at the same place.
  func renamed(_ text: String) -> SourceText {
    SourceText(text: text, source: source, range: range)
  }
}

extension Diagnostic {
  fileprivate static func invalidSignatureName(_ name: SourceText) -> Self {
    Self(
      .invalidName, "`\(name.text)` cannot be the name of a signature", at: name,
      help:
        "a name is made of letters, digits, `-`, `_` and `.`, and begins with a letter or a digit")
  }

  fileprivate static func unknownEncoding(_ word: SourceText) -> Self {
    let known = ProgramSignatures.Encoding.allCases.map(\.rawValue)
    return Self(
      .invalidValue, "`\(word.text)` is not an encoding", at: word,
      help: Nearest.question(word.text, among: known)
        ?? "the encodings are `json` and `msgpack`")
  }

  fileprivate static func noSelections(_ node: YAMLNode, _ source: String) -> Self {
    Self(
      .emptyValue, "`selections` is empty", source: source, range: node.range,
      help: "name at least one selection, with its `event`")
  }
}
