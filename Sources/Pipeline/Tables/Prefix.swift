// SPDX-License-Identifier: Apache-2.0

/// A prefix of the 128-bit numbers: those that agree with `bits` in the first `length` bits.
///
/// The other bits are 0.
struct Prefix: TriePrefix, Sendable {
  var bits: UInt128
  var length: Int

  /// All numbers.
  static let all = Prefix(bits: 0, length: 0)

  /// The last number of the prefix; the first is `bits`.
  var last: UInt128 { bits | UInt128.max >> UInt128(length) }

  /// The prefixes that together are a range: at most 254.
  static func covering(_ range: ClosedRange<UInt128>) -> [Prefix] {
    var result: [Prefix] = []
    var first = range.lowerBound
    while true {
      var size = min(first.trailingZeroBitCount, 128)
      while size > 0, Prefix(bits: first, length: 128 - size).last > range.upperBound { size -= 1 }
      let prefix = Prefix(bits: first, length: 128 - size)
      result.append(prefix)
      if prefix.last >= range.upperBound { return result }
      first = prefix.last + 1
    }
  }
}

extension Prefix {
  /// By first number; of two with the same, the wider comes first.
  ///
  /// So a prefix stands before all inside it.
  static func < (a: Prefix, b: Prefix) -> Bool { (a.bits, a.length) < (b.bits, b.length) }

  func contains(_ other: Prefix) -> Bool {
    length <= other.length && bits <= other.bits && other.last <= last
  }
}

/// The regions that a set of prefixes cuts the 128-bit numbers into, as a longest-prefix trie sees them.
enum PrefixRegions {
  /// For each prefix that is the longest one for some number, such a number.
  ///
  /// Among the prefixes is always ``Prefix/all``, so that there is one for each number.
  ///
  /// All numbers with the same longest prefix are in the same ones of the given prefixes, so one stands for all.
  static func members(of prefixes: Set<Prefix>) -> [Prefix: UInt128] {
    var result: [Prefix: UInt128] = [:]
    // Prefixes that hold the current place, from outside in, each with its first number that no inner one has taken.
    var open: [(prefix: Prefix, free: UInt128?, member: UInt128?)] = []

    func close() {
      guard let region = open.popLast() else { return }
      result[region.prefix] = region.member ?? region.free
      guard let outer = open.indices.last else { return }
      open[outer].free = region.prefix.last < open[outer].prefix.last ? region.prefix.last + 1 : nil
    }

    for prefix in prefixes.union([.all]).sorted() {
      while let innermost = open.last, innermost.prefix.last < prefix.bits { close() }
      if let outer = open.indices.last, open[outer].member == nil, let free = open[outer].free,
        free < prefix.bits
      {
        open[outer].member = free
      }
      open.append((prefix, prefix.bits, nil))
    }
    while !open.isEmpty { close() }
    return result
  }
}
