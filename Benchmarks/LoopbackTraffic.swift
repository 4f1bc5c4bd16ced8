// SPDX-License-Identifier: Apache-2.0

import CTraffic
import Glibc

/// A process that sends datagrams on loopback, as fast as it can or at a pace, and one that receives them.
///
/// They are processes of their own because the tracer's own packets are not traced.
struct LoopbackTraffic: ~Copyable {
  private var traffic: ct_traffic

  /// Starts both.
  ///
  /// - Parameters:
  ///   - size: the bytes of a datagram.
  ///   - isReceived: whether somebody reads what arrives; else the kernel drops it when the socket's buffer is full.
  init(size: Int, isReceived: Bool = true) throws {
    self = try LoopbackDoor().traffic(size: size, isReceived: isReceived)
  }

  fileprivate init(_ traffic: ct_traffic) { self.traffic = traffic }

  deinit {
    var traffic = traffic
    ct_stop(&traffic)
  }

  /// Ends the sender between two packets, and says how many it sent, exactly.
  mutating func finish() -> Int { ct_finish(&traffic).packets }

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

/// Where datagrams of a ``LoopbackTraffic`` will arrive.
struct LoopbackDoor: ~Copyable {
  private var traffic = ct_traffic()

  init() throws {
    guard ct_open(&traffic) == 0 else { throw Refused("open a socket") }
  }

  deinit { close(traffic.door) }

  /// The port.
  var port: UInt16 { traffic.port }

  /// Starts who sends there, and who receives.
  ///
  /// - Parameter rate: packets a second; 0: as fast as a processor can.
  consuming func traffic(size: Int, isReceived: Bool = false, rate: Int = 0) throws
    -> LoopbackTraffic
  {
    var traffic = traffic
    discard self
    guard ct_start(&traffic, size, isReceived ? 1 : 0, rate) == 0 else {
      ct_stop(&traffic)
      throw Refused("start traffic")
    }
    return LoopbackTraffic(traffic)
  }
}

/// A system call that the bench needed and did not get.
struct Refused: Error, CustomStringConvertible {
  let description: String

  init(_ call: String, _ code: CInt = errno) {
    description = "\(call): \(String(cString: strerror(code)))"
  }
}
