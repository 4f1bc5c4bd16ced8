// SPDX-License-Identifier: Apache-2.0

import Glibc

/// What does not change about a tracer while it runs.
public struct TracerFacts: Sendable {
  /// The version of the program.
  public let version: String
  /// What keeps it from doing more than it must.
  public let hardening: [String]
  /// When it began: seconds since the epoch.
  let started = Int64(Glibc.time(nil))

  /// Makes the facts of a tracer that begins now.
  public init(version: String, hardening: Hardening) {
    self.version = version
    self.hardening = hardening.measures.map(\.rawValue)
  }
}

/// How much there is to do in a second, between two questions.
struct Rates {
  /// What was counted at one moment.
  private struct Sample {
    let moment: ContinuousClock.Instant
    let packets: UInt64
    let events: UInt64
  }

  /// Packets seen and events emitted per second, over some seconds.
  struct Rate: Sendable {
    var seconds: Int
    var packets: UInt64
    var events: UInt64
  }

  private var samples: [Sample] = []

  /// The rate since a question that came ten seconds ago or more, else since the start.
  mutating func next(_ state: TracerState, since started: Int64) -> Rate {
    let sample = Sample(
      moment: state.moment, packets: state.ledger.kernel.seen, events: state.ledger.emitted)
    let old = samples.last { $0.moment.duration(to: sample.moment) >= .seconds(10) }
    // Of those before the one that is compared with, nothing is needed any more.
    samples = samples.filter { $0.moment >= (old?.moment ?? $0.moment) }.suffix(32) + [sample]
    let seconds =
      old.map { Int($0.moment.duration(to: sample.moment).components.seconds) }
      ?? Int(max(1, Int64(Glibc.time(nil)) - started))
    func perSecond(_ count: UInt64, _ before: UInt64?) -> UInt64 {
      (count - min(count, before ?? 0)) / UInt64(max(1, seconds))
    }
    return Rate(
      seconds: seconds, packets: perSecond(sample.packets, old?.packets),
      events: perSecond(sample.events, old?.events))
  }
}

/// A time of the world, for people and programs.
enum Timestamp {
  /// Seconds since the epoch as RFC 3339 has them, in UTC: `2026-11-30T11:39:49Z`.
  static func text(_ seconds: Int64) -> String {
    var since = time_t(seconds)
    var parts = unsafe tm()
    unsafe gmtime_r(&since, &parts)
    func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let date = unsafe "\(parts.tm_year + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))"
    let time = unsafe "\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))"
    return "\(date)T\(time)Z"
  }
}
