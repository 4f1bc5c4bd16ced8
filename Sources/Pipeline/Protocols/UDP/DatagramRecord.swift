// SPDX-License-Identifier: Apache-2.0

import CBPF

/// The records of the datagrams that came as one packet, one after the other, in memory that is used again.
///
/// Each is as if its datagram had come alone, with the headers that the kernel would give it: its own lengths, an identification
/// of IPv4 that is by one higher than that of the one before, and its checksum. The checksum of UDP is that of the packet.
/// Source: `inet_gso_segment`, `__udp_gso_segment`.
@safe final class DatagramRecord {
  private let memory: UnsafeMutableRawBufferPointer
  private var count = 0
  /// Where the datagram begins.
  private var start = 0

  /// The most datagrams of one packet; Linux makes at most 128.
  static let limit = 1024

  /// Makes room for the largest.
  init() {
    let room = RecordLayout.headerSize + Row.wordLimit * 8 + Int(TP_CAPTURE_MAX)
    unsafe memory = .allocate(byteCount: room, alignment: 16)
    unsafe memory.initializeMemory(as: UInt8.self, repeating: 0)
  }

  deinit { unsafe memory.deallocate() }

  /// The record.
  var bytes: RawSpan {
    @_lifetime(borrow self) get {
      let part = unsafe UnsafeRawBufferPointer(rebasing: memory[..<count]).bytes
      return unsafe _overrideLifetime(part, borrowing: self)
    }
  }

  /// The datagram, as far as it was captured.
  var datagram: RawSpan {
    @_lifetime(borrow self) get { bytes.extracting(droppingFirst: start) }
  }

  /// Takes one datagram of a packet.
  func fill(_ index: Int, of parts: DatagramParts, _ record: borrowing RecordReader) {
    let packet = record.packet
    let place = parts.place(of: index)
    let captured = place.clamped(to: 0..<packet.byteCount)
    start = RecordLayout.headerSize + record.rowWords * 8
    copy(record.head, to: 0)
    copy(packet.extracting(0..<parts.headers), to: start)
    copy(packet.extracting(captured), to: start + parts.headers)
    count = start + parts.headers + captured.count
    let length = parts.headers + place.count
    put(UInt32(length), RecordLayout.length)
    put(UInt32(count - start), RecordLayout.captured)
    put(0 as UInt16, RecordLayout.segmentSize)
    put(UInt16(truncatingIfNeeded: place.count + 8).bigEndian, start + parts.headers - 4)
    switch parts.family {
    case .ipv4:
      let id: UInt16 = packet.network(4)
      put(UInt16(truncatingIfNeeded: length).bigEndian, start + 2)
      put((id &+ UInt16(truncatingIfNeeded: index)).bigEndian, start + 4)
      put(0 as UInt16, start + 10)
      let header = datagram.extracting(0..<Int(packet.byte(0) & 15) * 4)
      put(header.internetChecksum.bigEndian, start + 10)
    case .ipv6:
      put(UInt16(truncatingIfNeeded: length - IPv6Header.size).bigEndian, start + 4)
    }
  }

  /// Says which rules want the datagram.
  func put(_ row: Row) {
    var place = RecordLayout.headerSize
    for index in 0..<row.count {
      put(row.words[index], place)
      place += 8
    }
  }

  private func copy(_ bytes: RawSpan, to offset: Int) {
    let room = unsafe UnsafeMutableRawBufferPointer(rebasing: memory[offset...])
    unsafe bytes.withUnsafeBytes { unsafe room.copyMemory(from: $0) }
  }

  private func put<Integer: FixedWidthInteger & BitwiseCopyable>(_ value: Integer, _ offset: Int) {
    unsafe memory.storeBytes(of: value, toByteOffset: offset, as: Integer.self)
  }
}

/// Where the datagrams are in a packet that stands for several.
struct DatagramParts {
  let family: PacketShape.Family
  /// The bytes of the headers, which are all there.
  let headers: Int
  private let size: Int
  private let length: Int

  /// Finds them; nil when the packet is one datagram.
  init?(_ record: borrowing RecordReader) {
    guard record.segmentSize > 0, record.shape.transport == .udp else { return nil }
    family = record.shape.family
    headers = record.transportOffset + 8
    size = record.segmentSize
    length = Int(record.length)
    let fixed =
      family == .ipv4
      ? Int(record.packet.byteCount > 0 ? record.packet.byte(0) & 15 : 0) * 4 : IPv6Header.size
    guard headers <= record.packet.byteCount, headers + size < length,
      record.packet.byteCount <= Int(TP_CAPTURE_MAX), fixed >= 20, fixed <= headers - 8
    else { return nil }
  }

  /// How many there are: at least two.
  var count: Int { (length - headers + size - 1) / size }

  /// The place of the payload of one.
  func place(of index: Int) -> Range<Int> {
    let start = headers + index * size
    return start..<min(start + size, length)
  }
}

extension RawSpan {
  /// The checksum of RFC 1071 over an even number of bytes.
  var internetChecksum: UInt16 {
    var sum: UInt32 = 0
    for offset in stride(from: 0, to: byteCount, by: 2) {
      sum += UInt32(network(offset, as: UInt16.self))
    }
    sum = sum & 0xffff + sum >> 16
    sum = sum & 0xffff + sum >> 16
    return ~UInt16(truncatingIfNeeded: sum)
  }
}
