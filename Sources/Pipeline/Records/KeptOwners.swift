// SPDX-License-Identifier: Apache-2.0

import CBPF
import Glibc

/// The owners that records told of, for those records that name an owner by its id alone.
///
/// The programs decide what is kept where, and go by what they told: so records must be given to it in their order, all of
/// them, from the first of a ring on.
@safe final class KeptOwners {
  private let owners: UnsafeMutableRawPointer
  /// A record that was completed.
  private let record: UnsafeMutableRawPointer

  private static let ownerSize = MemoryLayout<tp_owner>.size
  /// The most bytes that stand behind a record's owner.
  private static let restLimit = Row.wordLimit * 8 + Int(TP_CAPTURE_MAX)

  /// Makes room for all owners, of which the system gives pages as they are used.
  init() {
    guard let owners = unsafe calloc(Int(TP_KEPT_OWNERS), Self.ownerSize) else {
      preconditionFailure("there is no memory")
    }
    unsafe self.owners = owners
    unsafe record = .allocate(byteCount: RecordLayout.headerSize + Self.restLimit, alignment: 16)
  }

  deinit {
    unsafe free(owners)
    unsafe record.deallocate()
  }

  /// Returns a record with all of its owner, which is lent until the next call.
  ///
  /// A record that names an owner who is not kept is returned as it is, and so is anything that is no packet.
  @inline(__always)
  @unsafe func complete(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    guard bytes.count >= MemoryLayout<tp_brief>.size else { return unsafe bytes }
    let kind = unsafe bytes.load(fromByteOffset: RecordLayout.kind, as: UInt32.self)
    if kind == TP_RECORD_BRIEF.rawValue { return unsafe completeBrief(bytes) }
    if kind == TP_RECORD_PACKET.rawValue { unsafe keepOwner(of: bytes) }
    return unsafe bytes
  }

  @unsafe private func completeBrief(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    let (idOffset, start) = (RecordLayout.owner, MemoryLayout<tp_brief>.size)
    let id = unsafe bytes.load(fromByteOffset: idOffset, as: UInt64.self)
    let rest = bytes.count - start
    let owner = unsafe place(of: id)
    guard let from = bytes.baseAddress, rest <= Self.restLimit else { return unsafe bytes }
    unsafe record.copyMemory(from: from, byteCount: RecordLayout.owner)
    if id == 0 {
      unsafe memset(record + RecordLayout.owner, 0, Self.ownerSize)
    } else {
      guard unsafe owner.load(as: UInt64.self) == id else { return unsafe bytes }
      unsafe (record + RecordLayout.owner).copyMemory(from: owner, byteCount: Self.ownerSize)
    }
    unsafe record.storeBytes(
      of: TP_RECORD_PACKET.rawValue, toByteOffset: RecordLayout.kind, as: UInt32.self)
    unsafe (record + RecordLayout.headerSize).copyMemory(from: from + start, byteCount: rest)
    return unsafe UnsafeRawBufferPointer(start: record, count: RecordLayout.headerSize + rest)
  }

  @unsafe private func keepOwner(of bytes: UnsafeRawBufferPointer) {
    let flags = unsafe bytes.load(fromByteOffset: RecordLayout.flags, as: UInt32.self)
    guard flags & TP_PACKET_KEEPS_OWNER.rawValue != 0, bytes.count >= RecordLayout.headerSize,
      let from = unsafe bytes.baseAddress.map({ unsafe $0 + RecordLayout.owner })
    else { return }
    let place = unsafe place(of: from.load(as: UInt64.self))
    unsafe place.copyMemory(from: from, byteCount: Self.ownerSize)
  }

  /// Where an owner is kept.
  private func place(of id: UInt64) -> UnsafeMutableRawPointer {
    let number = Int(id & UInt64(TP_KEPT_OWNERS - 1))
    return unsafe owners + number * Self.ownerSize
  }
}
