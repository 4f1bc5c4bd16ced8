/// An IPv6 address, or an IPv4 address as the IPv6 address `::ffff:a.b.c.d` (RFC 4291 §2.5.5.2).
public struct IPAddress: Equatable, Hashable, Sendable {
  /// The first eight bytes, as a number: the first byte is the most significant.
  public var high: UInt64
  /// The last eight bytes, as a number.
  public var low: UInt64

  /// Makes an address of its two halves.
  public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// Makes the mapped form of an IPv4 address, whose first byte is the most significant.
  public init(ipv4 address: UInt32) {
    self.init(high: 0, low: 0xffff << 32 | UInt64(address))
  }

  /// The IPv4 address that this one maps, or nil.
  public var ipv4: UInt32? {
    high == 0 && low >> 32 == 0xffff ? UInt32(truncatingIfNeeded: low) : nil
  }
}

extension IPAddress: Comparable {
  /// Compares as 128-bit numbers.
  public static func < (a: IPAddress, b: IPAddress) -> Bool { (a.high, a.low) < (b.high, b.low) }
}
