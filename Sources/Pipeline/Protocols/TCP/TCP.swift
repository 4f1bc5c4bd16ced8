// SPDX-License-Identifier: Apache-2.0

/// The header of a TCP segment without its options (RFC 9293 §3.1).
///
/// Numbers are in host order.
struct TCPHeader: Equatable {
  let sourcePort: UInt16
  let destinationPort: UInt16
  let sequence: UInt32
  let acknowledgement: UInt32
  /// The header's length in words of four bytes, 5 to 15.
  let dataOffset: UInt8
  let flags: Flags
  let window: UInt16
  let checksum: UInt16
  let urgent: UInt16

  /// The control bits, the lowest at the right of the header's word.
  struct Flags: OptionSet, Equatable {
    let rawValue: UInt16
    static let fin = Flags(rawValue: 1 << 0)
    static let syn = Flags(rawValue: 1 << 1)
    static let rst = Flags(rawValue: 1 << 2)
    static let psh = Flags(rawValue: 1 << 3)
    static let ack = Flags(rawValue: 1 << 4)
    static let urg = Flags(rawValue: 1 << 5)
    static let ece = Flags(rawValue: 1 << 6)
    static let cwr = Flags(rawValue: 1 << 7)
    /// The nonce sum of RFC 3540, which RFC 9768 uses again.
    static let ns = Flags(rawValue: 1 << 8)
  }

  /// Reads the header at an offset; nil when fewer than its 20 bytes are there, or it claims to be shorter.
  ///
  /// Its options may be cut off.
  init?(_ bytes: RawSpan, at offset: Int) {
    guard offset >= 0, offset <= bytes.byteCount - 20 else { return nil }
    let word: UInt16 = bytes.network(offset + 12)
    dataOffset = UInt8(word >> 12)
    guard dataOffset >= 5 else { return nil }
    sourcePort = bytes.network(offset)
    destinationPort = bytes.network(offset + 2)
    sequence = bytes.network(offset + 4)
    acknowledgement = bytes.network(offset + 8)
    flags = Flags(rawValue: word & 0x1ff)
    window = bytes.network(offset + 14)
    checksum = bytes.network(offset + 16)
    urgent = bytes.network(offset + 18)
  }
}
