// SPDX-License-Identifier: Apache-2.0

/// The cases of a test: each puts one word of each variable in the place of the variable's name in braces.
struct TestMatrix {
  /// The words of one case, by the names of their variables.
  struct Assignment {
    var words: [(name: String, word: String)]

    /// The case of a test that has only one.
    static let none = Assignment(words: [])

    /// The case, to follow a name: ` [port=22]`.
    var suffix: String {
      words.isEmpty
        ? "" : " [" + words.map { "\($0.name)=\($0.word)" }.joined(separator: ", ") + "]"
    }
  }

  /// What is wrong with the variables of a test.
  enum Problem {
    case unused(SourceText)
    case unknown(SourceText, String, [String])
    case tooMany
  }

  private let variables: [TestDocument.Variable]
  private var used: Set<String> = []
  private var unknown: (SourceText, String)?

  init(_ variables: [TestDocument.Variable]) { self.variables = variables }

  private var count: Int {
    variables.reduce(1) { $0 > TestSuite.caseLimit ? $0 : $0 * $1.words.count }
  }

  /// Every case; none when there are more than a test may have.
  var assignments: [Assignment] {
    guard count <= TestSuite.caseLimit else { return [] }
    return variables.reduce([.none]) { cases, variable in
      cases.flatMap { assignment in
        variable.words.map { Assignment(words: assignment.words + [(variable.name.text, $0)]) }
      }
    }
  }

  /// Whether a step names a variable.
  func isUsed(in step: TestDocument.Step) -> Bool {
    variables.contains { variable in
      let name = "{\(variable.name.text)}"
      return step.packet.text.contains(name) || step.owner?.text.contains(name) ?? false
    }
  }

  /// The text with the words of a case.
  mutating func filled(_ text: SourceText, _ assignment: Assignment) -> String {
    guard !variables.isEmpty else { return text.text }
    var filled = ""
    var rest = text.text[...]
    while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
      let name = String(rest[rest.index(after: open)..<close])
      filled += rest[..<open]
      if let word = assignment.words.first(where: { $0.name == name })?.word {
        used.insert(name)
        filled += word
      } else {
        if !variables.contains(where: { $0.name.text == name }) {
          unknown = unknown ?? (text, name)
        }
        filled += rest[open...close]
      }
      rest = rest[rest.index(after: close)...]
    }
    return filled + rest
  }

  /// What is wrong; nil when nothing is.
  var problem: Problem? {
    if count > TestSuite.caseLimit { return .tooMany }
    if let (text, name) = unknown { return .unknown(text, name, variables.map(\.name.text)) }
    return variables.first { !used.contains($0.name.text) }.map { .unused($0.name) }
  }
}

extension TestMatrix.Problem {
  /// The problem as a finding about a test.
  func diagnostic(_ test: TestDocument.Test) -> Diagnostic {
    switch self {
    case .unused(let name):
      Diagnostic(
        .invalidValue, "no packet of the test has `{\(name.text)}`", source: name.source,
        range: name.range)
    case .unknown(let text, let name, let known):
      Diagnostic(
        .invalidValue, "`{\(name)}` is none of the test's `cases`", source: text.source,
        range: text.range, help: Nearest.question(name, among: known))
    case .tooMany:
      Diagnostic(
        .invalidValue, "the test has more than \(TestSuite.caseLimit) cases",
        source: test.name.source, range: test.name.range)
    }
  }
}
