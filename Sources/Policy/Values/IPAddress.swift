// SPDX-License-Identifier: Apache-2.0

/// An IPv6 address, or an IPv4 address as the IPv6 address `::ffff:a.b.c.d` (RFC 4291 §2.5.5.2).
public struct IPAddress: Equatable, Hashable, Sendable {
  /// The first eight bytes, as a number: the first byte is the most significant.
  public var high: UInt64
  /// The last eight bytes, as a number.
  public var low: UInt64

  /// Creates an address from its halves, each in host order.
  public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// Creates the mapped form of an IPv4 address, given as a number in host order.
  public init(ipv4 address: UInt32) {
    self.init(high: 0, low: 0xffff << 32 | UInt64(address))
  }

  /// The IPv4 address that this one maps, as a number in host order; nil for other IPv6 addresses.
  public var ipv4: UInt32? {
    high == 0 && low >> 32 == 0xffff ? UInt32(truncatingIfNeeded: low) : nil
  }
}

extension IPAddress: Comparable {
  /// Returns whether `a` is before `b`, as 128-bit numbers; all of IPv4 is one block in this order.
  public static func < (a: IPAddress, b: IPAddress) -> Bool { (a.high, a.low) < (b.high, b.low) }
}
