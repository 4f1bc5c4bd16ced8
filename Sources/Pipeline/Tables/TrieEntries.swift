// SPDX-License-Identifier: Apache-2.0

import CBPF
import Policy

extension RuleQuestion {
  /// Adds the regions of a field to a trie of addresses.
  func addAddresses(of field: Field, to trie: inout KernelTables.Trie, _ table: inout RowTable) {
    addRegions(
      of: field, to: &trie, &table, operands: { $0.forEachAddressPrefix($1) },
      regions: { prefixes in
        let members = PrefixRegions.members(of: prefixes)
        return { index in members[index].map { FieldValue.address(IPAddress($0)) } }
      },
      key: { prefix, key in
        key.append(bigEndian: prefix.bits)
        return UInt32(prefix.length)
      })
  }

  /// Adds the regions of a field to the trie of numbers.
  ///
  /// - Parameter values: what whoever has this number has in the field.
  func addNumbers(
    of field: Field, dimension: UInt32, to trie: inout KernelTables.Trie, _ table: inout RowTable,
    values: (UInt64) -> [FieldValue] = { [.number($0)] }
  ) {
    addRegions(
      of: field, to: &trie, &table, operands: { $0.numbers?.forEachPrefix($1) },
      bounds: { $0.numbers?.forEachPrefix($1) },
      regions: { prefixes in
        let members = PrefixRegions.members(of: prefixes).map { member in
          member.map { values(UInt64(truncatingIfNeeded: $0 >> 64)) }
        }
        return { members[$0] }
      },
      key: { prefix, key in
        key.append(bigEndian: dimension)
        key.append(bigEndian: UInt64(truncatingIfNeeded: prefix.bits >> 64))
        return 32 + UInt32(min(prefix.length, 64))
      })
  }

  /// Adds the regions of a field to the trie of texts.
  ///
  /// - Parameters:
  ///   - capacity: the bytes of a text that are compared.
  ///   - values: what whoever has this text has in the field.
  func addTexts(
    of field: Field, _ capacity: Int, dimension: UInt32, to trie: inout KernelTables.Trie,
    _ table: inout RowTable, values: (String) -> [FieldValue]
  ) {
    addRegions(
      of: field, to: &trie, &table, always: [TextPrefix.all, .empty],
      operands: { operand, add in
        if let prefix = operand.pattern.flatMap({ TextPrefix($0, capacity: capacity) }) {
          add(prefix)
        }
      },
      regions: { prefixes in
        let members = TextRegions.members(of: prefixes, capacity: capacity).map { $0.map(values) }
        return { members[$0] }
      },
      key: { prefix, key in
        key.append(bigEndian: dimension)
        key += prefix.bytes
        return UInt32(32 + 8 * prefix.bytes.count)
      })
  }
}

extension Operand {
  /// Gives `body` the prefixes that together are the operand's addresses.
  fileprivate func forEachAddressPrefix(_ body: (Prefix) -> Void) {
    guard case .addresses(let range) = self else { return }
    func whole(_ address: IPAddress) -> UInt128 {
      UInt128(address.high) << 64 | UInt128(address.low)
    }
    Prefix.forEach(covering: whole(range.lowerBound)...whole(range.upperBound), body)
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
  /// Gives `body` the prefixes that together are the range, with the number's first bit as the key's first.
  fileprivate func forEachPrefix(_ body: (Prefix) -> Void) {
    Prefix.forEach(
      covering: UInt128(lowerBound) << 64...(UInt128(upperBound) << 64 | UInt128(UInt64.max)), body)
  }
}

extension IPAddress {
  fileprivate init(_ number: UInt128) {
    self.init(
      high: UInt64(truncatingIfNeeded: number >> 64), low: UInt64(truncatingIfNeeded: number))
  }
}
