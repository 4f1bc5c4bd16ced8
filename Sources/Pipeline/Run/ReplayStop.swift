// SPDX-License-Identifier: Apache-2.0

import Glibc
import System

/// The signals that end a replay, and waits that they end.
final class ReplayStop {
  private let signals: Signals
  private var isAskedFor = false

  /// Takes over the signals for the whole process.
  init() throws(SystemError) { signals = try Signals() }

  /// Waits until one of some descriptors can be read; false when a signal asks to stop.
  func allowsWaiting(for descriptors: [Int32]) -> Bool {
    while !isAskedFor {
      var polled = (descriptors + [signals.descriptor]).map {
        pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
      }
      while unsafe poll(&polled, nfds_t(polled.count), -1) < 0 && errno == EINTR {}
      // A capture is not read again, and its ledger comes at its end: other signals are let pass.
      while let request = signals.next() {
        if request == .stop { isAskedFor = true }
      }
      if polled.dropLast().contains(where: { $0.revents != 0 }) { break }
    }
    return !isAskedFor
  }
}
