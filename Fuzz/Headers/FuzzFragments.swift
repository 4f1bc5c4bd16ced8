// SPDX-License-Identifier: Apache-2.0

@testable import Pipeline

/// Takes the bytes as fragments of a datagram: of each one byte for where it stands, one for how long it is, and one for
/// whether it is the last.
enum FuzzFragments: FuzzTarget {
  static let name = "fragments"
  static let longest = 512
  static var seeds: [[UInt8]] {
    [[0, 1, 0, 1, 1, 0, 2, 1, 1], [2, 1, 1, 0, 1, 0, 1, 1, 0], [0, 2, 0, 1, 1, 0, 2, 1, 1]]
  }

  static func check(_ bytes: RawSpan) {
    var limits = FragmentTable.Limits()
    limits.bytes = 2_048
    var table = FragmentTable(limits)
    for start in stride(from: 0, to: bytes.byteCount - 2, by: 3) {
      let (place, size) = (Int(bytes.byte(start)), Int(bytes.byte(start + 1) % 16))
      let choice = bytes.byte(start + 2)
      let payload = [UInt8](repeating: choice >> 4, count: size * 8 + Int(choice >> 1 & 1))
      let flags = choice & 1 == 0 ? 0x2000 : 0
      let packet = PacketSeeds.ipv4(17, payload, fragment: flags | place)
      packet.withUnsafeBytes { take($0.bytes, in: &table, at: UInt64(start)) }
    }
  }

  private static func take(_ packet: RawSpan, in table: inout FragmentTable, at time: UInt64) {
    guard let headers = PacketHeaders(packet), let fragment = PacketFragment(packet, headers)
    else { return }
    let whole = table.add(fragment, of: packet, isWhole: true, time: time)
    claim(table.waiting <= 65_535, "what waits is bounded: \(table.waiting)")
    guard let whole else { return }
    whole.withUnsafeBytes { bytes in
      let again = PacketHeaders(bytes.bytes)
      claim(again.map { PacketFragment(bytes.bytes, $0) == nil } ?? false, "a whole is a packet")
      claim(LinkView.length(of: bytes.bytes, room: 1 << 20) == bytes.count, "its length is right")
    }
  }
}
