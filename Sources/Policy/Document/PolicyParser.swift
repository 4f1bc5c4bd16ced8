// SPDX-License-Identifier: Apache-2.0

/// Reads the structure of a policy: its keys, and the kinds of their values.
///
/// All findings are collected. The meaning of expressions is not checked here.
struct PolicyParser {
  /// The actions that a policy can take on an event.
  static let actions = ["log", "print"]
  /// The `apiVersion` of the resource form.
  static let apiVersion = "tracee.aquasec.com/v1beta1"

  static let resourceKeys = ["apiVersion", "kind", "metadata", "spec"]
  static let metadataKeys = ["name", "annotations", "labels"]
  private static let bodyKeys = ["scope", "rules", "defaultActions", "lists"]
  private static let plainKeys =
    ["type", "name", "description", "version", "labels"] + bodyKeys
  private static let ruleKeys = ["event", "filters", "actions"]

  let file: SourceFile
  var source: String { file.name }
  var diagnostics: [Diagnostic] = []

  /// Returns the policy of one document and the findings about it; nil if the document has neither form.
  static func parse(_ root: YAMLNode, of file: SourceFile) -> (PolicyDocument?, [Diagnostic]) {
    var parser = PolicyParser(file: file)
    let document = parser.document(root)
    return (document, parser.diagnostics)
  }

  init(file: SourceFile) { self.file = file }

  private mutating func document(_ root: YAMLNode) -> PolicyDocument? {
    switch form(of: root) {
    case .resource?: return resource(root)
    case .plain?: return plain(root)
    case nil:
      diagnostics.append(.unknownForm(root, source))
      return nil
    }
  }

  /// Returns the form of which a document has more keys; misspelt keys count only if no key is right.
  private func form(of root: YAMLNode) -> PolicyDocument.Form? {
    guard case .mapping(let entries) = root.content else { return nil }
    let keys = entries.compactMap(\.key.text?.text)
    return form(of: keys) { $1.contains($0) }
      ?? form(of: keys) { !Nearest.words(to: $0, among: $1).isEmpty }
  }

  private func form(
    of keys: [String], where belongs: (String, [String]) -> Bool
  ) -> PolicyDocument.Form? {
    let resource = keys.count { belongs($0, Self.resourceKeys) }
    let plain = keys.count { belongs($0, Self.plainKeys) }
    if resource + plain == 0 { return nil }
    return resource >= plain ? .resource : .plain
  }

  private mutating func resource(_ root: YAMLNode) -> PolicyDocument? {
    guard let top = keyed(root, "a policy resource", Self.resourceKeys) else { return nil }
    constant(Self.apiVersion, required("apiVersion", top), "apiVersion")
    constant("Policy", required("kind", top), "kind")
    let metadata = keyed(required("metadata", top), "`metadata`", Self.metadataKeys)
    let spec = keyed(required("spec", top), "`spec`", Self.bodyKeys)
    let annotations = metadata?["annotations"].map { texts(byKey: $0, "`annotations`") } ?? [:]
    let labels = labels(in: metadata)
    var document = body(.resource, root, name(in: metadata), spec)
    document.annotations = annotations
    document.labels = labels
    return document
  }

  private mutating func plain(_ root: YAMLNode) -> PolicyDocument? {
    guard let top = keyed(root, "a policy", Self.plainKeys) else { return nil }
    constant("policy", required("type", top), "type")
    for key in ["description", "version"] {
      if let node = top[key] { _ = text(node, "`\(key)`") }
    }
    let labels = labels(in: top)
    var document = body(.plain, root, name(in: top), top)
    document.labels = labels
    return document
  }

  private mutating func labels(in parent: KeyedNode?) -> [String: String] {
    parent?["labels"].map { texts(byKey: $0, "`labels`") } ?? [:]
  }

  private mutating func body(
    _ form: PolicyDocument.Form, _ root: YAMLNode, _ name: SourceText?, _ body: KeyedNode?
  ) -> PolicyDocument {
    var document = PolicyDocument(
      form: form, source: source, range: root.range,
      name: name ?? nothing(at: root), scope: [], rules: [])
    guard let body else { return document }
    if let scope = required("scope", body) {
      document.scope = expressions(scope, "`scope`", "a scope", in: .scope)
    }
    if let rules = required("rules", body) {
      document.rules = elements(rules, "`rules`").compactMap { rule($0) }
    }
    if let actions = body["defaultActions"] {
      document.defaultActions = self.actions(actions, "`defaultActions`")
    }
    if let lists = body["lists"] { document.lists = values(lists, "`lists`") }
    return document
  }

  mutating func rule(_ node: YAMLNode) -> PolicyDocument.Rule? {
    guard let rule = keyed(node, "a rule", Self.ruleKeys) else { return nil }
    let event = event(required("event", rule))
    return PolicyDocument.Rule(
      range: node.range, event: event ?? nothing(at: node),
      filters: rule["filters"].map { expressions($0, "`filters`", "a filter", in: .rule) } ?? [],
      actions: rule["actions"].map { actions($0, "`actions`") } ?? [])
  }

  /// Returns the text of a rule's `event`; the elements of a list are joined, with a finding.
  private mutating func event(_ node: YAMLNode?) -> SourceText? {
    guard let node else { return nil }
    guard case .sequence(let elements) = node.content, !elements.isEmpty else {
      return text(node, "`event`")
    }
    let words = elements.compactMap(\.text?.text)
    let list = words.joined(separator: ",")
    var finding = Diagnostic.wrongType(
      node, source, wanted: "text", of: "`event`", help: "separate events with commas: \(list)")
    let isFlow = file.text(of: node.range).hasPrefix("[")
    if isFlow, words.count == elements.count, words.allSatisfy(\.isPlainYAML) {
      finding.fix = Diagnostic.Fix(range: node.range, replacement: list)
    }
    diagnostics.append(finding)
    return nil
  }

  private mutating func actions(_ node: YAMLNode, _ noun: String) -> [SourceText] {
    let texts = list(node, noun, "an action", mayBeEmpty: true)
    diagnostics += texts.filter { !Self.actions.contains($0.text) }.map { .unknownAction($0) }
    return texts
  }

  mutating func name(in parent: KeyedNode?) -> SourceText? {
    guard let parent, let node = required("name", parent), let name = text(node, "`name`") else {
      return nil
    }
    if let fault = PolicyName.fault(of: name.text) { diagnostics.append(.invalidName(name, fault)) }
    return name
  }
}

extension PolicyParser {
  mutating func keyed(_ node: YAMLNode?, _ noun: String, _ keys: [String]) -> KeyedNode? {
    guard let node else { return nil }
    return KeyedNode(node, noun, keys: keys, source: source, &diagnostics)
  }

  mutating func required(_ key: String, _ node: KeyedNode) -> YAMLNode? {
    node.required(key, source, &diagnostics)
  }

  mutating func constant(_ value: String, _ node: YAMLNode?, _ key: String) {
    guard let text = text(node, "`\(key)`"), text.text != value else { return }
    diagnostics.append(.otherForm(text, key, value))
  }

  mutating func text(_ node: YAMLNode?, _ noun: String) -> SourceText? {
    guard let node else { return nil }
    guard let text = node.text, !node.isNull else {
      diagnostics.append(.wrongType(node, source, wanted: "text", of: noun, help: quotes(node)))
      return nil
    }
    return text
  }

  /// Returns the texts of a mapping by their keys, without those that had findings.
  @discardableResult
  mutating func texts(byKey node: YAMLNode, _ noun: String) -> [String: String] {
    guard case .mapping(let entries) = node.content else {
      diagnostics.append(.wrongType(node, source, wanted: "a mapping", of: noun))
      return [:]
    }
    var texts: [String: String] = [:]
    for entry in entries {
      let key = text(entry.key, "a key of \(noun)")
      let value = text(entry.value, "a value of \(noun)")
      if let key, let value { texts[key.text] = value.text }
    }
    return texts
  }

  mutating func list(
    _ node: YAMLNode, _ noun: String, _ element: String, mayBeEmpty: Bool = false
  ) -> [SourceText] {
    elements(node, noun, mayBeEmpty: mayBeEmpty).compactMap { text($0, element) }
  }

  mutating func expressions(
    _ node: YAMLNode, _ noun: String, _ element: String, in place: ScopeKey.Places
  ) -> [SourceText] {
    let elements = elements(node, noun, mayBeEmpty: place == .rule)
    let words = Set(ScopeCatalog.words.filter { $0.places.contains(place) }.map(\.name))
    return UnquotedComma.join(elements, words: words, in: file, &diagnostics)
      .compactMap { expression($0, element, in: place) }
  }

  /// Returns the text of an expression; nil, with a finding, if the node is none.
  private mutating func expression(
    _ node: YAMLNode, _ noun: String, in place: ScopeKey.Places
  ) -> SourceText? {
    guard let meant = meantExpression(node, in: place) else { return text(node, noun) }
    diagnostics.append(
      .wrongType(
        node, source, wanted: "text", of: noun, help: "write \(meant)",
        fix: Diagnostic.Fix(
          range: node.range, replacement: meant.isPlainYAML ? meant : "\"\(meant)\"")))
    return nil
  }

  /// Returns the expression that a mapping such as `comm: curl` was meant as; nil if that is not certain.
  private func meantExpression(_ node: YAMLNode, in place: ScopeKey.Places) -> String? {
    guard case .mapping(let entries) = node.content, entries.count == 1,
      !file.text(of: node.range).hasPrefix("{"), let key = entries[0].key.text?.text,
      ScopeCatalog.key(key, in: place) != nil || (place == .rule && PacketField.find(key) != nil)
    else { return nil }
    let values: [String?]
    switch entries[0].value.content {
    case .scalar(let text, _): values = [text.text]
    case .sequence(let elements): values = elements.map(\.text?.text)
    case .mapping: return nil
    }
    let words = values.compactMap { $0 }
    guard !words.isEmpty, words.count == values.count,
      words.allSatisfy({ !$0.isEmpty && !$0.contains { "\"\\,\n=!<>".contains($0) } })
    else { return nil }
    return "\(key)=\(words.joined(separator: ","))"
  }

  /// The elements of a list.
  ///
  /// A single text in place of a list is reported, and read as the only element.
  mutating func elements(
    _ node: YAMLNode, _ noun: String, mayBeEmpty: Bool = false
  ) -> [YAMLNode] {
    switch node.content {
    case .sequence(let elements):
      if elements.isEmpty && !mayBeEmpty { diagnostics.append(.emptyList(node, source, noun)) }
      return elements
    case .scalar where node.isNull:
      let help = mayBeEmpty ? "leave out the key, or write `[]`" : nil
      diagnostics.append(.wrongType(node, source, wanted: "a list", of: noun, help: help))
      return []
    case .scalar, .mapping:
      let help = "begin each element with `- `"
      diagnostics.append(.wrongType(node, source, wanted: "a list", of: noun, help: help))
      return [node]
    }
  }

  /// How to write a mapping that was meant as a text; nil when it is longer than a line.
  func quotes(_ node: YAMLNode) -> String? {
    guard case .mapping = node.content, node.range.start.line == node.range.end.line else {
      return nil
    }
    let text = file.text(of: node.range)
    guard !text.hasPrefix("{") else { return nil }
    let quoted = text.contains("\"") || text.contains("\\") ? "'\(text)'" : "\"\(text)\""
    return text.contains("'") && quoted.hasPrefix("'") ? nil : "quote it: \(quoted)"
  }

  func nothing(at node: YAMLNode) -> SourceText {
    SourceText(
      text: "", source: source,
      range: SourceRange(start: node.range.start, end: node.range.start), isAbsent: true)
  }
}

extension Diagnostic {
  fileprivate static func unknownForm(_ root: YAMLNode, _ source: String) -> Self {
    let start = root.range.start
    return Self(
      .unknownForm, "this is not a policy", source: source,
      range: SourceRange(start: start, end: start),
      help: "start it with `type: policy`, or with `apiVersion: \(PolicyParser.apiVersion)`")
  }

  static func otherForm(_ value: SourceText, _ key: String, _ wanted: String) -> Self {
    Self(
      .unknownForm, "`\(key)` must be `\(wanted)`, not `\(value.text)`",
      at: value)
  }

  fileprivate static func emptyList(_ node: YAMLNode, _ source: String, _ noun: String) -> Self {
    Self(.emptyValue, "\(noun) is empty", source: source, range: node.range)
  }

  fileprivate static func unknownAction(_ action: SourceText) -> Self {
    let help = Nearest.question(action.text, among: PolicyParser.actions)
    return Self(
      .unknownAction, "`\(action.text)` is not an action", at: action,
      help: help ?? "the actions are `log` and `print`")
  }

  fileprivate static func invalidName(_ name: SourceText, _ fault: String) -> Self {
    Self(
      .invalidName, "the name `\(name.text)` \(fault)", at: name,
      help: PolicyName.suggestion(for: name.text).map { "write `\($0)`" }
        ?? "use only a-z, 0-9, `-` and `.`")
  }
}
