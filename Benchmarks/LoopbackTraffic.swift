import CTraffic
import Glibc

/// A process that sends datagrams on loopback as fast as it can, and one that receives them.
///
/// They are processes of their own because the tracer's own packets are not traced.
struct LoopbackTraffic: ~Copyable {
  private var traffic = ct_traffic()

  /// Starts both.
  ///
  /// - Parameters:
  ///   - size: the bytes of a datagram.
  ///   - isReceived: whether somebody reads what arrives; else the kernel drops it when the socket's buffer is full.
  init(size: Int, isReceived: Bool = true) throws {
    guard ct_start(&traffic, size, isReceived ? 1 : 0) == 0 else { throw Refused("start traffic") }
  }

  deinit {
    var traffic = traffic
    ct_stop(&traffic)
  }

  private func sample() -> ct_counts {
    var traffic = traffic
    return ct_sample(&traffic)
  }

  /// Packets a second, and nanoseconds of the sender's processor time for a packet.
  struct Rate {
    var perSecond: Double
    var nanoseconds: Double
  }

  /// Measures a tenth of a second, after a fifth in which the kernel clears up what went before.
  ///
  /// - Parameter work: what is done meanwhile, every millisecond.
  func rate(while work: () throws -> Void = {}) throws -> Rate {
    usleep(200_000)
    let (first, start) = (sample(), seconds())
    while seconds() - start < 0.1 {
      try work()
      usleep(1000)
    }
    let (last, end) = (sample(), seconds())
    let packets = Double(last.packets - first.packets)
    return Rate(
      perSecond: packets / (end - start),
      nanoseconds: Double(last.processor_time - first.processor_time) / packets)
  }
}

/// A system call that the bench needed and did not get.
struct Refused: Error, CustomStringConvertible {
  let description: String

  init(_ call: String, _ code: CInt = errno) {
    description = "\(call): \(String(cString: strerror(code)))"
  }
}
