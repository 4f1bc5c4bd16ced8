// SPDX-License-Identifier: Apache-2.0

/// The tests of one document, ready to run, and the policies under test.
public struct TestSuite: Sendable {
  /// The most packets of all tests of a file, of every case and every step.
  public static let caseLimit = 65_536

  /// The name of the file of tests.
  public var source: String
  /// The policies under test.
  public var policies: CheckedSet
  /// The rules of the policies under test.
  public var plan: ExplainedPlan
  /// The tests, with one for each case of a matrix.
  public var cases: [TestCase]

  /// Returns a finding about a capture that cannot be read.
  ///
  /// - Parameters:
  ///   - reason: one sentence without a full stop.
  ///   - place: where the path of the capture is written.
  public func finding(aboutCapture reason: String, at place: SourceRange) -> Diagnostic {
    Diagnostic(.invalidValue, reason, source: source, range: place)
  }
}

/// One test, or one case of a test with variables, ready to run.
public struct TestCase: Sendable {
  /// The name of the test, followed by ` [port=22]` or the like if the test has variables.
  public var name: String
  /// Where the name is written.
  public var place: SourceRange
  /// What happens in it.
  public var action: Action
  /// What must be reported for the test to pass.
  public var expectation: Expectation

  /// What happens in a test.
  public enum Action: Sendable {
    /// Packets, one after another.
    case packets([Step])
    /// The packets of a capture file: its path, where the path is written, and the owners of its flows.
    case capture(String, SourceRange, [FlowOwner])
  }

  /// A packet and its owner.
  public struct Step: Sendable {
    /// The time since the start of the test, in ns.
    public var time: UInt64 = 0
    /// The packet.
    public var packet: PacketExpression
    /// The owner of the packet; nil when nobody owns it.
    public var owner: OwnerExpression?
    /// The name that the test gives the owner; nil when nobody owns the packet.
    public var ownerName: String?
  }

  /// What must be reported for a test to pass.
  public enum Expectation: Sendable {
    /// Each packet gives exactly these events of these policies.
    case verdict([PolicyEvent])
    /// All packets together give each of these numbers of events.
    case counts([Count])
  }

  /// The number of events of one description that must be reported.
  public struct Count: Sendable {
    /// The number of events.
    public var count: Int
    /// The index of the policy that reports the events; nil for any policy.
    public var policy: Int?
    /// The event; nil for any event.
    public var event: EventKind?
    /// The name of the signature whose findings are counted; nil for events of packets.
    public var signature: String?
    /// The time since the start of the test after which findings no longer count, in ns; nil for the whole test.
    public var limit: UInt64?
    /// Filters that the events must meet, all of them.
    public var filters: [CheckedFilter]
    /// Where the expectation is written.
    public var place: SourceRange
    /// The description of the events for a sentence, such as `net_packet_tcp of policy web`.
    public var words: String
  }
}

/// An event as a policy reports it.
public struct PolicyEvent: Hashable, Sendable {
  /// The index of the policy in load order.
  public var policy: Int
  /// The event.
  public var event: EventKind

  /// Creates an event of the policy with an index.
  public init(policy: Int, event: EventKind) {
    self.policy = policy
    self.event = event
  }
}

extension TestCase.Count {
  /// Returns rules of an additional policy that want exactly the events that meet the filters.
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
  /// Returns a failure for each owner that does not state a value that a rule asks for.
  public func untold(by owners: [OwnerExpression]) -> [TestFailure] {
    var known: Set<String> = []
    return owners.filter { known.insert($0.text).inserted }.compactMap { owner in
      var notes: [TestFailure.Note] = []
      for entry in entries {
        for clause in entry.ownRules.flatMap(\.clauses) {
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
