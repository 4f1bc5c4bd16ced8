import Policy

/// Notices when packets found the ring full.
struct RingGaps {
  private var full: UInt64 = 0
  private var losses: [UInt64] = []
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
  ///   - losses: the same by rule.
  mutating func gap(_ full: UInt64, _ losses: [UInt64], in plan: TracePlan) -> Gap {
    let now = BootClock.bootTime
    var gap = Gap(reason: .ringFull, count: full - self.full, since: since, until: now)
    for (number, rule) in plan.rules.enumerated() {
      let before = number < self.losses.count ? self.losses[number] : 0
      guard losses[number] > before else { continue }
      gap.losses.append(
        Gap.Loss(
          policies: [plan.policies[rule.policy]], event: rule.event,
          count: losses[number] - before))
    }
    (self.full, self.losses, since) = (full, losses, now)
    return gap
  }
}
