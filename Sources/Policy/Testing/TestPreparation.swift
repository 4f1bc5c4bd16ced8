// SPDX-License-Identifier: Apache-2.0

/// Understands the words of a document of tests: packets, owners, and the names of policies and events.
struct TestPreparation {
  private let document: TestDocument
  private let policies: [String]
  private var owners: [String: OwnerExpression] = [:]
  private var diagnostics: [Diagnostic] = []

  /// The tests of a document; one that has findings is left out.
  static func cases(
    of document: TestDocument, policies: [String], into diagnostics: inout [Diagnostic]
  ) -> [TestCase] {
    var preparation = TestPreparation(document: document, policies: policies)
    preparation.readOwners()
    var names: [String: SourceText] = [:]
    var cases: [TestCase] = []
    for test in document.tests {
      if let first = names[test.name.text] {
        preparation.diagnostics.append(.duplicateTest(test.name, first: first))
      } else {
        names[test.name.text] = test.name
      }
      cases += preparation.cases(of: test)
    }
    diagnostics += preparation.diagnostics
    return cases
  }

  /// The owners of flows; those that have findings are left out.
  static func flows(
    _ flows: [TestDocument.Flow], of owners: [TestDocument.Owner], in source: String,
    _ range: SourceRange, into diagnostics: inout [Diagnostic]
  ) -> [FlowOwner] {
    var document = TestDocument(source: source, range: range)
    document.owners = owners
    var preparation = TestPreparation(document: document, policies: [])
    preparation.readOwners()
    let result = flows.compactMap { preparation.flow($0) }
    diagnostics += preparation.diagnostics
    return result
  }

  private init(document: TestDocument, policies: [String]) {
    self.document = document
    self.policies = policies
  }

  private mutating func readOwners() {
    for owner in document.owners where owners[owner.name.text] == nil {
      do throws(ExpressionFault) {
        owners[owner.name.text] = try OwnerExpression(owner.text.text)
      } catch { report(error, owner.text) }
    }
  }

  private mutating func cases(of test: TestDocument.Test) -> [TestCase] {
    let before = diagnostics.count
    let expectation = self.expectation(test.expectation)
    var matrix = TestMatrix(test.matrix)
    var cases: [TestCase] = []
    switch test.action {
    case .packet(let step):
      for assignment in matrix.assignments {
        guard diagnostics.count == before else { break }
        guard let step = self.step(step, assignment, &matrix), let expectation else { continue }
        cases.append(
          TestCase(
            name: test.name.text + assignment.suffix, place: test.name.range,
            action: .packets([step]), expectation: expectation))
      }
    case .steps(let steps):
      var packets: [TestCase.Step] = []
      for step in steps {
        let assignments = matrix.isUsed(in: step) ? matrix.assignments : [.none]
        for assignment in assignments {
          guard diagnostics.count == before, packets.count < TestSuite.caseLimit else { break }
          if let step = self.step(step, assignment, &matrix) { packets.append(step) }
        }
      }
      if let expectation {
        cases = [
          TestCase(
            name: test.name.text, place: test.name.range, action: .packets(packets),
            expectation: expectation)
        ]
      }
    case .capture(let path, let flows):
      let flows = flows.compactMap { flow($0) }
      if let expectation {
        cases = [
          TestCase(
            name: test.name.text, place: test.name.range,
            action: .capture(TestSet.path(path.text, besides: document.source), flows),
            expectation: expectation)
        ]
      }
    }
    if diagnostics.count == before, let problem = matrix.problem {
      diagnostics.append(problem.diagnostic(test))
    }
    return diagnostics.count == before ? cases : []
  }

  private mutating func step(
    _ step: TestDocument.Step, _ assignment: TestMatrix.Assignment, _ matrix: inout TestMatrix
  ) -> TestCase.Step? {
    let packet: PacketExpression
    do throws(ExpressionFault) {
      packet = try PacketExpression(matrix.filled(step.packet, assignment))
    } catch {
      report(error, step.packet, assignment)
      return nil
    }
    guard let name = step.owner else { return TestCase.Step(packet: packet) }
    guard let owner = self.owner(name, matrix.filled(name, assignment)) else { return nil }
    return TestCase.Step(packet: packet, owner: owner, ownerName: name.text)
  }

  private mutating func owner(_ name: SourceText, _ filled: String) -> OwnerExpression? {
    if let owner = owners[filled] { return owner }
    // An owner that cannot be understood has a finding of its own.
    if !document.owners.contains(where: { $0.name.text == filled }) {
      let known = document.owners.map(\.name.text)
      diagnostics.append(
        Diagnostic(
          .invalidValue, "no owner is named `\(filled)`", source: name.source,
          range: name.range,
          help: Nearest.question(filled, among: known) ?? "add it to `owners`"))
    }
    return nil
  }

  private mutating func flow(_ flow: TestDocument.Flow) -> FlowOwner? {
    guard let owner = self.owner(flow.owner, flow.owner.text) else { return nil }
    do throws(ExpressionFault) {
      return try FlowOwner(between: flow.between.text, owner: owner)
    } catch {
      report(error, flow.between)
      return nil
    }
  }

  private mutating func report(
    _ fault: ExpressionFault, _ text: SourceText, _ assignment: TestMatrix.Assignment = .none
  ) {
    diagnostics.append(
      Diagnostic(
        .invalidValue, fault.description + assignment.suffix, source: text.source,
        range: text.range))
  }
}

extension TestPreparation {
  private mutating func expectation(
    _ expectation: TestDocument.Expectation
  ) -> TestCase.Expectation? {
    let before = diagnostics.count
    let result: TestCase.Expectation
    switch expectation {
    case .verdict(let wanted):
      result = .verdict(
        wanted.flatMap { wanted -> [PolicyEvent] in
          let index = policy(wanted.policy)
          return wanted.events.compactMap { name -> PolicyEvent? in
            guard let event = event(name), let index else { return nil }
            return PolicyEvent(policy: index, event: event)
          }
        })
    case .counts(let counts): result = .counts(counts.map { count($0) })
    }
    return diagnostics.count == before ? result : nil
  }

  private mutating func count(_ count: TestDocument.Count) -> TestCase.Count {
    let event = count.event.flatMap { self.event($0) }
    var checker = FilterChecker(.rule)
    let filters = count.filters.compactMap { checker.check($0) }
    diagnostics += checker.diagnostics
    for filter in filters {
      guard let event, case .packet(let field, _) = filter.target,
        !field.description.events.contains(event)
      else { continue }
      diagnostics.append(
        Diagnostic(
          .unknownField, "`\(event.name)` has no `\(filter.expression.key.text)`",
          source: filter.expression.source.source, range: filter.expression.key.range))
    }
    let words =
      [count.event?.text ?? "events", count.policy.map { "of policy \($0.text)" }].compactMap { $0 }
      + (filters.isEmpty ? [] : ["with"]) + filters.map(\.expression.source.text)
    return TestCase.Count(
      count: count.count, policy: count.policy.flatMap { policy($0) }, event: event,
      filters: filters, place: count.range, words: words.joined(separator: " "))
  }

  private mutating func policy(_ name: SourceText) -> Int? {
    if let index = policies.firstIndex(of: name.text) { return index }
    diagnostics.append(
      Diagnostic(
        .invalidValue, "no policy under test is named `\(name.text)`",
        source: name.source, range: name.range,
        help: Nearest.question(name.text, among: policies)
          ?? "they are \(policies.prefix(6).joined(separator: ", "))"))
    return nil
  }

  private mutating func event(_ name: SourceText) -> EventKind? {
    if let event = EventKind(name: name.text) { return event }
    let known = EventKind.allCases.map(\.name)
    diagnostics.append(
      Diagnostic(
        .unknownEvent, "there is no event `\(name.text)`", source: name.source,
        range: name.range,
        help: Nearest.question(name.text, among: known)
          ?? "`tracee-policy list events` shows all"))
    return nil
  }
}

extension Diagnostic {
  fileprivate static func duplicateTest(_ name: SourceText, first: SourceText) -> Self {
    Self(
      .duplicateName, "a test of this file is named `\(name.text)` already",
      source: name.source, range: name.range,
      related: [.init(message: "the first", source: first.source, range: first.range)])
  }
}
