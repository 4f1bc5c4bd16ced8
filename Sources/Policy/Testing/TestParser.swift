// SPDX-License-Identifier: Apache-2.0

/// A reader of the keys of files of tests and of owners, and of the types of their values.
///
/// Everything that is wrong is collected.
struct TestParser {
  private static let topKeys = ["kind", "description", "policies", "lists", "owners", "tests"]
  private static let testKeys = [
    "name", "packet", "owner", "steps", "capture", "flows", "cases", "expect",
  ]
  private static let stepKeys = ["at", "packet", "owner"]
  private static let flowKeys = ["between", "owner"]

  private let file: SourceFile
  /// The number of words in all variables so far; a range counts with each of its numbers.
  private var words = 0
  var source: String { file.name }
  var diagnostics: [Diagnostic] = []

  /// Returns one document whose kind is ``TestDocument/kind``, with the findings about it.
  static func parse(_ root: YAMLNode, of file: SourceFile) -> (TestDocument, [Diagnostic]) {
    var parser = TestParser(file: file)
    let document = parser.document(root)
    return (document, parser.diagnostics)
  }

  /// Returns one document whose kind is ``DocumentKind/owners``, with the findings about it.
  static func parse(
    owners root: YAMLNode, of file: SourceFile
  ) -> (owners: [TestDocument.Owner], flows: [TestDocument.Flow], diagnostics: [Diagnostic]) {
    var parser = TestParser(file: file)
    let top = parser.keyed(root, "a file of owners", ["kind", "owners", "flows"])
    let owners = top.flatMap { parser.required("owners", $0) }.map { parser.owners($0) } ?? []
    let flows = top.flatMap { parser.required("flows", $0) }.map { parser.flows($0) } ?? []
    return (owners, flows, parser.diagnostics)
  }

  private init(file: SourceFile) { self.file = file }

  private mutating func document(_ root: YAMLNode) -> TestDocument {
    var document = TestDocument(source: source, range: root.range)
    guard let top = keyed(root, "a file of tests", Self.topKeys) else { return document }
    if let node = top["description"] { _ = text(node, "`description`") }
    if let node = top["lists"] { document.lists = lists(node) }
    document.policies = required("policies", top).map { texts($0, "`policies`", "a path") } ?? []
    if let node = top["owners"] { document.owners = owners(node) }
    document.tests =
      required("tests", top).map { elements($0, "`tests`") }?.compactMap { test($0) } ?? []
    return document
  }

  private mutating func lists(_ node: YAMLNode) -> [TestDocument.List] {
    entries(node, "`lists`").compactMap { name, value in
      text(value, "the path of a list").map { TestDocument.List(name: name, path: $0) }
    }
  }

  private mutating func owners(_ node: YAMLNode) -> [TestDocument.Owner] {
    entries(node, "`owners`").compactMap { name, value in
      text(value, "an owner").map { TestDocument.Owner(name: name, text: $0) }
    }
  }

  private mutating func test(_ node: YAMLNode) -> TestDocument.Test? {
    guard let test = keyed(node, "a test", Self.testKeys) else { return nil }
    let name = text(required("name", test), "`name`")
    let matrix = test["cases"].map { variables($0) } ?? []
    let action = self.action(test, node)
    let expected = required("expect", test)
    var expectation: TestDocument.Expectation?
    if let expected, let action { expectation = self.expectation(expected, action) }
    guard let name, let action, let matrix, let expectation else { return nil }
    return TestDocument.Test(
      range: node.range, name: name, action: action, matrix: matrix, expectation: expectation)
  }

  /// Returns the packets of a test, which are given by exactly one of three keys.
  private mutating func action(_ test: KeyedNode, _ node: YAMLNode) -> TestDocument.Action? {
    let kinds = ["packet", "steps", "capture"].filter { test[$0] != nil }
    guard kinds.count == 1 else {
      diagnostics.append(.oneAction(node, source, kinds))
      return nil
    }
    let misplaced = [
      ("owner", test["packet"] == nil, "only a `packet` has one; steps have their own"),
      ("flows", test["capture"] == nil, "they belong to a `capture`"),
      ("cases", test["capture"] != nil, "they belong to a `packet` or to `steps`"),
    ]
    for (key, isWrong, help) in misplaced where isWrong {
      if let node = test[key] { diagnostics.append(.misplaced(key, node, source, help)) }
    }
    if let node = test["packet"] {
      guard let packet = text(node, "`packet`") else { return nil }
      return .packet(
        TestDocument.Step(
          packet: packet, owner: test["owner"].flatMap { text($0, "`owner`") }))
    }
    if let node = test["steps"] { return .steps(elements(node, "`steps`").compactMap { step($0) }) }
    guard let path = text(test["capture"], "`capture`") else { return nil }
    return .capture(path, test["flows"].map { flows($0) } ?? [])
  }

  private mutating func step(_ node: YAMLNode) -> TestDocument.Step? {
    guard let step = keyed(node, "a step", Self.stepKeys),
      let packet = text(required("packet", step), "`packet`")
    else { return nil }
    let time = step["at"].flatMap { text($0, "`at`") }
    if let time, TestTime(time.text) == nil { diagnostics.append(.wrongTime(time)) }
    return TestDocument.Step(
      time: time, packet: packet, owner: step["owner"].flatMap { text($0, "`owner`") })
  }

  private mutating func flows(_ node: YAMLNode) -> [TestDocument.Flow] {
    elements(node, "`flows`").compactMap { flow($0) }
  }

  private mutating func flow(_ node: YAMLNode) -> TestDocument.Flow? {
    guard let flow = keyed(node, "a flow", Self.flowKeys),
      let between = text(required("between", flow), "`between`"),
      let owner = text(required("owner", flow), "`owner`")
    else { return nil }
    return TestDocument.Flow(between: between, owner: owner)
  }

  /// Returns the variables of a test; nil, with findings, when one of them cannot be used.
  private mutating func variables(_ node: YAMLNode) -> [TestDocument.Variable]? {
    let before = diagnostics.count
    let variables = entries(node, "`cases`").compactMap { name, value -> TestDocument.Variable? in
      let texts: [SourceText]
      if let one = value.text {
        texts = [one]
      } else {
        texts = self.texts(value, "`\(name.text)`", "a case")
      }
      var words: [String] = []
      for text in texts {
        let range = text.text.numbers
        self.words += range?.count ?? 1
        guard self.words <= TestSuite.caseLimit else {
          diagnostics.append(.tooManyCases(name))
          return nil
        }
        words += range.map { numbers in numbers.map { String($0) } } ?? [text.text]
      }
      guard !words.isEmpty else { return nil }
      return TestDocument.Variable(name: name, words: words)
    }
    return diagnostics.count == before ? variables : nil
  }
}

extension TestParser {
  mutating func keyed(_ node: YAMLNode?, _ noun: String, _ keys: [String]) -> KeyedNode? {
    guard let node else { return nil }
    return KeyedNode(node, noun, keys: keys, source: source, &diagnostics)
  }

  mutating func required(_ key: String, _ node: KeyedNode) -> YAMLNode? {
    node.required(key, source, &diagnostics)
  }

  mutating func text(_ node: YAMLNode?, _ noun: String) -> SourceText? {
    guard let node else { return nil }
    guard let text = node.text, !node.isNull else {
      diagnostics.append(.wrongType(node, source, wanted: "text", of: noun))
      return nil
    }
    return text
  }

  /// Returns the keys and values of a mapping whose keys are chosen freely.
  mutating func entries(
    _ node: YAMLNode, _ noun: String
  ) -> [(name: SourceText, value: YAMLNode)] {
    guard case .mapping(let entries) = node.content else {
      diagnostics.append(.wrongType(node, source, wanted: "a mapping", of: noun))
      return []
    }
    return entries.compactMap { entry in
      text(entry.key, "a key of \(noun)").map { ($0, entry.value) }
    }
  }

  mutating func elements(_ node: YAMLNode, _ noun: String) -> [YAMLNode] {
    guard case .sequence(let elements) = node.content else {
      diagnostics.append(
        .wrongType(
          node, source, wanted: "a list", of: noun, help: "begin each element with `- `"))
      return []
    }
    if elements.isEmpty {
      diagnostics.append(
        Diagnostic(.emptyValue, "\(noun) is empty", source: source, range: node.range))
    }
    return elements
  }

  mutating func texts(_ node: YAMLNode, _ noun: String, _ element: String) -> [SourceText] {
    elements(node, noun).compactMap { text($0, element) }
  }
}

extension String {
  /// The numbers of a range such as `1-150`, at most 65535; nil when it is none.
  fileprivate var numbers: ClosedRange<UInt64>? {
    let parts = split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 2, let low = WholeNumber.decimal(parts[0].utf8),
      let high = WholeNumber.decimal(parts[1].utf8), low <= high, high <= 65535
    else { return nil }
    return low...high
  }
}

extension Diagnostic {
  fileprivate static func oneAction(_ node: YAMLNode, _ source: String, _ kinds: [String]) -> Self {
    let start = node.range.start
    return Self(
      kinds.isEmpty ? .missingKey : .invalidValue,
      kinds.isEmpty
        ? "a test must have the key `packet`, `steps` or `capture`"
        : "a test has one of `packet`, `steps` and `capture`, not several", source: source,
      range: SourceRange(start: start, end: start))
  }

  fileprivate static func misplaced(
    _ key: String, _ node: YAMLNode, _ source: String, _ help: String
  ) -> Self {
    Self(
      .unknownKey, "this test has no place for `\(key)`", source: source,
      range: node.range, help: help)
  }

  static func wrongTime(_ time: SourceText) -> Self {
    Self(
      .invalidValue, "`\(time.text)` is not a time", source: time.source,
      range: time.range, help: "write +100ms, +10s or, for each packet of a matrix, +100ms each")
  }

  fileprivate static func tooManyCases(_ name: SourceText) -> Self {
    Self(
      .invalidValue, "with `\(name.text)`, the file has more than \(TestSuite.caseLimit) cases",
      source: name.source, range: name.range, help: "divide the tests between several files")
  }
}
