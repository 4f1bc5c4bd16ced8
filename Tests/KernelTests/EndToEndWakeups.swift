// SPDX-License-Identifier: Apache-2.0

import Glibc
import TestSupport
import Testing

extension EndToEnd {
  /// The ring is left alone for a moment after each batch of records: none may be forgotten in it.
  @Suite struct Wakeups {
    @Test func `a lone event is written, whenever it comes, without another packet`() async throws {
      try await withStage { stage in
        let here = "127.77.0.1"
        let tracer = try await stage.trace([
          policy("lone", events: "net_packet_udp", "data.dst=\(here)", "data.dst_port=7000")
        ])
        let sender = try DatagramSender(to: here, port: 7000)
        var random = SplitMix.ofTest()
        var sent: UInt64 = 0
        for _ in 0..<150 {
          // One, or two of which the second comes before, within or after the moment of rest.
          for _ in 0..<Int.random(in: 1...2, using: &random) {
            sent += 1
            try sender.send(length: Int(sent))
            try await Task.sleep(for: .microseconds(Int.random(in: 0...2500, using: &random)))
          }
          try await tracer.event("datagram \(sent)") {
            $0.arguments["proto_udp"]?["length"]?.unsigned == sent + 8
          }
        }
        let trace = try await tracer.stop()
        #expect(trace.events.filter(\.leaves).count == Int(sent))
      }
    }
  }
}

/// A UDP socket that sends to one place.
private struct DatagramSender: ~Copyable {
  private let number = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
  private var address = sockaddr_in()

  init(to host: String, port: UInt16) throws {
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    try #require(number >= 0 && inet_pton(AF_INET, host, &address.sin_addr) == 1)
  }

  deinit { close(number) }

  func send(length: Int) throws {
    let bytes = [UInt8](repeating: 0x78, count: length)
    let count = withUnsafeBytes(of: address) { address in
      sendto(
        number, bytes, length, 0, address.baseAddress?.assumingMemoryBound(to: sockaddr.self),
        socklen_t(address.count))
    }
    try #require(count == length, "sendto: \(String(cString: strerror(errno)))")
  }
}
