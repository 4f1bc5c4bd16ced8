// SPDX-License-Identifier: Apache-2.0

/// The cases of a test: each puts one word of each variable in the place of the variable's name in braces.
struct TestMatrix {
  /// The words of one case, by the names of their variables.
  struct Assignment {
    var words: [(name: String, word: String)]

    /// The only case of a test without variables.
    static let none = Assignment(words: [])

    /// The words of the case as they follow the name of the test: ` [port=22]`.
    var suffix: String {
      words.isEmpty
        ? "" : " [" + words.map { "\($0.name)=\($0.word)" }.joined(separator: ", ") + "]"
    }
  }

  /// A problem with the variables of a test.
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

  /// All cases, in the order of the words; none when there are more than ``TestSuite/caseLimit``.
  var assignments: [Assignment] {
    guard count <= TestSuite.caseLimit else { return [] }
    return variables.reduce([.none]) { cases, variable in
      cases.flatMap { assignment in
        variable.words.map { Assignment(words: assignment.words + [(variable.name.text, $0)]) }
      }
    }
  }

  /// Returns the cases of the variables that a step names, one without words when it names none.
  func assignments(for step: TestDocument.Step) -> [Assignment] {
    let named = variables.filter { variable in
      let name = "{\(variable.name.text)}"
      return step.packet.text.contains(name) || step.owner?.text.contains(name) ?? false
    }
    return TestMatrix(named).assignments
  }

  /// Returns a text with the words of a case in place of the names in braces.
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

  /// The first problem; nil when there is none.
  var problem: Problem? {
    if count > TestSuite.caseLimit { return .tooMany }
    if let (text, name) = unknown { return .unknown(text, name, variables.map(\.name.text)) }
    return variables.first { !used.contains($0.name.text) }.map { .unused($0.name) }
  }
}

extension TestMatrix.Problem {
  /// Returns the finding about a test that has the problem.
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
