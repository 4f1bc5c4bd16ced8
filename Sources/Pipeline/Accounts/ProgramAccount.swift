// SPDX-License-Identifier: Apache-2.0

/// What became of the events that a program of signatures was meant to get.
public struct ProgramAccount: Equatable, Sendable {
  /// The path of the program.
  public let program: String
  /// Events that it was given.
  public var given: UInt64 = 0
  /// Events that it did not get, because it read too slowly or was not running.
  public var lost: UInt64 = 0
  /// What it found.
  public var findings: UInt64 = 0
  /// Lines that are no findings, or of events that it was not given, or too many of one event.
  public var refused: UInt64 = 0
  /// How often it was started.
  public var starts: UInt64 = 0
}

extension Ledger {
  /// What went wrong with programs of signatures, a sentence for each.
  public var programLines: [String] {
    programs.compactMap { account in
      var words: [String] = []
      if account.lost > 0 { words.append("\(account.lost) events lost") }
      if account.refused > 0 { words.append("\(account.refused) lines refused") }
      if account.starts > 1 { words.append("started \(account.starts) times") }
      return words.isEmpty
        ? nil : "signature program \(account.program): " + words.joined(separator: ", ")
    }
  }
}
