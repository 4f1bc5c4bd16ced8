// SPDX-License-Identifier: Apache-2.0

@testable import Pipeline

/// Takes the bytes as a packet that carries others.
enum FuzzTunnels: FuzzTarget {
  static let name = "tunnels"
  static let longest = 1_024
  static var seeds: [[UInt8]] {
    let inner = PacketSeeds.all[0]
    let ethernet = [UInt8](repeating: 1, count: 12) + [0x08, 0]
    return [
      PacketSeeds.ipv4(4, inner), PacketSeeds.ipv4(47, [0x20, 0, 0x08, 0, 0, 0, 0, 1] + inner),
      PacketSeeds.ipv4(
        17, [0x9c, 0x40, 0x12, 0xb5, 0, 80, 0, 0, 8, 0, 0, 0, 0, 0, 1, 0] + ethernet + inner),
      PacketSeeds.ipv4(
        17, [0x9c, 0x40, 0x17, 0xc1, 0, 80, 0, 0, 0, 0, 0x65, 0x58, 0, 0, 1, 0] + ethernet + inner),
      PacketSeeds.ipv4(17, [0x9c, 0x40, 0x0d, 0xd8, 0, 80, 0, 0, 0, 1, 0, 0] + inner),
    ]
  }

  static func check(_ bytes: RawSpan) {
    guard let headers = PacketHeaders(bytes), let offset = Tunnel.packet(in: bytes, headers) else {
      return
    }
    claim((20...bytes.byteCount).contains(offset), "a packet is behind the header of the outer one")
    let head = bytes.extracting(first: offset + 1)
    let again = PacketHeaders(head).map { Tunnel.packet(in: head, $0) }
    claim(again == offset, "what precedes decides")
  }
}
