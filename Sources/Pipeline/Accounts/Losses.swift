// SPDX-License-Identifier: Apache-2.0

import Policy

/// Events that an output lost, by the policies that wanted them.
struct Losses: Sendable {
  /// Whose events.
  struct Key: Hashable, Sendable {
    let event: EventID
    let policies: [String]
  }

  private(set) var byLabel: [Key: UInt64] = [:]
  /// All events.
  private(set) var count: UInt64 = 0

  /// Adds events that are lost.
  mutating func add(_ events: Key, _ count: UInt64) {
    byLabel[events, default: 0] += count
    self.count += count
  }

  static func += (total: inout Losses, more: Losses) {
    total.byLabel.merge(more.byLabel, uniquingKeysWith: +)
    total.count += more.count
  }
}
