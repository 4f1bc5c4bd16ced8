// SPDX-License-Identifier: Apache-2.0

import Policy

extension LineBuffer {
  /// Writes an address of a packet: in dotted form in IPv4, in the form of RFC 5952 §4 and §5 in IPv6.
  mutating func append(_ address: IPAddress, in family: PacketShape.Family) {
    switch family {
    case .ipv4: append(dotted: UInt32(truncatingIfNeeded: address.low))
    case .ipv6: append(ipv6: address)
    }
  }

  private mutating func append(dotted address: UInt32) {
    append(decimalAndPoint: UInt8(truncatingIfNeeded: address >> 24))
    append(decimalAndPoint: UInt8(truncatingIfNeeded: address >> 16))
    append(decimalAndPoint: UInt8(truncatingIfNeeded: address >> 8))
    append(decimal: UInt8(truncatingIfNeeded: address))
  }

  private mutating func append(ipv6 address: IPAddress) {
    if let mapped = address.ipv4 {
      append("::ffff:")
      append(dotted: mapped)
      return
    }
    let gap = address.longestRunOfZeroGroups
    var index = 0
    while index < 8 {
      if index == gap.lowerBound, !gap.isEmpty {
        append("::")
        index = gap.upperBound
        continue
      }
      if index != 0, index != gap.upperBound || gap.isEmpty { append(UInt8(ascii: ":")) }
      append(hex: address.group(index))
      index += 1
    }
  }

  private mutating func append(hex number: UInt16) {
    let number = UInt32(number)
    if number >= 0x1000 { append(hexDigit: number >> 12) }
    if number >= 0x100 { append(hexDigit: number >> 8 & 15) }
    if number >= 0x10 { append(hexDigit: number >> 4 & 15) }
    append(hexDigit: number & 15)
  }
}

extension IPAddress {
  /// One of the eight groups of 16 bits, from the left.
  fileprivate func group(_ index: Int) -> UInt16 {
    let half = index < 4 ? high : low
    return UInt16(truncatingIfNeeded: half >> UInt64(48 - 16 * (index & 3)))
  }

  /// The groups that `::` stands for: the first of the longest runs of at least two; empty without one.
  fileprivate var longestRunOfZeroGroups: Range<Int> {
    var longest = 0..<0
    var start = 0
    for index in 0..<8 {
      if group(index) != 0 {
        start = index + 1
      } else if index + 1 - start > max(longest.count, 1) {
        longest = start..<index + 1
      }
    }
    return longest
  }
}
