// SPDX-License-Identifier: Apache-2.0

import CBPF
import Policy

extension KernelTables {
  /// An entry of a longest-prefix trie.
  struct Entry: Equatable, Sendable {
    /// The key's data, without the length before it.
    var key: [UInt8]
    /// The bits of the key that count.
    var length: UInt32
    /// The index of the row.
    var row: UInt32
  }
}

extension RuleQuestion {
  /// The regions of a field as entries of a trie of addresses.
  func addressEntries(_ field: Field, _ table: inout RowTable) -> [KernelTables.Entry] {
    let rows = rows(
      field, operands: \.addressPrefixes,
      regions: { prefixes in
        let members = PrefixRegions.members(of: prefixes)
        return { index in members[index].map { [.address(IPAddress($0))] } }
      })
    return rows.map { prefix, row in
      KernelTables.Entry(
        key: prefix.bits.bigEndianBytes(16), length: UInt32(prefix.length),
        row: table.index(of: row))
    }
  }

  /// The regions of a field as entries of the trie of numbers.
  ///
  /// - Parameter values: what whoever has this number has in the field.
  func numberEntries(
    _ field: Field, dimension: UInt32, _ table: inout RowTable,
    values: (UInt64) -> [FieldValue] = { [.number($0)] }
  ) -> [KernelTables.Entry] {
    let rows = rows(
      field, operands: { $0.numbers?.prefixes ?? [] }, bounds: { $0.numbers?.prefixes ?? [] },
      regions: { prefixes in
        let members = PrefixRegions.members(of: prefixes).map { member in
          member.map { values(UInt64(truncatingIfNeeded: $0 >> 64)) }
        }
        return { members[$0] }
      })
    return rows.map { prefix, row in
      KernelTables.Entry(
        key: UInt128(dimension).bigEndianBytes(4) + (prefix.bits >> 64).bigEndianBytes(8),
        length: 32 + UInt32(min(prefix.length, 64)), row: table.index(of: row))
    }
  }

  /// The regions of a field as entries of the trie of texts.
  ///
  /// - Parameters:
  ///   - capacity: the bytes of a text that are compared.
  ///   - values: what whoever has this text has in the field.
  func textEntries(
    _ field: Field, _ capacity: Int, dimension: UInt32, _ table: inout RowTable,
    values: (String) -> [FieldValue]
  ) -> [KernelTables.Entry] {
    let rows = rows(
      field, always: [.all, .empty],
      operands: { $0.pattern.flatMap { TextPrefix($0, capacity: capacity) }.map { [$0] } ?? [] },
      regions: { prefixes in
        let members = TextRegions.members(of: prefixes, capacity: capacity).map { $0.map(values) }
        return { members[$0] }
      })
    let longest = Int(TP_TEXT_LENGTH)
    return rows.map { prefix, row in
      KernelTables.Entry(
        key: UInt128(dimension).bigEndianBytes(4) + prefix.bytes
          + repeatElement(0, count: longest - prefix.bytes.count),
        length: UInt32(32 + 8 * prefix.bytes.count), row: table.index(of: row))
    }
  }
}

extension Operand {
  /// The prefixes that together are the operand's addresses.
  fileprivate var addressPrefixes: [Prefix] {
    guard case .addresses(let range) = self else { return [] }
    func whole(_ address: IPAddress) -> UInt128 {
      UInt128(address.high) << 64 | UInt128(address.low)
    }
    return Prefix.covering(whole(range.lowerBound)...whole(range.upperBound))
  }

  /// The texts that it stands for, of whatever name; nil for a state, which is no text of its own.
  fileprivate var pattern: TextPattern? {
    switch self {
    case .text(let pattern): pattern
    case .member(let name, let pattern): name == FieldValue.state ? nil : pattern
    case .numbers, .addresses: nil
    }
  }
}

extension ClosedRange<UInt64> {
  /// The prefixes that together are the range, with the number's first bit as the key's first.
  fileprivate var prefixes: [Prefix] {
    Prefix.covering(UInt128(lowerBound) << 64...(UInt128(upperBound) << 64 | UInt128(UInt64.max)))
  }
}

extension IPAddress {
  fileprivate init(_ number: UInt128) {
    self.init(
      high: UInt64(truncatingIfNeeded: number >> 64), low: UInt64(truncatingIfNeeded: number))
  }
}

extension UInt128 {
  /// The last `count` bytes, the most significant first.
  fileprivate func bigEndianBytes(_ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: self >> UInt128(8 * (count - 1 - $0))) }
  }
}
