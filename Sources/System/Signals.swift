// SPDX-License-Identifier: Apache-2.0

import CSystem
import Glibc

/// A descriptor that is readable when a signal has come; the signals no longer end the process.
public struct Signals: ~Copyable {
  private let file: Descriptor
  private let hadTerminal: Bool

  /// What a signal asks for.
  package enum Request: Equatable {
    /// SIGINT, SIGTERM, or the SIGHUP of a terminal that is gone.
    case stop
    /// SIGHUP.
    case reload
    /// SIGUSR1.
    case totals
  }

  /// Takes over SIGINT, SIGTERM, SIGHUP and SIGUSR1 for the whole process, and ignores SIGPIPE: a write fails with EPIPE instead.
  ///
  /// - Throws: the error of signalfd(2).
  public init() throws(SystemError) {
    let isKept = Self.ignoresHangup()
    let number = tp_take_signals()
    guard number >= 0 else { throw SystemError("wait for signals", code: errno) }
    file = Descriptor(owning: number)
    hadTerminal = !isKept && Self.hasTerminal()
  }

  /// Readable when a signal has come.
  package var descriptor: Int32 { file.number }

  /// What the next signal that has come asks for; nil when there is none.
  package func next() -> Request? {
    switch tp_next_signal(file.number) {
    case 0: nil
    case SIGHUP: hadTerminal && !Self.hasTerminal() ? .stop : .reload
    case SIGUSR1: .totals
    default: .stop
    }
  }

  /// Whether whoever started the process wants it to outlive its terminal, as `nohup` does.
  private static func ignoresHangup() -> Bool {
    var action = sigaction()
    guard unsafe sigaction(SIGHUP, nil, &action) == 0 else { return false }
    return unsafe unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1
  }

  private static func hasTerminal() -> Bool {
    let terminal = unsafe open("/dev/tty", O_RDONLY | O_NOCTTY | O_CLOEXEC)
    if terminal >= 0 { close(terminal) }
    return terminal >= 0
  }
}
