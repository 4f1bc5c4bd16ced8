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

  /// Adds what a watcher counted.
  mutating func add(_ watcher: Watcher) {
    let place: Int
    if let known = all.firstIndex(where: {
      $0.policy == watcher.policy && $0.signature == watcher.signature.name
    }) {
      place = known
    } else {
      place = all.count
      all.append(SignatureAccount(policy: watcher.policy, signature: watcher.signature.name))
    }
    all[place].findings += watcher.machine.findings
    all[place].suppressed += watcher.machine.suppressed
    all[place].rejected += watcher.rejected
    all[place].withoutKey += watcher.machine.withoutKey
    all[place].forgotten += watcher.machine.forgotten
    all[place].keys += watcher.machine.keys
  }
}
