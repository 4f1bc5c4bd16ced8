// SPDX-License-Identifier: Apache-2.0

import CBPF
import Policy

/// A record of the ring that is consumed again and again.
struct SampleRecord {
  /// The bytes that the ring would hold.
  private(set) var bytes: [UInt8]
  /// Where the packet has a sequence number that must go on, and by how much.
  private let stream: (place: Int, step: UInt32)?
  private var sequence: UInt32 = 0
  /// Where the packet begins.
  private let start: Int

  /// Makes the record of a packet that `curl` sent, whose row has some words, of which the first is given.
  init(giving kind: EventKind, row: UInt64 = 1, words: Int = 1) {
    let packet = SamplePackets.packet(giving: kind)
    var header = tp_packet()
    header.kind = TP_RECORD_PACKET.rawValue
    header.generation = 1
    header.time = 8_642_000_000_000
    header.length = UInt32(packet.count)
    header.captured = UInt32(packet.count)
    header.processor = 1
    header.system_call = 47
    header.row_words = UInt16(words)
    header.direction = UInt8(TP_EGRESS.rawValue)
    header.shape = Self.shape(of: packet)
    header.transport_offset = packet[0] >> 4 == 4 ? 20 : 40
    Self.own(&header.owner)
    bytes =
      withUnsafeBytes(of: header) { Array($0) } + withUnsafeBytes(of: row) { Array($0) }
      + repeatElement(0, count: 8 * (words - 1)) + packet
    start = bytes.count - packet.count
    let start = start
    stream = SamplePackets.stream(of: packet).map { (start + $0.sequence, UInt32($0.payload)) }
  }

  /// Makes it the record of the segment after it, if it is one of a stream.
  mutating func follow() {
    guard let stream, stream.step > 0 else { return }
    sequence &+= stream.step
    for index in 0..<4 {
      bytes[stream.place + index] = UInt8(truncatingIfNeeded: sequence >> UInt32(24 - 8 * index))
    }
  }

  /// Makes it the record of another packet over IPv4: from this address, at this time.
  mutating func set(source: UInt32, time: UInt64) {
    bytes.withUnsafeMutableBytes { bytes in
      bytes.storeBytes(of: source.littleEndian, toByteOffset: start + 12, as: UInt32.self)
      if let place = MemoryLayout<tp_packet>.offset(of: \.time) {
        bytes.storeBytes(of: time, toByteOffset: place, as: UInt64.self)
      }
    }
  }

  /// Turns the bit of a rule in its row, which its packet may then meet or no more.
  mutating func toggle(rule: Int) {
    bytes[MemoryLayout<tp_packet>.size + rule / 8] ^= 1 << UInt8(rule % 8)
  }

  private static func shape(of packet: [UInt8]) -> UInt8 {
    let isIPv4 = packet[0] >> 4 == 4
    let transport =
      switch isIPv4 ? packet[9] : packet[6] {
      case 1: TP_TRANSPORT_ICMP
      case 6: TP_TRANSPORT_TCP
      case 17: TP_TRANSPORT_UDP
      default: TP_TRANSPORT_ICMPV6
      }
    return UInt8(transport.rawValue) | (isIPv4 ? 0 : 8)
  }

  private static func own(_ owner: inout tp_owner) {
    owner.id = 7
    (owner.pid, owner.tid, owner.ppid) = (1_014_858, 1_014_989, 1_729)
    (owner.ns_pid, owner.ns_tid, owner.ns_ppid) = (1_014_858, 1_014_989, 1_729)
    (owner.uid, owner.cgroup_id) = (1_000, 5_650)
    (owner.mount_namespace, owner.pid_namespace) = (4_026_531_841, 4_026_531_836)
    owner.start_time = 8_000_000_000_000
    owner.leader_start_time = 8_000_000_000_000
    owner.parent_start_time = 7_000_000_000_000
    withUnsafeMutableBytes(of: &owner.comm) { $0.copyBytes(from: "curl".utf8) }
    withUnsafeMutableBytes(of: &owner.node_name) { $0.copyBytes(from: "rugged".utf8) }
    withUnsafeMutableBytes(of: &owner.executable) { $0.copyBytes(from: "/usr/bin/curl".utf8) }
  }
}
