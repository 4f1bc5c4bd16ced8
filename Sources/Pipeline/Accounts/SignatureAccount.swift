// SPDX-License-Identifier: Apache-2.0

/// What became of the events that a signature got, in one policy.
public struct SignatureAccount: Equatable, Sendable {
  /// The name of the policy.
  public let policy: String
  /// The name of the signature.
  public let signature: String
  /// What it found.
  public var findings: UInt64 = 0
  /// Findings that were held back because their key had one not long ago.
  public var suppressed: UInt64 = 0
  /// Findings that a filter of the policy refused.
  public var rejected: UInt64 = 0
  /// Events without one of the key's values.
  public var withoutKey: UInt64 = 0
  /// Keys, and values of keys, that had to be forgotten while they were of use.
  public var forgotten: UInt64 = 0
  /// Keys that are remembered.
  public var keys: Int = 0
}

/// Accounts of signatures, of which those of one policy and signature add up.
struct SignatureAccounts {
  private(set) var all: [SignatureAccount] = []

  /// Adds what was counted.
  mutating func add(_ more: SignatureAccount) {
    let known = all.firstIndex { $0.policy == more.policy && $0.signature == more.signature }
    guard let place = known else {
      all.append(more)
      return
    }
    all[place].findings += more.findings
    all[place].suppressed += more.suppressed
    all[place].rejected += more.rejected
    all[place].withoutKey += more.withoutKey
    all[place].forgotten += more.forgotten
    all[place].keys += more.keys
  }
}
