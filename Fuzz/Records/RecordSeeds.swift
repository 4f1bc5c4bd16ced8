// SPDX-License-Identifier: Apache-2.0

import CBPF

@testable import Pipeline

/// Records, and what their packets carry, each behind the byte that says what it is.
enum RecordSeeds {
  /// The choice that is no carrier.
  static let isRecord = UInt8(Carrier.allCases.count)

  static let all = packets + contents

  private static let packets: [[UInt8]] = PacketSeeds.all.flatMap { packet in
    [false, true].map { [isRecord] + record(of: packet, isOwned: $0) }
  }

  private static let contents: [[UInt8]] = Carrier.allCases.enumerated().flatMap {
    number, carrier in
    let contents: [[UInt8]] =
      switch carrier {
      case .none: PacketSeeds.all
      case .dnsOverTCP, .dnsOverUDP, .dnsOverUDPOverIPv6: MessageSeeds.all
      case .httpRequest, .httpResponse, .httpOverIPv6: HeadSeeds.all
      }
    return contents.map { [UInt8(number) + 8] + $0 }
  }

  /// The record that the kernel would write of a packet that every rule wants.
  static func record(of packet: [UInt8], isOwned: Bool) -> [UInt8] {
    var header = tp_packet()
    header.kind = TP_RECORD_PACKET.rawValue
    header.generation = Harness.generation
    header.time = 1_000_000_000
    header.length = UInt32(packet.count)
    header.captured = UInt32(packet.count)
    header.system_call = -1
    header.row_words = 1
    header.direction = UInt8(TP_EGRESS.rawValue)
    if let headers = PacketHeaders(packet.span.bytes) {
      header.shape = headers.shape.rawValue
      header.transport_offset = UInt16(headers.transportOffset)
    }
    if isOwned {
      header.owner.id = 7
      header.owner.pid = 100
      header.owner.tid = 101
      header.owner.uid = 1000
      withUnsafeMutableBytes(of: &header.owner.comm) { $0.copyBytes(from: "curl".utf8) }
    }
    return withUnsafeBytes(of: header) { Array($0) }
      + withUnsafeBytes(of: Harness.row) { Array($0) } + packet
  }
}
