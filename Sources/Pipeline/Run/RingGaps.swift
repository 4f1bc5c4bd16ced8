// SPDX-License-Identifier: Apache-2.0

import Policy
import System

/// Notices when packets found the ring full.
struct RingGaps {
  private var full: UInt64 = 0
  private var ringFull: [RuleAccount.Key: UInt64] = [:]
  private var lastLook = ContinuousClock.now
  /// When the count was last seen as it is, in ns of `CLOCK_BOOTTIME`.
  private var since = BootClock.bootTime

  /// How long a gap may go unnoticed while records come.
  private static let interval = Duration.milliseconds(100)

  /// Whether it is time to look.
  var isDue: Bool { lastLook.duration(to: .now) >= Self.interval }

  /// Whether the count of packets that found the ring full has grown.
  mutating func isNew(_ full: UInt64) -> Bool {
    lastLook = .now
    guard full == self.full else { return true }
    since = BootClock.bootTime
    return false
  }

  /// What was lost since the last time.
  ///
  /// - Parameters:
  ///   - full: the packets that found the ring full.
  ///   - accounts: the same by rule, among others, over all plans.
  mutating func gap(_ full: UInt64, _ accounts: [RuleAccount]) -> Gap {
    let now = BootClock.bootTime
    var gap = Gap(reason: .ringFull, count: full - self.full, since: since, until: now)
    for account in accounts where account.ringFull > 0 {
      let lost = account.ringFull - ringFull[account.key, default: 0]
      guard lost > 0 else { continue }
      gap.losses.append(
        Gap.Loss(policies: [account.key.policy], event: account.key.event.id, count: lost))
      ringFull[account.key] = account.ringFull
    }
    (self.full, since) = (full, now)
    return gap
  }
}
