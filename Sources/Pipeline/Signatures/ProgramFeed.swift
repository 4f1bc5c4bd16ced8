// SPDX-License-Identifier: Apache-2.0

import Policy

/// A program that finds: it is given events, and says what it found.
///
/// The events that it was given are remembered for a while, by number, because a finding has the packet of one of them.
public class ProgramFeed {
  /// An event that it was given.
  struct Given {
    /// Its number among those that the program was given.
    var number: UInt64
    /// Its place among those that are retained.
    var event: UInt32
    /// The watchers that it counts for.
    var watchers: [Int32]
    /// What was found of it.
    var findings = 0
  }

  /// The path, as signatures name it.
  let path: String
  /// The events that it was given lately, in order of their numbers.
  private var window: [Given?]
  private var first: UInt64 = 1
  /// The number of the next event.
  private(set) var next: UInt64 = 1
  /// Whether the program missed something: an event, or what it knew before it was started again.
  var hasMissed: Bool { false }

  /// The most events that a finding can be about.
  static let windowLimit = 4096
  /// The most findings of one event.
  static let findingLimit = 100

  init(path: String) {
    self.path = path
    window = Array(repeating: nil, count: Self.windowLimit)
  }

  /// Gives it an event with the number ``next``; false when it cannot take it.
  ///
  /// - Parameter uses: the signatures that the event counts for, each with a policy.
  func give(
    _ packet: borrowing DecodedPacket, _ event: EventKind,
    _ uses: [(signature: String, policy: String)]
  ) -> Bool { false }

  /// The next finding that it claims; nil when there is none.
  func nextClaim() -> ProgramClaim? { nil }

  /// Counts a claim that is refused.
  func refuse() {}

  /// Counts a claim that is a finding.
  func accept() {}

  /// Remembers an event that it was given.
  ///
  /// - Returns: the event that is forgotten for it.
  func remember(_ event: UInt32, _ watchers: [Int32]) -> UInt32? {
    let old = next - first == UInt64(Self.windowLimit) ? forgetOldest() : nil
    window[place(of: next)] = Given(number: next, event: event, watchers: watchers)
    next += 1
    return old
  }

  /// Forgets the event that it was given first, and returns it; nil when there is none.
  func forgetOldest() -> UInt32? {
    guard first < next else { return nil }
    defer {
      window[place(of: first)] = nil
      first += 1
    }
    return window[place(of: first)]?.event
  }

  /// The event with a number, of which one more finding is counted; nil when it is not remembered, or too much was found of it.
  func take(_ number: UInt64) -> Given? {
    guard (first..<next).contains(number), let given = window[place(of: number)],
      given.findings < Self.findingLimit
    else { return nil }
    window[place(of: number)]?.findings += 1
    return given
  }

  private func place(of number: UInt64) -> Int { Int(number % UInt64(Self.windowLimit)) }
}

/// A finding as a program claims it.
struct ProgramClaim: Equatable {
  var signature: String
  var policy: String
  /// The number of the event.
  var event: UInt64
  var data: [FindingDatum]

  /// The data in the order in which the signature declares it, then what it does not declare.
  func data(of signature: Signature) -> [FindingDatum] {
    let declared = signature.output.map { output in
      data.first { $0.name == output.name } ?? FindingDatum(name: output.name, value: .none)
    }
    return declared + data.filter { datum in !declared.contains { $0.name == datum.name } }
  }
}
