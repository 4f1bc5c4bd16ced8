// SPDX-License-Identifier: Apache-2.0

import System

/// How long the thread rests, and what it waits for.
extension TraceRun {
  /// The records that are taken before signals and the time are looked at again, however many more there are.
  static let batchLimit = 4096

  /// How many milliseconds the ring is left alone after a batch of `count` records of some bytes; nil when it was empty.
  ///
  /// A record wakes its reader when the ring was empty before it, which costs its packet more than all else. In a flood the
  /// ring is empty again and again, so each packet paid. Now it is looked at once a millisecond as long as records come, less often
  /// when many come and the ring has room for many more, and its descriptor is waited for only after it was found empty: a record since
  /// then has woken us, or will.
  static func rest(after count: Int, bytes: UInt64, ring: UInt64) -> Int32? {
    switch count {
    case 0: nil
    case batchLimit...: 0
    case 128... where bytes <= ring / 16: 2
    default: 1
    }
  }

  /// Whether the ring is left alone until an output has room.
  ///
  /// Outputs that have room are served before the ring has none.
  var mustWait: Bool { emitter.outputs.mustWait(isPressed: isPressed) }

  var isPressed: Bool {
    let (written, read) = tracer.ringPositions
    return written - read > ringBytes / 2
  }

  /// How many milliseconds may pass until it is looked again whether others have to wait for an output; nil: there are none.
  var fullRest: Int32? { emitter.outputs.all.count > 1 ? 10 : nil }

  /// How long to wait in milliseconds, at most some minutes at once; -1 for as long as it takes.
  func milliseconds(
    until deadline: ContinuousClock.Instant?, atMost rest: Int32? = nil
  ) -> Int32 {
    let waits = [
      deadline.map { ContinuousClock.now.duration(to: $0) }, statsFile?.wait, watch?.wait,
      metricsFile?.wait, notifier?.wait,
      rest.map { .milliseconds($0) }, signatureWait,
      emitter.programs.lazy.compactMap(\.wait).min(),
    ]
    guard let wait = waits.compactMap({ $0 }).min() else { return -1 }
    let left = wait / .milliseconds(1)
    return Int32(max(0, min(left.rounded(.up), 1_000_000)))
  }

  /// What becomes readable when a program of signatures has something to say.
  var programDescriptors: [Int32] { emitter.programs.flatMap(\.descriptors) }

  /// How long it takes until a signature has something to do although nothing comes; nil when none has.
  var signatureWait: Duration? {
    guard let time = emitter.signatures?.wakeTime else { return nil }
    let now = BootClock.bootTime
    return .nanoseconds(Int64(clamping: time > now ? time - now : 1_000_000))
  }
}
