// SPDX-License-Identifier: Apache-2.0

/// A file of tests as it is written, before its packets and owners are understood.
///
/// Source: `docs/testing.md`. A document that has findings may lack parts: then no test of it is run.
public struct TestDocument: Equatable, Sendable {
  /// The kind by which such a document is recognised.
  public static let kind = DocumentKind.tests.rawValue

  /// The name of the source that holds it.
  public var source: String
  /// From its first to behind its last character.
  public var range: SourceRange
  /// The paths of the policies under test, relative to the file.
  public var policies: [SourceText] = []
  /// The owners of packets, by their names.
  public var owners: [Owner] = []
  /// The tests, in order.
  public var tests: [Test] = []

  /// An owner and its name.
  public struct Owner: Equatable, Sendable {
    /// The name, by which tests refer to it.
    public var name: SourceText
    /// The owner in the words of `explain --owner`.
    public var text: SourceText
  }

  /// A test as it is written.
  public struct Test: Equatable, Sendable {
    /// From its first to behind its last character.
    public var range: SourceRange
    /// Its name.
    public var name: SourceText
    /// What happens in it.
    public var action: Action
    /// What is put in the place of words in braces.
    public var matrix: [Variable]
    /// What must come of it.
    public var expectation: Expectation
  }

  /// What happens in a test.
  public enum Action: Equatable, Sendable {
    /// One packet.
    case packet(Step)
    /// Packets one after another, of processes that stay the same throughout.
    case steps([Step])
    /// The packets of a capture file, and whose they are.
    case capture(SourceText, [Flow])
  }

  /// A packet and whose it is.
  public struct Step: Equatable, Sendable {
    /// When it comes, as it is written; nil when that is not stated.
    public var time: SourceText?
    /// The packet in the words of `explain --packet`.
    public var packet: SourceText
    /// The name of its owner; nil when nobody owns it.
    public var owner: SourceText?
  }

  /// The owner of the packets between two ends.
  public struct Flow: Equatable, Sendable {
    /// Both ends, `10.0.0.2:40000 8.8.8.8:53`.
    public var between: SourceText
    /// The name of the owner.
    public var owner: SourceText
  }

  /// A name in braces and the words that are put in its place, one after another.
  public struct Variable: Equatable, Sendable {
    /// The name.
    public var name: SourceText
    /// The words, ranges of numbers expanded.
    public var words: [String]
  }

  /// What must come of a test.
  public enum Expectation: Equatable, Sendable {
    /// The events of each policy that wants the packet, and no others.
    case verdict([Wanted])
    /// How many events there are of some kinds.
    case counts([Count])
  }

  /// A policy and the events that it must report.
  public struct Wanted: Equatable, Sendable {
    /// The name of the policy.
    public var policy: SourceText
    /// The names of the events.
    public var events: [SourceText]
  }

  /// How often something must be reported.
  public struct Count: Equatable, Sendable {
    /// From its first to behind its last character.
    public var range: SourceRange
    /// How often.
    public var count: Int
    /// The policy that reports it; nil for any.
    public var policy: SourceText?
    /// The event; nil for any.
    public var event: SourceText?
    /// Filters that the events meet.
    public var filters: [SourceText]
  }
}
