// SPDX-License-Identifier: Apache-2.0

/// Understands signatures, each after those whose findings it takes.
struct SignatureCompiler {
  private let documents: [SignatureDocument]
  private let lists: [String: ValueList]
  private let parsed: ListedOperands
  private var diagnostics: [Diagnostic] = []
  private var known: [DocumentContext.KnownSignature]
  private var checked: [Int: CheckedSignature] = [:]
  /// Those that are being looked at, from the first on.
  private var path: [Int] = []

  /// The signatures in load order, and what other documents can name of them.
  static func check(
    _ documents: [SignatureDocument], _ lists: [String: ValueList], _ parsed: ListedOperands,
    into diagnostics: inout [Diagnostic]
  ) -> ([CheckedSignature], [DocumentContext.KnownSignature]) {
    var compiler = SignatureCompiler(documents, lists, parsed)
    compiler.checkNames()
    for index in documents.indices { compiler.check(index) }
    diagnostics += compiler.diagnostics
    return (documents.indices.compactMap { compiler.checked[$0] }, compiler.known)
  }

  private init(
    _ documents: [SignatureDocument], _ lists: [String: ValueList], _ parsed: ListedOperands
  ) {
    self.documents = documents
    self.parsed = parsed
    self.lists = lists
    known = documents.map { .init(name: $0.name.text, tags: $0.tags.map(\.text)) }
  }

  private mutating func checkNames() {
    var first: [String: SourceText] = [:]
    for name in documents.map(\.name) where !name.text.isEmpty {
      if let other = first[name.text] {
        diagnostics.append(.duplicateSignature(name, first: other))
      } else if EventKind(name: name.text) != nil || EventSet(rawValue: name.text) != nil
        || name.text == DocumentContext.everySignature
      {
        diagnostics.append(.nameOfEvent(name))
      } else {
        first[name.text] = name
      }
    }
  }

  private mutating func check(_ index: Int) {
    guard checked[index] == nil else { return }
    if let start = path.firstIndex(of: index) {
      diagnostics.append(.circle(path[start...].map { documents[$0].name }))
      return
    }
    path.append(index)
    let document = documents[index]
    for other in sources(of: document) {
      // A signature of a set does not take its own findings.
      if other == index, !names(document, documents[index].name.text) { continue }
      check(other)
    }
    path.removeLast()
    guard checked[index] == nil else { return }
    let context = DocumentContext(
      lists: DocumentContext.lists(document.lists, in: document.source, lists),
      parsed: parsed, signatures: known)
    let result = SignatureChecker.check(document, in: context, into: &diagnostics)
    checked[index] = result
    known[index].data = result.signature?.data ?? known[index].data
  }

  /// The signatures whose findings one takes, by index.
  private func sources(of document: SignatureDocument) -> [Int] {
    let context = DocumentContext(signatures: known)
    var ignored: [Diagnostic] = []
    let names = document.selections.flatMap { entry in
      EventSelection(parsing: entry.value.event, in: context, into: &ignored).selectedSignatures
    }
    return documents.indices.filter { names.contains(documents[$0].name.text) }
  }

  private func names(_ document: SignatureDocument, _ name: String) -> Bool {
    document.selections.contains {
      $0.value.event.text.split(separator: ",").contains { $0 == name }
    }
  }
}

extension Diagnostic {
  fileprivate static func duplicateSignature(_ name: SourceText, first: SourceText) -> Self {
    Self(
      .duplicateName, "a signature named `\(name.text)` was loaded before",
      source: name.source, range: name.range,
      related: [.init(message: "the first", source: first.source, range: first.range)])
  }

  fileprivate static func nameOfEvent(_ name: SourceText) -> Self {
    Self(
      .duplicateName, "`\(name.text)` is the name of an event or a set",
      source: name.source, range: name.range, help: "give the signature another name")
  }

  fileprivate static func circle(_ names: [SourceText]) -> Self {
    let words = (names + names.prefix(1)).map { "`\($0.text)`" }.joined(separator: " → ")
    return Self(
      .signatureCircle, "signatures take each other's findings: \(words)",
      source: names[0].source, range: names[0].range,
      related: names.dropFirst().map {
        Related(message: "takes the findings too", source: $0.source, range: $0.range)
      })
  }
}

extension Diagnostic {
  /// No policy selects a signature.
  static func unusedSignature(_ name: SourceText) -> Self {
    Self(
      .unusedSignature, "no policy selects the signature `\(name.text)`",
      source: name.source, range: name.range, help: "write `event: \(name.text)` in a policy's rule"
    )
  }
}
