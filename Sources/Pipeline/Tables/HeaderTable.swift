// SPDX-License-Identifier: Apache-2.0

import CBPF

/// What the rules of a plan compare of headers, looked up as the kernel does.
///
/// Source: `keep_part` of `classify.h`.
struct HeaderTable: Sendable {
  /// A part of a header, and the rows of its values.
  private struct Part: Sendable {
    let part: tp_header_part
    let values: Values
  }

  private enum Values: Sendable {
    /// Of one byte: the row of each value.
    case byte([UInt32])
    case number(PrefixIntervals<UInt64>)
  }

  private let parts: [Part]

  /// Takes the tables of a plan; nil when its rules compare nothing of headers.
  init?(_ tables: KernelTables) {
    guard tables.plan.header_parts > 0 else { return nil }
    let bytes = tables.headerRows
    let rowsStart = Int(TP_HEADER_PARTS_MAX) * MemoryLayout<tp_header_part>.size
    parts = (0..<Int(tables.plan.header_parts)).map { index in
      let part = unsafe bytes.withUnsafeBytes {
        unsafe $0.loadUnaligned(
          fromByteOffset: index * MemoryLayout<tp_header_part>.size, as: tp_header_part.self)
      }
      if part.size == 1 {
        let start = rowsStart + Int(part.number) * 256 * 4
        let rows = (0..<256).map { bytes.bytes.host(start + $0 * 4, as: UInt32.self) }
        return Part(part: part, values: .byte(rows))
      }
      return Part(part: part, values: .number(Self.intervals(part.number, tables)))
    }
  }

  /// The regions of a dimension of the trie of numbers.
  private static func intervals(
    _ dimension: UInt32, _ tables: KernelTables
  ) -> PrefixIntervals<UInt64> {
    PrefixIntervals(
      (0..<tables.numbers.count).compactMap { entry in
        let key = tables.numbers.number(of: entry)
        guard UInt32(truncatingIfNeeded: key >> 64) == dimension else { return nil }
        let length = Int(tables.numbers.bits(of: entry)) - 32
        return (prefix: Prefix(bits: key << 64, length: length), row: tables.numbers.rows[entry])
      })
  }

  /// Keeps of a row the rules that want what the headers say; false when none is left.
  func keep(
    _ row: inout Row, _ rows: [Row], _ headers: PacketHeaders, _ packet: RawSpan
  ) -> Bool {
    for index in parts.indices {
      guard row.keep(rows[self.row(of: parts[index], headers, packet)]) else { return false }
    }
    return true
  }

  private func row(of part: Part, _ headers: PacketHeaders, _ packet: RawSpan) -> Int {
    let shape = headers.shape
    let header = UInt32(part.part.header)
    let start: Int
    switch header {
    case UInt32(TP_HEADER_IPV4) where shape.family == .ipv4,
      UInt32(TP_HEADER_IPV6) where shape.family == .ipv6:
      start = 0
    case UInt32(shape.transport.rawValue) where shape.transport != .other:
      start = headers.transportOffset
    default: return Int(part.part.absent)
    }
    let place = start + Int(part.part.offset)
    let isThere = place + Int(part.part.size) <= packet.byteCount
    switch part.values {
    case .byte(let rows): return Int(rows[isThere ? Int(packet.byte(place)) : 0])
    case .number(let intervals):
      let word: UInt32 =
        if !isThere {
          0
        } else if part.part.size == 2 {
          UInt32(packet.network(place, as: UInt16.self))
        } else {
          packet.network(place)
        }
      return intervals.row(of: UInt64(word >> UInt32(part.part.shift & 31) & part.part.mask))
    }
  }
}
