// SPDX-License-Identifier: Apache-2.0

import CBPF

/// A record of the ring, seen through the bytes that are lent for it.
///
/// It copies and allocates nothing.
///
/// Integers are in host byte order. Source: `struct tp_packet` of `tp_event.h`.
struct RecordReader: ~Escapable {
  private let bytes: RawSpan
  /// The words of the row.
  let rowWords: Int
  private let captured: Int
  /// The message of DNS or HTTP that the packet completes, when its bytes were put together from several segments.
  ///
  /// Empty: the message, if there is one, is whole in the packet.
  let message: RawSpan

  /// Takes a record, or refuses one that contradicts itself or says that it holds more than it does.
  @_lifetime(copy bytes)
  init?(_ bytes: RawSpan) {
    guard bytes.byteCount >= RecordLayout.headerSize,
      bytes.host(RecordLayout.kind, as: UInt32.self) == TP_RECORD_PACKET.rawValue
    else { return nil }
    let rowWords = Int(bytes.host(RecordLayout.rowWords, as: UInt16.self))
    let captured = Int(bytes.host(RecordLayout.captured, as: UInt32.self))
    guard (1...Row.wordLimit).contains(rowWords),
      captured <= bytes.byteCount - RecordLayout.headerSize - rowWords * 8,
      captured <= Int(bytes.host(RecordLayout.length, as: UInt32.self)),
      bytes.host(RecordLayout.transportOffset, as: UInt16.self) <= captured,
      bytes.byte(RecordLayout.direction) <= TP_EGRESS.rawValue,
      PacketShape(rawValue: bytes.byte(RecordLayout.shape)) != nil
    else { return nil }
    self.bytes = bytes
    self.rowWords = rowWords
    self.captured = captured
    message = bytes.extracting(0..<0)
  }

  @_lifetime(copy record, copy message)
  private init(_ record: borrowing RecordReader, completing message: RawSpan) {
    bytes = record.bytes
    rowWords = record.rowWords
    captured = record.captured
    self.message = message
  }

  /// The record, which completes a message.
  @_lifetime(copy self, copy message)
  func completing(_ message: RawSpan) -> RecordReader {
    RecordReader(self, completing: message)
  }

  /// The plan that wanted the packet.
  var generation: UInt32 { bytes.host(RecordLayout.generation) }
  /// When the packet passed, in ns of `CLOCK_BOOTTIME`.
  var time: UInt64 { bytes.host(RecordLayout.time) }
  /// The packet's bytes from its IP header on, captured or not.
  var length: UInt32 { bytes.host(RecordLayout.length) }
  /// The index of the interface; 0 when it is not known.
  var interface: UInt32 { bytes.host(RecordLayout.interface) }
  /// The CPU that handled the packet.
  var processor: UInt32 { bytes.host(RecordLayout.processor) }
  /// The number of the system call that sent the packet, in the table that ``isCompat`` says; -1 when none did.
  var systemCall: Int32 { bytes.host(RecordLayout.systemCall) }
  /// Whether the packet left or arrived.
  var direction: PacketDirection {
    bytes.byte(RecordLayout.direction) == TP_EGRESS.rawValue ? .egress : .ingress
  }
  /// What the kernel saw that the packet is.
  var shape: PacketShape {
    PacketShape(rawValue: bytes.byte(RecordLayout.shape)) ?? PacketShape(.ipv4, .other)
  }
  /// The bytes before the transport header; 0 without one.
  var transportOffset: Int { Int(bytes.host(RecordLayout.transportOffset, as: UInt16.self)) }
  /// Of a segment of TCP: the bytes that were missing before it when it passed, as far as the kernel side knew.
  var ahead: UInt32 { bytes.host(RecordLayout.ahead) }
  /// Of a segment of TCP: a random number of its direction of its connection; 0 when the kernel side does not follow it.
  var connection: UInt32 { bytes.host(RecordLayout.connection) }
  /// Of a segment of TCP that is followed: where in its payload the first head of HTTP begins, or so far before it; nil when that
  /// is not known.
  var headOffset: Int? {
    let head: Int32 = bytes.host(RecordLayout.head)
    return head == .min ? nil : Int(head)
  }
  /// Of a segment that is followed: whether it is a guess that a head begins in it.
  var isHeadGuessed: Bool { has(TP_PACKET_GUESSED) }
  /// Of a segment that is followed: whether the kernel side records all of its direction, until it is told where that is.
  var isLost: Bool { has(TP_PACKET_LOST) }
  /// Of the heads that end in the segment, by a bit for each from the lowest on: whether no body follows; nil when it is not known.
  var bodiless: UInt16? {
    guard has(TP_PACKET_PAIRED) else { return nil }
    return UInt16(truncatingIfNeeded: bytes.host(RecordLayout.flags, as: UInt32.self) >> 16)
  }
  /// Of UDP: the bytes of payload in each datagram that the packet will be cut into; 0 when it is one datagram.
  var segmentSize: Int { Int(bytes.host(RecordLayout.segmentSize, as: UInt16.self)) }
  /// Whether the system call that sent the packet was a 32-bit one of a 64-bit kernel; of a packet that none sent, whether
  /// its owner is a 32-bit task.
  var isCompat: Bool { systemCall < 0 ? owner.isCompat : has(TP_PACKET_COMPAT) }
  /// Whether the transport checksum is not computed yet, because a device is to do it.
  var isChecksumPartial: Bool { has(TP_PACKET_CHECKSUM_PARTIAL) }
  /// The name of the interface in the packet's network namespace, in any encoding; empty when it is not known.
  var interfaceName: RawSpan {
    @_lifetime(copy self) get {
      bytes.text(RecordLayout.interfaceName, capacity: Int(TP_INTERFACE_NAME_LENGTH))
    }
  }

  private func has(_ flag: tp_packet_flags) -> Bool {
    bytes.host(RecordLayout.flags, as: UInt32.self) & flag.rawValue != 0
  }

  /// One bit for each rule that wants the packet.
  var row: Row { Row(rowBytes) }

  /// The words of the row.
  var rowBytes: RawSpan {
    @_lifetime(copy self) get {
      let start = RecordLayout.headerSize
      return bytes.extracting(start..<start + rowWords * 8)
    }
  }

  /// Who owns the packet's socket.
  var owner: OwnerReader {
    @_lifetime(copy self) get {
      let start = RecordLayout.owner
      return OwnerReader(bytes.extracting(start..<start + MemoryLayout<tp_owner>.size))
    }
  }

  /// The record without what follows it.
  var whole: RawSpan {
    @_lifetime(copy self) get {
      bytes.extracting(0..<RecordLayout.headerSize + rowWords * 8 + captured)
    }
  }

  /// What stands before the row.
  var head: RawSpan {
    @_lifetime(copy self) get { bytes.extracting(0..<RecordLayout.headerSize) }
  }

  /// The captured bytes of the packet, from its IP header on.
  var packet: RawSpan {
    @_lifetime(copy self) get {
      let start = RecordLayout.headerSize + rowWords * 8
      return bytes.extracting(start..<start + captured)
    }
  }
}
