// SPDX-License-Identifier: Apache-2.0

import Policy

/// A trie of addresses; those of IPv4, which are most, are looked for among themselves.
struct AddressTable: Sendable {
  private let all: PrefixIntervals<UInt128>
  private let ipv4: PrefixIntervals<UInt32>

  private static let mapped = Prefix(bits: 0xffff << 32, length: 96)

  /// Lays out the entries of a trie.
  init(_ trie: KernelTables.Trie) {
    self.init(
      (0..<trie.count).map { entry in
        let prefix = Prefix(bits: trie.number(of: entry), length: Int(trie.bits(of: entry)))
        return (prefix: prefix, row: trie.rows[entry])
      })
  }

  /// Lays out prefixes, of which one holds every address.
  init(_ prefixes: [(prefix: Prefix, row: UInt32)]) {
    all = PrefixIntervals(prefixes)
    let mapped = Self.mapped
    let around = prefixes.filter {
      $0.prefix.length <= mapped.length && ($0.prefix.bits...$0.prefix.last).contains(mapped.bits)
    }.max { $0.prefix.length < $1.prefix.length }
    let inside = prefixes.filter {
      $0.prefix.length > mapped.length && (mapped.bits...mapped.last).contains($0.prefix.bits)
    }.map { entry in
      let length = entry.prefix.length - mapped.length
      return (prefix: Prefix(bits: entry.prefix.bits << 96, length: length), row: entry.row)
    }
    ipv4 = PrefixIntervals(inside + (around.map { [(prefix: .all, row: $0.row)] } ?? []))
  }

  /// The row of the longest prefix that holds an address.
  func row(of address: IPAddress) -> Int {
    if let number = address.ipv4 { return ipv4.row(of: number) }
    return all.row(of: UInt128(address.high) << 64 | UInt128(address.low))
  }
}
