// SPDX-License-Identifier: Apache-2.0

/// A document of kind `PolicyTest` as it is written, before packets and owners are read.
///
/// A document that has findings may lack parts, and none of its tests is run. Source: `docs/testing.md`.
public struct TestDocument: Equatable, Sendable {
  /// The value of the key `kind` of such a document.
  public static let kind = DocumentKind.tests.rawValue

  /// The name of the file that contains the document.
  public var source: String
  /// The range from the first to behind the last character of the document.
  public var range: SourceRange
  /// The paths of the policies under test, relative to the directory of the file.
  public var policies: [SourceText] = []
  /// The files of lists that are read in place of the policies' own, by the names of the lists.
  public var lists: [List] = []
  /// The named owners of packets.
  public var owners: [Owner] = []
  /// The tests, in the order of the file.
  public var tests: [Test] = []

  /// A list of the policies under test, and the file that is read in its place.
  public struct List: Equatable, Sendable {
    /// The name of the list, as filters write it behind `@`.
    public var name: SourceText
    /// The path of the file, relative to the directory of the file of tests.
    public var path: SourceText
  }

  /// An owner of packets, and the name that tests use for it.
  public struct Owner: Equatable, Sendable {
    /// The name.
    public var name: SourceText
    /// The owner, in the syntax of `explain --owner`.
    public var text: SourceText
  }

  /// A test as it is written.
  public struct Test: Equatable, Sendable {
    /// The range from the first to behind the last character of the test.
    public var range: SourceRange
    /// The name of the test.
    public var name: SourceText
    /// The packets of the test.
    public var action: Action
    /// The variables of the test.
    public var matrix: [Variable]
    /// What must be reported for the test to pass.
    public var expectation: Expectation
  }

  /// The packets of a test, in one of three forms.
  public enum Action: Equatable, Sendable {
    /// One packet.
    case packet(Step)
    /// Packets one after another; what `follow` remembers is kept from one to the next.
    case steps([Step])
    /// The path of a capture file, and the owners of its packets by flow.
    case capture(SourceText, [Flow])
  }

  /// A packet and the name of its owner.
  public struct Step: Equatable, Sendable {
    /// The time after the step before, as it is written; nil when it is not stated.
    public var time: SourceText?
    /// The packet, in the syntax of `explain --packet`.
    public var packet: SourceText
    /// The name of the owner; nil when nobody owns the packet.
    public var owner: SourceText?
  }

  /// The owner of all packets between two ends.
  public struct Flow: Equatable, Sendable {
    /// Both ends, separated by a blank: `10.0.0.2:40000 8.8.8.8:53`.
    public var between: SourceText
    /// The name of the owner.
    public var owner: SourceText
  }

  /// A variable of a test: each of its words makes a case.
  public struct Variable: Equatable, Sendable {
    /// The name, which stands in braces in packets and owners.
    public var name: SourceText
    /// The words; a range of numbers is one word for each number.
    public var words: [String]
  }

  /// What must be reported for a test to pass.
  public enum Expectation: Equatable, Sendable {
    /// The events of each policy that wants the packet; others must not be reported.
    case verdict([Wanted])
    /// Numbers of events.
    case counts([Count])
  }

  /// A policy and the events that it must report.
  public struct Wanted: Equatable, Sendable {
    /// The name of the policy.
    public var policy: SourceText
    /// The names of the events.
    public var events: [SourceText]
  }

  /// The number of events of one description that must be reported.
  public struct Count: Equatable, Sendable {
    /// The range from the first to behind the last character of the expectation.
    public var range: SourceRange
    /// The number of events.
    public var count: Int
    /// The name of the policy that reports the events; nil for any policy.
    public var policy: SourceText?
    /// The name of the event or of the signature; nil for any event.
    public var event: SourceText?
    /// The time by which findings must have come, as it is written; nil for the whole test.
    public var limit: SourceText?
    /// Whether only findings of signatures can be meant.
    public var isFinding = false
    /// Filters that the events must meet, all of them.
    public var filters: [SourceText]
  }
}
