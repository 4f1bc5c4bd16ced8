// SPDX-License-Identifier: Apache-2.0

import CBPF

/// A record as the kernel would have made it, in memory that is used again for every packet.
///
/// Nobody owns it.
@safe final class ReplayRecord {
  private let memory: UnsafeMutableRawBufferPointer
  private let rowWords: Int
  private var count = 0

  /// Makes room for a record with a row of so many words.
  init(rowWords: Int) {
    self.rowWords = rowWords
    let room = RecordLayout.headerSize + rowWords * 8 + CaptureInput.limit
    unsafe memory = .allocate(byteCount: room, alignment: 16)
    let header = unsafe UnsafeMutableRawBufferPointer(
      rebasing: memory[..<RecordLayout.headerSize])
    unsafe header.initializeMemory(as: UInt8.self, repeating: 0)
    put(TP_RECORD_PACKET.rawValue, RecordLayout.kind)
    put(ReplayRecord.generation, RecordLayout.generation)
    put(Int32(-1), RecordLayout.systemCall)
    put(UInt16(rowWords), RecordLayout.rowWords)
  }

  deinit { unsafe memory.deallocate() }

  /// The number of the plan.
  static let generation: UInt32 = 1

  /// The record.
  var bytes: RawSpan {
    @_lifetime(borrow self) get {
      let part = unsafe UnsafeRawBufferPointer(rebasing: memory[..<count]).bytes
      return unsafe _overrideLifetime(part, borrowing: self)
    }
  }

  /// Describes a packet of at most ``CaptureInput/limit`` bytes.
  ///
  /// - Parameters:
  ///   - time: in ns since the epoch.
  ///   - length: of the packet, captured or not.
  func fill(
    _ packet: RawSpan, _ headers: PacketHeaders, row: Row, time: UInt64, length: Int,
    direction: PacketDirection, interface: UInt32
  ) {
    put(time, RecordLayout.time)
    put(UInt32(clamping: length), RecordLayout.length)
    put(UInt32(packet.byteCount), RecordLayout.captured)
    put(interface, RecordLayout.interface)
    put(direction.rawValue, RecordLayout.direction)
    put(headers.shape.rawValue, RecordLayout.shape)
    put(UInt16(headers.transportOffset), RecordLayout.transportOffset)
    var place = RecordLayout.headerSize
    for index in 0..<rowWords {
      put(row.words[index], place)
      place += 8
    }
    precondition(packet.byteCount <= CaptureInput.limit, "a packet is within the window")
    let room = unsafe UnsafeMutableRawBufferPointer(rebasing: memory[place...])
    unsafe packet.withUnsafeBytes { unsafe room.copyMemory(from: $0) }
    count = place + packet.byteCount
  }

  private func put<Integer: FixedWidthInteger & BitwiseCopyable>(_ value: Integer, _ offset: Int) {
    unsafe memory.storeBytes(of: value, toByteOffset: offset, as: Integer.self)
  }
}
