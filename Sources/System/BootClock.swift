// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Converts the time of records, `CLOCK_BOOTTIME`, to time since the epoch.
public struct BootClock: Sendable {
  /// The epoch's clock minus the clock of boot time, in ns.
  ///
  /// 0 leaves times as they are.
  public var epochOffset: Int64

  /// Creates a clock with a known offset.
  @inlinable
  public init(epochOffset: Int64) { self.epochOffset = epochOffset }

  /// Compares `CLOCK_REALTIME` with `CLOCK_BOOTTIME` as they are now.
  ///
  /// Of several comparisons it takes the one during which the least time passed.
  public static func now() -> BootClock {
    var best: (offset: Int64, duration: Int64)?
    for _ in 0..<5 {
      let before = read(CLOCK_BOOTTIME)
      let epoch = read(CLOCK_REALTIME)
      let after = read(CLOCK_BOOTTIME)
      let duration = after - before
      if best.map({ duration < $0.duration }) ?? true {
        best = (epoch - (before + duration / 2), duration)
      }
    }
    return BootClock(epochOffset: best?.offset ?? 0)
  }

  /// Returns a time in ns since the epoch; 0 for one before the epoch.
  ///
  /// - Parameter bootTime: in ns of `CLOCK_BOOTTIME`.
  @inlinable
  public func epoch(_ bootTime: UInt64) -> UInt64 {
    if epochOffset >= 0 { return bootTime &+ UInt64(epochOffset) }
    let before = epochOffset.magnitude
    return bootTime > before ? bootTime - before : 0
  }

  /// `CLOCK_BOOTTIME` now, in ns.
  package static var bootTime: UInt64 { UInt64(max(0, read(CLOCK_BOOTTIME))) }

  private static func read(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    unsafe clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}
