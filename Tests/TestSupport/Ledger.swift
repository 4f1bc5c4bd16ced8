// SPDX-License-Identifier: Apache-2.0

/// The account that the tracer gives of the packets when it ends.
public struct Ledger: Equatable, Sendable {
  /// Packets that reached a program.
  public let seen: UInt64
  /// Of these, those that no rule wanted.
  public let unwanted: UInt64
  /// Of these, those that a rule wanted.
  public let wanted: UInt64
  /// Wanted and handed over.
  public let submitted: UInt64
  /// Wanted and lost because the ring had no room.
  public let ringFull: UInt64
  /// Events that were written.
  public let events: UInt64
  /// Turned down by what the kernel could not decide.
  public let rejected: UInt64
  /// Not understood.
  public let undecodable: UInt64
  /// Lost at an output.
  public let lost: UInt64
  /// Segments that complete no message; 0 if the line has no such number.
  public let incomplete: UInt64
  /// Messages after the first of the same packet; 0 if the line has no such number.
  public let further: UInt64

  /// Finds the ledger's line in the tracer's standard error.
  public init(parsing errors: String) throws {
    let template =
      "tracee-policy: done: seen N, unwanted N, wanted N: submitted N, ring full N; "
      + "events N, rejected N, undecodable N, lost N"
    let rare = /, (incomplete|further|after the limit) ([0-9]+)/
    let found = errors.split(separator: "\n").filter {
      $0.replacing(rare, with: "").replacing(/[0-9]+/, with: "N") == template
    }
    let rareNumbers = found.joined().matches(of: rare)
    func number(_ name: String) -> UInt64 {
      rareNumbers.first { $0.output.1 == name }.flatMap { UInt64($0.output.2) } ?? 0
    }
    incomplete = number("incomplete")
    further = number("further")
    let lines = found.map { $0.replacing(rare, with: "") }
    let numbers = lines.joined().matches(of: /[0-9]+/).compactMap { UInt64($0.output) }
    guard lines.count == 1, numbers.count == 9 else {
      throw UnbalancedLedger("there are \(lines.count) ledgers in:\n\(errors)")
    }
    seen = numbers[0]
    unwanted = numbers[1]
    wanted = numbers[2]
    submitted = numbers[3]
    ringFull = numbers[4]
    events = numbers[5]
    rejected = numbers[6]
    undecodable = numbers[7]
    lost = numbers[8]
  }

  /// Checks that nothing is unaccounted for, and that as many events were written as were read.
  public func check(events count: Int) throws {
    guard wanted == submitted + ringFull, seen >= unwanted + wanted, events == UInt64(count) else {
      throw UnbalancedLedger("\(count) events were read, and the ledger says \(self)")
    }
  }
}

/// A ledger that is missing or does not add up.
public struct UnbalancedLedger: Error, CustomStringConvertible {
  /// What is wrong with it.
  public let description: String

  init(_ description: String) {
    self.description = description
  }
}
