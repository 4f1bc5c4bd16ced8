// SPDX-License-Identifier: Apache-2.0

/// The tests of one document, understood, with the policies that they are about.
public struct TestSuite: Sendable {
  /// The most cases of one test, and the most packets of its steps.
  public static let caseLimit = 65_536

  /// The name of the file.
  public var source: String
  /// The policies under test.
  public var policies: CheckedSet
  /// Their rules.
  public var plan: ExplainedPlan
  /// The tests, with one for each case of a matrix.
  public var cases: [TestCase]
}

/// A test that can be run.
public struct TestCase: Sendable {
  /// Its name, followed by its case if it has several.
  public var name: String
  /// Where its name is written.
  public var place: SourceRange
  /// What happens in it.
  public var action: Action
  /// What must come of it.
  public var expectation: Expectation

  /// What happens in a test.
  public enum Action: Sendable {
    /// Packets, one after another.
    case packets([Step])
    /// The packets of a capture file at a path.
    case capture(String, [FlowOwner])
  }

  /// A packet and its owner.
  public struct Step: Sendable {
    /// The packet.
    public var packet: PacketExpression
    /// Its owner; nil when nobody owns it.
    public var owner: OwnerExpression?
    /// The name of its owner.
    public var ownerName: String?
  }

  /// What must come of a test.
  public enum Expectation: Sendable {
    /// These and no others.
    case verdict([PolicyEvent])
    /// So many of each.
    case counts([Count])
  }

  /// How often something must be reported.
  public struct Count: Sendable {
    /// How often.
    public var count: Int
    /// The index of the policy; nil for any.
    public var policy: Int?
    /// The event; nil for any.
    public var event: EventKind?
    /// What the events must meet.
    public var filters: [CheckedFilter]
    /// Where it is written.
    public var place: SourceRange
    /// What it counts, for a sentence.
    public var words: String
  }
}

/// An event as a policy reports it.
public struct PolicyEvent: Hashable, Sendable {
  /// The index of the policy in load order.
  public var policy: Int
  /// The event.
  public var event: EventKind

  /// Makes one.
  public init(policy: Int, event: EventKind) {
    self.policy = policy
    self.event = event
  }
}

extension TestCase.Count {
  /// Rules of a policy of its own that want just the events that meet its filters.
  public func rules(policy index: Int) -> [PlanRule] {
    (event.map { [$0] } ?? EventKind.allCases).compactMap { event in
      let isKnown = filters.allSatisfy { filter in
        guard case .packet(let field, _) = filter.target else { return true }
        return field.description.events.contains(event)
      }
      return isKnown ? PlanRule(policy: index, event: event, scope: [], filters: filters) : nil
    }
  }
}

extension ExplainedPlan {
  /// What owners are not told to have, and rules ask for.
  public func untold(by owners: [OwnerExpression]) -> [TestFailure] {
    var known: Set<String> = []
    return owners.filter { known.insert($0.text).inserted }.compactMap { owner in
      var notes: [TestFailure.Note] = []
      for entry in entries {
        for clause in entry.rules.flatMap(\.clauses) {
          guard case .owner(let question) = clause.question,
            !owner.determines(question.field, question.condition)
          else { continue }
          let note = TestFailure.Note(
            "\(clause.words.joined(separator: " and ")): add \(question.field.rawValue)= with its value",
            source: entry.source, place: clause.places.first?.start)
          if !notes.contains(note) { notes.append(note) }
        }
      }
      return notes.isEmpty
        ? nil : TestFailure("the owner `\(owner.text)` does not state enough", notes: notes)
    }
  }
}
