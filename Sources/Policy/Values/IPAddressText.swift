// SPDX-License-Identifier: Apache-2.0

/// The text of addresses: dotted decimal for IPv4, RFC 4291 §2.2 for IPv6.
extension IPAddress: LosslessStringConvertible {
  /// Parses an address: IPv4 as four decimal numbers without leading zeros, or any form of RFC 4291 §2.2.
  ///
  /// Returns nil for anything else: zone ids, ports, brackets, blanks, and a `::` that replaces no group.
  public init?(_ text: String) {
    if let address = Self.ipv4(text[...]) {
      self.init(ipv4: address)
      return
    }
    let halves = text.split(separator: "::", omittingEmptySubsequences: false)
    guard let last = halves.last, let tail = Self.groups(last, mayEndInIPv4: true) else {
      return nil
    }
    var groups = tail
    if halves.count == 2 {
      guard let head = Self.groups(halves[0], mayEndInIPv4: false) else { return nil }
      let missing = 8 - head.count - tail.count
      guard missing > 0 else { return nil }
      groups = head + [UInt64](repeating: 0, count: missing) + tail
    }
    guard halves.count <= 2, groups.count == 8 else { return nil }
    self.init(
      high: groups[..<4].reduce(0) { $0 << 16 | $1 }, low: groups[4...].reduce(0) { $0 << 16 | $1 })
  }

  /// The text of the address: dotted decimal for IPv4, which includes mapped addresses, otherwise as in RFC 5952 §4.
  public var description: String {
    if let ipv4 {
      return [24, 16, 8, 0].map { String(ipv4 >> $0 & 0xff) }.joined(separator: ".")
    }
    let groups = [high, low].flatMap { half in [48, 32, 16, 0].map { half >> $0 & 0xffff } }
    func text(_ part: ArraySlice<UInt64>) -> String {
      part.map { String($0, radix: 16) }.joined(separator: ":")
    }
    guard let zeros = Self.longestRunOfZeros(in: groups) else { return text(groups[...]) }
    return text(groups[..<zeros.lowerBound]) + "::" + text(groups[zeros.upperBound...])
  }

  /// Returns the first of the longest runs of at least two zero groups (RFC 5952 §4.2), or nil.
  private static func longestRunOfZeros(in groups: [UInt64]) -> Range<Int>? {
    var longest = 0..<0
    var start = 0
    for index in groups.indices {
      if groups[index] != 0 {
        start = index + 1
      } else if index + 1 - start > longest.count {
        longest = start..<index + 1
      }
    }
    return longest.count > 1 ? longest : nil
  }

  /// Parses four decimal numbers, 0 to 255; returns the address in host order, or nil.
  static func ipv4(_ text: Substring) -> UInt32? { ipv4(text.utf8) }

  /// Parses the bytes of four decimal numbers, 0 to 255; returns the address in host order, or nil.
  static func ipv4(_ bytes: some Sequence<UInt8>) -> UInt32? {
    var (address, part, digits, parts) = (UInt32(0), UInt32(0), 0, 1)
    for byte in bytes {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"):
        // No leading zeros: some read them as octal.
        guard digits == 0 || part > 0 else { return nil }
        part = part * 10 + UInt32(byte - UInt8(ascii: "0"))
        digits += 1
        guard part <= 255 else { return nil }
      case UInt8(ascii: "."):
        guard digits > 0, parts < 4 else { return nil }
        address = address << 8 | part
        (part, digits, parts) = (0, 0, parts + 1)
      default: return nil
      }
    }
    guard parts == 4, digits > 0 else { return nil }
    address = address << 8 | part
    return address
  }

  /// Parses groups between colons; the last may be an IPv4 address, which counts as two.
  ///
  /// Returns nil if one is malformed.
  private static func groups(_ text: Substring, mayEndInIPv4: Bool) -> [UInt64]? {
    if text.isEmpty { return [] }
    let words = text.split(separator: ":", omittingEmptySubsequences: false)
    var groups: [UInt64] = []
    for (index, word) in words.enumerated() {
      if mayEndInIPv4, index == words.count - 1, let address = ipv4(word) {
        groups += [UInt64(address >> 16), UInt64(address & 0xffff)]
      } else if word.utf8.count <= 4, let group = WholeNumber.hexadecimal(word.utf8) {
        groups.append(group)
      } else {
        return nil
      }
    }
    return groups
  }
}
