/// Demands that no two policies have one name, because events carry it.
enum DuplicateNames {
  static func check(_ documents: [PolicyDocument]) -> [Diagnostic] {
    var first: [String: SourceText] = [:]
    return documents.compactMap { document in
      let name = document.name
      guard !name.text.isEmpty else { return nil }
      if let other = first[name.text] { return .duplicateName(name, first: other) }
      first[name.text] = name
      return nil
    }
  }
}

extension Diagnostic {
  fileprivate static func duplicateName(_ name: SourceText, first: SourceText) -> Self {
    Self(
      .error, "duplicate-name", "another policy has the name `\(name.text)` too",
      source: name.source, range: name.range, help: "give each policy its own name",
      related: [
        Related(message: "it is given here first", source: first.source, range: first.range)
      ])
  }
}
