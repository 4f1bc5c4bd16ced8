import Policy

/// A trie of addresses, laid out so that the longest prefix of an address is found by halving.
struct AddressTable: Sendable {
  /// Where each interval begins, in rising order, and its row; an interval ends where the next begins.
  private var starts: [UInt128] = []
  private var rows: [UInt32] = []
  /// The same for the IPv4 addresses among them.
  private var starts4: [UInt32] = []
  private var rows4: [UInt32] = []

  /// Lays out the entries of a trie, of which one holds every address.
  init(_ entries: [KernelTables.Entry]) {
    let prefixes = entries.map { entry in
      let bits = entry.key.reduce(UInt128(0)) { $0 << 8 | UInt128($1) }
      return (prefix: Prefix(bits: bits, length: Int(entry.length)), row: entry.row)
    }.sorted { $0.prefix < $1.prefix }
    // The prefixes that hold the current place, from outside in.
    var open: [(prefix: Prefix, row: UInt32)] = []
    for entry in prefixes {
      while let inner = open.last, inner.prefix.last < entry.prefix.bits { close(&open) }
      begin(entry.prefix.bits, entry.row)
      open.append(entry)
    }
    while !open.isEmpty { close(&open) }

    let mapped = Prefix(bits: 0xffff << 32, length: 96)
    starts4 = [0]
    rows4 = [rows[place(of: mapped.bits)]]
    for (start, row) in zip(starts, rows) where start > mapped.bits && start <= mapped.last {
      starts4.append(UInt32(truncatingIfNeeded: start))
      rows4.append(row)
    }
  }

  /// Ends the innermost prefix: what follows it is that of the one around it.
  private mutating func close(_ open: inout [(prefix: Prefix, row: UInt32)]) {
    let inner = open.removeLast().prefix
    guard let outer = open.last, inner.last < outer.prefix.last else { return }
    begin(inner.last + 1, outer.row)
  }

  private mutating func begin(_ start: UInt128, _ row: UInt32) {
    if starts.last == start {
      rows[rows.count - 1] = row
    } else {
      starts.append(start)
      rows.append(row)
    }
  }

  /// The row of the longest prefix that holds an address.
  func row(of address: IPAddress) -> Int {
    if let ipv4 = address.ipv4 { return Int(rows4[Self.place(of: ipv4, in: starts4)]) }
    return Int(rows[place(of: UInt128(address.high) << 64 | UInt128(address.low))])
  }

  private func place(of address: UInt128) -> Int { Self.place(of: address, in: starts) }

  /// The place of the last start that is not after a value; the first start is not.
  @inline(__always)
  private static func place<Value: Comparable>(of value: Value, in starts: [Value]) -> Int {
    var (low, high) = (0, starts.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if starts[middle] <= value { low = middle } else { high = middle }
    }
    return low
  }
}
