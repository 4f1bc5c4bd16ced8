import Glibc

/// A file descriptor.
///
/// It is closed when this is released.
struct Descriptor: ~Copyable, Sendable {
  /// The number, for calls while this lives.
  let number: Int32

  /// Takes over an open descriptor.
  init(owning number: Int32) { self.number = number }

  /// Opens a path, close-on-exec.
  init(opening path: String, _ flags: Int32, _ operation: String) throws(KernelError) {
    number = unsafe open(path, flags | O_CLOEXEC)
    guard number >= 0 else { throw KernelError("\(operation) \(path)", code: errno) }
  }

  deinit { _ = close(number) }
}
