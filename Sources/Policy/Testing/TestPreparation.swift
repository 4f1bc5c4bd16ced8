// SPDX-License-Identifier: Apache-2.0

/// A reader of the texts in a document of tests: packets, owners, and the names of policies and events.
struct TestPreparation {
  private let document: TestDocument
  let policies: [String]
  /// The signatures under test, and whether a policy under test selects them.
  let signatures: [String: Bool]
  private var owners: [String: OwnerExpression] = [:]
  /// The number of packets in all tests so far.
  private var packets = 0
  var diagnostics: [Diagnostic] = []

  /// Returns the tests of a document, ready to run; a test that has findings is left out.
  static func cases(
    of document: TestDocument, policies: [String], signatures: [String: Bool] = [:],
    into diagnostics: inout [Diagnostic]
  ) -> [TestCase] {
    var preparation = TestPreparation(
      document: document, policies: policies, signatures: signatures)
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

  /// Returns the owners of flows; a flow that has findings is left out.
  static func flows(
    _ flows: [TestDocument.Flow], of owners: [TestDocument.Owner], in source: String,
    _ range: SourceRange, into diagnostics: inout [Diagnostic]
  ) -> [FlowOwner] {
    var document = TestDocument(source: source, range: range)
    document.owners = owners
    var preparation = TestPreparation(document: document, policies: [], signatures: [:])
    preparation.readOwners()
    let result = flows.compactMap { preparation.flow($0) }
    diagnostics += preparation.diagnostics
    return result
  }

  private init(document: TestDocument, policies: [String], signatures: [String: Bool]) {
    self.document = document
    self.policies = policies
    self.signatures = signatures
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
    guard packets <= TestSuite.caseLimit else { return [] }
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
      let packets = self.packets(of: steps, &matrix)
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
            action: .capture(
              TestSet.path(path.text, besides: document.source), path.range, flows),
            expectation: expectation)
        ]
      }
    }
    if diagnostics.count == before, let problem = matrix.problem {
      diagnostics.append(problem.diagnostic(test))
    }
    return diagnostics.count == before ? cases : []
  }

  /// Returns the packets of steps with their times, up to the first that has a finding.
  private mutating func packets(
    of steps: [TestDocument.Step], _ matrix: inout TestMatrix
  ) -> [TestCase.Step] {
    let before = diagnostics.count
    var packets: [TestCase.Step] = []
    var time: UInt64 = 0
    for step in steps {
      let assignments = matrix.assignments(for: step)
      let stated = step.time.flatMap { TestTime($0.text) }
      for (number, assignment) in assignments.enumerated() {
        guard diagnostics.count == before else { return packets }
        if let stated, number == 0 || stated.isEach {
          time += stated.nanoseconds
        } else if !packets.isEmpty {
          time += TestTime.usual
        }
        if time > TestTime.limit { diagnostics.append(.tooLong(step.time ?? step.packet)) }
        guard var packet = self.step(step, assignment, &matrix) else { continue }
        packet.time = time
        packets.append(packet)
      }
    }
    return packets
  }

  private mutating func step(
    _ step: TestDocument.Step, _ assignment: TestMatrix.Assignment, _ matrix: inout TestMatrix
  ) -> TestCase.Step? {
    packets += 1
    guard packets <= TestSuite.caseLimit else {
      diagnostics.append(.tooManyPackets(step.packet))
      return nil
    }
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

extension Diagnostic {
  fileprivate static func tooManyPackets(_ packet: SourceText) -> Self {
    Self(
      .invalidValue, "the file has more than \(TestSuite.caseLimit) packets", source: packet.source,
      range: packet.range, help: "divide the tests between several files")
  }

  fileprivate static func tooLong(_ place: SourceText) -> Self {
    Self(
      .invalidValue, "the steps of the test take more than ten years", source: place.source,
      range: place.range)
  }

  fileprivate static func duplicateTest(_ name: SourceText, first: SourceText) -> Self {
    Self(
      .duplicateName, "a test of this file is named `\(name.text)` already",
      source: name.source, range: name.range,
      related: [.init(message: "the first", source: first.source, range: first.range)])
  }
}
