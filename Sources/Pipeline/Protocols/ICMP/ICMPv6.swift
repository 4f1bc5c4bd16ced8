// SPDX-License-Identifier: Apache-2.0

/// The start of every ICMPv6 message (RFC 4443 §2.1).
///
/// Numbers are in host order.
struct ICMPv6Header: Equatable {
  let type: UInt8
  let code: UInt8
  let checksum: UInt16

  /// Reads the header at an offset; nil when fewer than its 4 bytes are there.
  init?(_ bytes: RawSpan, at offset: Int) {
    guard offset >= 0, offset <= bytes.byteCount - 4 else { return nil }
    type = bytes.byte(offset)
    code = bytes.byte(offset + 1)
    checksum = bytes.network(offset + 2)
  }
}
