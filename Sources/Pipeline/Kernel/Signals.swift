import CBPF
import Glibc

/// Signals as something to wait for: they no longer end the process, they make a descriptor readable.
public struct Signals: ~Copyable {
  private let file: Descriptor
  private let hadTerminal: Bool

  /// What a signal asks for.
  enum Request: Equatable {
    /// SIGINT, SIGTERM, or the SIGHUP of a terminal that is gone.
    case stop
    /// SIGHUP.
    case reload
    /// SIGUSR1.
    case ledger
  }

  /// Takes over the signals for the whole process, and ignores SIGPIPE: a write then fails with EPIPE instead.
  public init() throws(KernelError) {
    let isKept = Self.ignoresHangup()
    let number = tp_take_signals()
    guard number >= 0 else { throw KernelError("wait for signals", code: errno) }
    file = Descriptor(owning: number)
    hadTerminal = !isKept && Self.hasTerminal()
  }

  /// Readable when a signal has come.
  var descriptor: Int32 { file.number }

  /// What the next signal that has come asks for; nil when there is none.
  func next() -> Request? {
    switch tp_next_signal(file.number) {
    case 0: nil
    case SIGHUP: hadTerminal && !Self.hasTerminal() ? .stop : .reload
    case SIGUSR1: .ledger
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
