import CBPF
import Glibc

/// Signals as something to wait for: SIGINT and SIGTERM no longer end the process, they make a descriptor readable.
public struct StopSignals: ~Copyable {
  private let file: Descriptor

  /// Takes over both signals for the whole process, and ignores SIGPIPE: a write then fails with EPIPE instead.
  public init() throws(KernelError) {
    let number = tp_stop_signals()
    guard number >= 0 else { throw KernelError("wait for signals", code: errno) }
    file = Descriptor(owning: number)
  }

  /// Readable when a signal has come.
  var descriptor: Int32 { file.number }
}
