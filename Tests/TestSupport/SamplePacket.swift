// SPDX-License-Identifier: Apache-2.0

/// Packets made by hand, in network byte order.
public enum SamplePacket {
  /// Returns an IPv4 packet with options, of which the bytes are a multiple of 4, and a payload.
  ///
  /// - Parameter fragment: flags and offset, as in the header; "do not fragment" by default.
  public static func ipv4(
    _ nextProtocol: UInt8, _ payload: [UInt8], source: [UInt8] = [192, 168, 200, 50],
    destination: [UInt8] = [70, 42, 73, 30], options: [UInt8] = [], fragment: UInt16 = 0x4000
  ) -> [UInt8] {
    let length = UInt16(20 + options.count + payload.count)
    return [0x45 + UInt8(options.count / 4), 0x10] + big(length) + big(UInt16(0xbeef))
      + big(fragment)
      + [64, nextProtocol] + big(UInt16(0xaa55)) + source + destination + options + payload
  }

  /// Returns an IPv6 packet from 2001:db8::1 to fe80::abcd with a payload.
  public static func ipv6(_ nextHeader: UInt8, _ payload: [UInt8]) -> [UInt8] {
    [0x6a, 0xbc, 0xde, 0xf0] + big(UInt16(payload.count)) + [nextHeader, 63]
      + [0x20, 0x01, 0x0d, 0xb8] + [UInt8](repeating: 0, count: 11) + [1]
      + [0xfe, 0x80] + [UInt8](repeating: 0, count: 12) + [0xab, 0xcd] + payload
  }

  /// Returns a TCP segment.
  ///
  /// - Parameters:
  ///   - after: what is added to the usual sequence number.
  ///   - dataOffset: the length of the header in words of 4 bytes.
  public static func tcp(
    from: UInt16 = 40020, to: UInt16 = 80, after: UInt32 = 0, flags: UInt16 = 0x10,
    dataOffset: UInt16 = 8, optionsAndData: [UInt8] = [UInt8](repeating: 1, count: 12)
  ) -> [UInt8] {
    big(from) + big(to) + big(4_173_220_235 &+ after) + big(UInt32(2_867_625_954))
      + big(dataOffset << 12 | flags)
      + big(UInt16(2766)) + big(UInt16(6218)) + big(UInt16(0)) + optionsAndData
  }

  /// Returns a UDP datagram with the length of its payload.
  public static func udp(from: UInt16 = 5353, to: UInt16 = 53, _ payload: [UInt8] = [1, 2, 3])
    -> [UInt8]
  {
    big(from) + big(to) + big(UInt16(8 + payload.count)) + big(UInt16(0x1234)) + payload
  }

  /// Returns an ICMP message of 8 bytes, as echo requests have them.
  public static func icmp(_ type: UInt8, _ code: UInt8 = 0) -> [UInt8] {
    [type, code] + big(UInt16(0x4321)) + big(UInt16(77)) + big(UInt16(3))
  }

  /// Returns the bytes of a number in network byte order.
  public static func big(_ number: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: number.bigEndian) { Array($0) }
  }
}
