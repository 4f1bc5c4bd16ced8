// SPDX-License-Identifier: Apache-2.0

/// A longest-prefix trie of numbers, laid out so that a number's row is found by halving.
///
/// The numbers are the first bits of a ``Prefix``, as many as the type has.
struct PrefixIntervals<Number: FixedWidthInteger & UnsignedInteger & Sendable>: Sendable {
  /// Where each interval begins, in rising order; it ends where the next begins.
  private var starts: [Number] = []
  private var rows: [UInt32] = []

  /// Lays out prefixes, of which one holds every number.
  init(_ entries: [(prefix: Prefix, row: UInt32)]) {
    // The prefixes that hold the current place, from outside in.
    var open: [(prefix: Prefix, row: UInt32)] = []
    for entry in entries.sorted(by: { $0.prefix < $1.prefix }) {
      while let inner = open.last, inner.prefix.last < entry.prefix.bits { close(&open) }
      begin(entry.prefix.bits, entry.row)
      open.append(entry)
    }
    while !open.isEmpty { close(&open) }
    precondition(starts.first == 0, "a trie of a plan has an entry for every key")
  }

  /// Ends the innermost prefix: what follows it is that of the one around it.
  private mutating func close(_ open: inout [(prefix: Prefix, row: UInt32)]) {
    let inner = open.removeLast().prefix
    guard let outer = open.last, inner.last < outer.prefix.last else { return }
    begin(inner.last + 1, outer.row)
  }

  private mutating func begin(_ bits: UInt128, _ row: UInt32) {
    let start = Number(truncatingIfNeeded: bits >> UInt128(128 - Number.bitWidth))
    if starts.last == start {
      rows[rows.count - 1] = row
    } else {
      starts.append(start)
      rows.append(row)
    }
  }

  /// The row of the longest prefix that holds a number.
  func row(of number: Number) -> Int {
    var (low, high) = (0, starts.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if starts[middle] <= number { low = middle } else { high = middle }
    }
    return Int(rows[low])
  }
}
