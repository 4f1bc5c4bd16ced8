// SPDX-License-Identifier: Apache-2.0

import CBPF
import Policy

/// A record as the kernel would have made it, in memory that is used again for every packet.
///
/// Nobody owns it, unless an owner is given.
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

  /// Describes the owner of the packets from now on, as far as a capture tells of it; nil for nobody.
  ///
  /// - Parameter number: tells the owner from others; not 0.
  func fill(_ owner: Owner?, number: UInt64 = 0) {
    let start = RecordLayout.owner
    let room = unsafe UnsafeMutableRawBufferPointer(
      rebasing: memory[start..<start + MemoryLayout<tp_owner>.size])
    unsafe room.initializeMemory(as: UInt8.self, repeating: 0)
    guard let owner else { return }
    put(number, start + RecordLayout.Owner.id)
    put(owner.userID, start + RecordLayout.Owner.userID)
    put(owner.processID, start + RecordLayout.Owner.processID)
    put(owner.threadID, start + RecordLayout.Owner.threadID)
    put(owner.parentProcessID, start + RecordLayout.Owner.parentProcessID)
    put(owner.namespacedProcessID, start + RecordLayout.Owner.namespacedProcessID)
    put(owner.namespacedThreadID, start + RecordLayout.Owner.namespacedThreadID)
    put(owner.namespacedParentProcessID, start + RecordLayout.Owner.namespacedParentProcessID)
    put(owner.mountNamespace, start + RecordLayout.Owner.mountNamespace)
    put(owner.pidNamespace, start + RecordLayout.Owner.pidNamespace)
    put(owner.netNamespace, start + RecordLayout.Owner.netNamespace)
    put(owner.cgroupID, start + RecordLayout.Owner.cgroupID)
    put(owner.comm, start + RecordLayout.Owner.comm, capacity: Int(TP_COMM_LENGTH))
    put(owner.hostName, start + RecordLayout.Owner.nodeName, capacity: Int(TP_NODE_NAME_LENGTH))
    put(
      owner.containerID, start + RecordLayout.Owner.containerID,
      capacity: Int(TP_CONTAINER_ID_LENGTH))
    put(
      owner.executable, start + RecordLayout.Owner.executable,
      capacity: Int(TP_EXECUTABLE_LENGTH))
  }

  /// Writes a text, as much of it as its field holds.
  private func put(_ text: String, _ offset: Int, capacity: Int) {
    for (index, byte) in text.utf8.prefix(capacity - 1).enumerated() { put(byte, offset + index) }
  }

  private func put<Integer: FixedWidthInteger & BitwiseCopyable>(_ value: Integer, _ offset: Int) {
    unsafe memory.storeBytes(of: value, toByteOffset: offset, as: Integer.self)
  }
}
