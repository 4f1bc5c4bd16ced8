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

  /// Gives `body` the prefixes that together are a range: at most 254.
  static func forEach(covering range: ClosedRange<UInt128>, _ body: (Prefix) -> Void) {
    var first = range.lowerBound
    while true {
      var size = min(first.trailingZeroBitCount, 128)
      while size > 0, Prefix(bits: first, length: 128 - size).last > range.upperBound { size -= 1 }
      let prefix = Prefix(bits: first, length: 128 - size)
      body(prefix)
      if prefix.last >= range.upperBound { return }
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
  /// Returns for each prefix a number of which it is the longest prefix; nil where there is none.
  ///
  /// All numbers with the same longest prefix are in the same ones of the given prefixes, so one stands for all.
  ///
  /// - Parameter prefixes: each once and in order; the first is ``Prefix/all``, so that there is one for each number.
  static func members(of prefixes: [Prefix]) -> [UInt128?] {
    var result = [UInt128?](repeating: nil, count: prefixes.count)
    // Prefixes that hold the current place, from outside in, each with its first number that no inner one has taken.
    var open: [(index: Int, free: UInt128?, member: UInt128?)] = []

    func close() {
      guard let region = open.popLast() else { return }
      result[region.index] = region.member ?? region.free
      guard let outer = open.indices.last else { return }
      let last = prefixes[region.index].last
      open[outer].free = last < prefixes[open[outer].index].last ? last + 1 : nil
    }

    for (index, prefix) in prefixes.enumerated() {
      while let innermost = open.last, prefixes[innermost.index].last < prefix.bits { close() }
      if let outer = open.indices.last, open[outer].member == nil, let free = open[outer].free,
        free < prefix.bits
      {
        open[outer].member = free
      }
      open.append((index, prefix.bits, nil))
    }
    while !open.isEmpty { close() }
    return result
  }
}
