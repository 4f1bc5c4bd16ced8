// SPDX-License-Identifier: Apache-2.0

import CBPF

/// A change of a process, seen through the bytes that are lent for it.
///
/// Source: `struct tp_process` of `tp_event.h`.
struct ProcessRecord: ~Escapable {
  /// What happened.
  enum Change: UInt32 {
    case forked, executed, renamed, exited, found
  }

  private let bytes: RawSpan
  /// What happened.
  let change: Change

  /// Takes a record; nil when it is none of this kind, or contradicts itself.
  @_lifetime(copy bytes)
  init?(_ bytes: RawSpan) {
    guard bytes.byteCount >= MemoryLayout<tp_process>.size,
      bytes.host(Self.offset(\.kind), as: UInt32.self) == TP_RECORD_PROCESS.rawValue,
      let change = Change(rawValue: bytes.host(Self.offset(\.change)))
    else { return nil }
    self.bytes = bytes
    self.change = change
  }

  /// The process, as the host sees it.
  var processID: UInt32 { bytes.host(Self.offset(\.pid)) }
  /// When it started, in ns of `CLOCK_BOOTTIME`: no other process has both this and its id.
  var startTime: UInt64 { bytes.host(Self.offset(\.start_time)) }
  /// Of a fork the process that forked, of one that was found its parent; else 0.
  var parent: UInt32 { bytes.host(Self.offset(\.parent)) }
  /// When ``parent`` started; 0 without one.
  var parentStartTime: UInt64 { bytes.host(Self.offset(\.parent_start_time)) }

  /// The process after the change; of an exit nobody.
  var owner: OwnerReader {
    @_lifetime(copy self) get {
      let start = Self.offset(\.owner)
      return OwnerReader(bytes.extracting(start..<start + MemoryLayout<tp_owner>.size))
    }
  }

  private static func offset(_ field: PartialKeyPath<tp_process>) -> Int {
    guard let offset = MemoryLayout<tp_process>.offset(of: field) else {
      preconditionFailure("a field of a C structure has an offset")
    }
    return offset
  }
}
