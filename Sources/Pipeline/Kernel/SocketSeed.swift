import CBPF
import Glibc

/// Gives the sockets that are older than the tracer an owner, by a program that the kernel runs on every open file.
enum SocketSeed {
  /// Runs it to its end.
  static func run(_ link: BPFLink) throws(KernelError) {
    let number = bpf_iter_create(link.descriptor)
    guard number >= 0 else { throw KernelError("list the open sockets", code: number) }
    let iterator = Descriptor(owning: number)
    var buffer = [UInt8](repeating: 0, count: 64)
    while true {
      let count = unsafe read(iterator.number, &buffer, buffer.count)
      if count == 0 { return }
      if count < 0 && errno != EINTR && errno != EAGAIN {
        throw KernelError("list the open sockets", code: errno)
      }
    }
  }
}
