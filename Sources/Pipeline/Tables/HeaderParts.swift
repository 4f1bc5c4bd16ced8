// SPDX-License-Identifier: Apache-2.0

import CBPF
import Policy

/// What the rules of a plan compare of headers, as the kernel's tables.
///
/// All fields in one byte are asked about together: the byte's 256 values each have a row. A longer field is a
/// dimension of the trie of numbers.
struct HeaderParts {
  /// At most `TP_HEADER_PARTS_MAX`.
  private(set) var parts: [tp_header_part] = []
  /// For each part of one byte the rows of its 256 values, one after another.
  private(set) var rows: [UInt32] = []

  /// Takes what a question asks of headers.
  ///
  /// - Parameter numbers: gets the regions of fields that are longer than a byte.
  init(
    _ question: RuleQuestion<PacketField>, _ numbers: inout KernelTables.Trie,
    _ table: inout RowTable
  ) {
    var bytes: [HeaderBits: [(field: PacketField, bits: HeaderBits)]] = [:]
    var order: [HeaderBits] = []
    for field in PacketField.allCases where question.uses(field) {
      guard case .header(let bits)? = field.kernelTable else { continue }
      if bits.bytes.count > 1 {
        add(field, bits, question, &numbers, &table)
      } else {
        let byte = bits.wholeBytes
        if bytes[byte] == nil { order.append(byte) }
        bytes[byte, default: []].append((field, bits))
      }
    }
    for byte in order { add(byte, bytes[byte] ?? [], question, &table) }
    precondition(
      parts.count <= TP_HEADER_PARTS_MAX && rows.count <= 256 * Int(TP_HEADER_BYTES_MAX),
      "the wire has room for every field of every header")
  }

  /// The value of `tp_headers`: parts, then rows, both filled up.
  var bytes: [UInt8] {
    var bytes = parts.flatMap { part in unsafe withUnsafeBytes(of: part) { unsafe Array($0) } }
    bytes.append(
      contentsOf: repeatElement(
        0, count: Int(TP_HEADER_PARTS_MAX) * MemoryLayout<tp_header_part>.size - bytes.count))
    for row in rows { unsafe withUnsafeBytes(of: row) { unsafe bytes.append(contentsOf: $0) } }
    bytes.append(
      contentsOf: repeatElement(0, count: MemoryLayout<tp_headers>.size - bytes.count))
    return bytes
  }

  private mutating func add(
    _ byte: HeaderBits, _ fields: [(field: PacketField, bits: HeaderBits)],
    _ question: RuleQuestion<PacketField>, _ table: inout RowTable
  ) {
    let answers = fields.map { question.classes($0.field, upTo: $0.bits.largest) }
    let values = (0...UInt32(255)).map { value in
      var row = question.everything
      for (place, classes) in zip(fields, answers) {
        row.formIntersection(classes.row(of: place.bits.number(in: value)))
      }
      return table.index(of: row)
    }
    var absent = question.everything
    for place in fields { absent.formIntersection(question.row(place.field, [])) }
    parts.append(
      tp_header_part(byte, absent: table.index(of: absent), number: UInt32(rows.count / 256)))
    rows += values
  }

  private mutating func add(
    _ field: PacketField, _ bits: HeaderBits, _ question: RuleQuestion<PacketField>,
    _ numbers: inout KernelTables.Trie, _ table: inout RowTable
  ) {
    let dimension = UInt32(TP_HEADER_DIMENSIONS) + UInt32(parts.count)
    let absent = table.index(of: question.row(field, []))
    parts.append(tp_header_part(bits, absent: absent, number: dimension))
    question.addNumbers(of: field, dimension: dimension, to: &numbers, &table)
  }
}

extension HeaderBits {
  /// The largest number of so many bits.
  fileprivate var largest: UInt64 { (1 << UInt64(bits.count)) - 1 }
}

extension tp_header_part {
  /// Where the field is: the kernel loads one, two or four bytes.
  fileprivate init(_ field: HeaderBits, absent: UInt32, number: UInt32) {
    let size = [1, 2, 4, 4][field.bytes.count - 1]
    // Of three bytes the fourth is the one before them, or the one behind.
    let first = min(field.bytes.lowerBound, max(0, field.bytes.upperBound + 1 - size))
    self.init(
      header: field.header.number, offset: UInt8(first), size: UInt8(size),
      shift: UInt8((first + size) * 8 - field.bits.upperBound), mask: UInt32(field.largest),
      absent: absent, number: number)
  }
}

extension HeaderBits.Header {
  /// The number of the wire.
  fileprivate var number: UInt8 {
    switch self {
    case .ipv4: UInt8(TP_HEADER_IPV4)
    case .ipv6: UInt8(TP_HEADER_IPV6)
    case .tcp: UInt8(TP_TRANSPORT_TCP.rawValue)
    case .udp: UInt8(TP_TRANSPORT_UDP.rawValue)
    case .icmp: UInt8(TP_TRANSPORT_ICMP.rawValue)
    case .icmpv6: UInt8(TP_TRANSPORT_ICMPV6.rawValue)
    }
  }
}
