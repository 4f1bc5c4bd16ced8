// SPDX-License-Identifier: Apache-2.0

/// Captures made by hand, in either byte order.
public struct SampleCapture: Sendable {
  /// Whether the most significant byte comes first.
  public var isBig: Bool

  /// Makes captures in one byte order.
  public init(isBig: Bool = false) { self.isBig = isBig }

  /// A number in the byte order.
  public func number<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
    withUnsafeBytes(of: isBig ? number.bigEndian : number.littleEndian) { Array($0) }
  }

  /// A pcap file of frames that were captured one second and one unit after the other.
  public func pcap(
    _ frames: [[UInt8]], link: UInt32 = 101, nano: Bool = false, length: Int? = nil
  ) -> [UInt8] {
    var bytes = number(nano ? 0xa1b2_3c4d as UInt32 : 0xa1b2_c3d4)
    bytes += number(2 as UInt16) + number(4 as UInt16) + number(0 as UInt64)
    bytes += number(262_144 as UInt32) + number(link)
    for (index, frame) in frames.enumerated() {
      bytes += record(frame, seconds: UInt32(index), units: UInt32(index), length: length)
    }
    return bytes
  }

  /// A record of a pcap file.
  public func record(
    _ frame: [UInt8], seconds: UInt32 = 0, units: UInt32 = 0, length: Int? = nil
  ) -> [UInt8] {
    number(seconds) + number(units) + number(UInt32(frame.count))
      + number(UInt32(length ?? frame.count)) + frame
  }

  /// A block of pcapng.
  public func block(_ type: UInt32, _ body: [UInt8]) -> [UInt8] {
    let padded = body + [UInt8](repeating: 0, count: (4 - body.count % 4) % 4)
    let length = number(UInt32(padded.count + 12))
    return number(type) + length + padded + length
  }

  /// An option of pcapng.
  public func option(_ code: UInt16, _ value: [UInt8]) -> [UInt8] {
    number(code) + number(UInt16(value.count)) + value
      + [UInt8](repeating: 0, count: (4 - value.count % 4) % 4)
  }

  /// The block that a section begins with.
  public var section: [UInt8] {
    block(
      0x0a0d_0d0a,
      number(0x1a2b_3c4d as UInt32) + number(1 as UInt16) + number(0 as UInt16)
        + number(UInt64.max))
  }

  /// The block that describes an interface.
  public func interface(
    link: UInt16 = 101, snapLength: UInt32 = 0, resolution: UInt8? = nil, offset: Int64? = nil
  ) -> [UInt8] {
    var options: [UInt8] = []
    if let resolution { options += option(9, [resolution]) }
    if let offset { options += option(14, number(offset)) }
    return block(1, number(link) + number(0 as UInt16) + number(snapLength) + options)
  }

  /// The block of a frame, with two options if it is said which way it went.
  public func packet(
    _ frame: [UInt8], interface: UInt32 = 0, time: UInt64 = 0, length: Int? = nil,
    captured: UInt32? = nil, flags: UInt32? = nil
  ) -> [UInt8] {
    var body = number(interface) + number(UInt32(time >> 32))
    body += number(UInt32(truncatingIfNeeded: time))
    body += number(captured ?? UInt32(frame.count)) + number(UInt32(length ?? frame.count))
    body += frame + [UInt8](repeating: 0, count: (4 - frame.count % 4) % 4)
    if let flags {
      body += option(1, Array("a comment".utf8)) + option(2, number(flags)) + option(0, [])
    }
    return block(6, body)
  }
}
