// SPDX-License-Identifier: Apache-2.0

@testable import Pipeline

/// What holds for any name in a DNS message.
final class NameClaims {
  private var wire: [UInt8] = []
  private var read: [UInt8] = []
  private var text = LineBuffer()

  /// Claims that a name is no longer than one may be, and the same when it is written without pointers, or as a text,
  /// and read again.
  func check(_ name: DNSName, in message: RawSpan) {
    Self.write(name.labels(in: message), of: message, to: &wire)
    claim(wire.count <= 255, "a name has 255 bytes at most, and no \(wire.count)")
    let end = wire.withUnsafeBytes { wire in
      Self.write(DNSLabels(wire.bytes, at: 0), of: wire.bytes, to: &read)
    }
    claim(end == wire.count && read == wire, "a name that is written can be read: \(wire)")
    text.truncate(to: 0)
    text.append(dnsName: name, in: message, isJSON: false)
    Self.parse(text, to: &read)
    claim(read == wire, "a name that is shown can be typed: \(wire), \(read)")
  }

  /// - Returns: where the name ends in its place.
  @discardableResult
  private static func write(
    _ labels: consuming DNSLabels, of message: RawSpan, to wire: inout [UInt8]
  ) -> Int? {
    wire.removeAll(keepingCapacity: true)
    while let label = labels.next() {
      claim(label.upperBound <= message.byteCount, "a label is in the message")
      wire.append(UInt8(label.count))
      message.extracting(label).withUnsafeBytes { wire.append(contentsOf: $0) }
    }
    wire.append(0)
    return labels.end
  }

  /// Reads the text as a master file's (RFC 1035 §5.1).
  private static func parse(_ text: borrowing LineBuffer, to read: inout [UInt8]) {
    let bytes = text.bytes
    read.removeAll(keepingCapacity: true)
    guard bytes.byteCount > 0 else { return read.append(0) }
    var length = 0
    read.append(0)
    var place = 0
    while place < bytes.byteCount {
      var byte = bytes.byte(place)
      place += 1
      if byte == UInt8(ascii: ".") {
        length = read.count
        read.append(0)
        continue
      }
      if byte == UInt8(ascii: "\\") {
        byte = bytes.byte(place)
        place += 1
        if (0x30...0x39).contains(byte) {
          let digits = (byte, bytes.byte(place), bytes.byte(place + 1))
          let number = Int(digits.0 - 48) * 100 + Int(digits.1 - 48) * 10 + Int(digits.2 - 48)
          byte = UInt8(number)
          place += 2
        }
      }
      read.append(byte)
      read[length] += 1
    }
    read.append(0)
  }
}
