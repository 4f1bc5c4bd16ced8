// SPDX-License-Identifier: Apache-2.0

/// A packet that netfilter has logged: four bytes, and attributes of which one is the packet.
///
/// Source: `struct nfgenmsg` and `enum nfulnl_attr_type` of `linux/netfilter/nfnetlink_log.h`. Lengths and types of attributes
/// are in the byte order of the machine that captured, what they hold in network byte order.
struct NetfilterLog {
  /// Where the packet begins.
  private(set) var packet: Int
  private(set) var direction: PacketDirection?
  /// The number of the interface; 0 when the log has none.
  private(set) var interface: UInt32 = 0

  private enum Attribute {
    static let hook: UInt16 = 1
    static let arrival: UInt16 = 4
    static let departure: UInt16 = 5
    static let payload: UInt16 = 9
  }

  /// Reads the attributes; nil when none of them is a packet.
  init?(_ frame: RawSpan) {
    guard frame.byteCount >= 8, frame.byte(1) == 0 else { return nil }
    // No length of an attribute that is not a packet is a multiple of 256, and no type is.
    let isBig = frame.byte(6) == 0
    packet = 0
    var offset = 4
    while offset + 4 <= frame.byteCount, packet == 0 {
      var length: UInt16 = frame.network(offset)
      var type: UInt16 = frame.network(offset + 2)
      if !isBig { (length, type) = (length.byteSwapped, type.byteSwapped) }
      guard length >= 4 else { return nil }
      if type == Attribute.payload {
        packet = offset + 4
      } else {
        guard offset + Int(length) <= frame.byteCount else { return nil }
        read(type, frame.extracting(offset + 4..<offset + Int(length)))
      }
      offset += (Int(length) + 3) / 4 * 4
    }
    if packet == 0 { return nil }
  }

  private mutating func read(_ type: UInt16, _ value: RawSpan) {
    guard value.byteCount >= 4 else { return }
    switch type {
    case Attribute.hook:
      // Before routing and into the machine, or out of the machine and after routing.
      switch value.byte(2) {
      case 0, 1: direction = .ingress
      case 3, 4: direction = .egress
      default: break
      }
    case Attribute.arrival, Attribute.departure: interface = value.network(0)
    default: break
    }
  }
}
