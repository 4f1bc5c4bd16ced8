// SPDX-License-Identifier: Apache-2.0

/// What stands before the IP header in the frames of a capture.
///
/// Source: the registry of link-layer header types of tcpdump.org.
enum LinkType: Equatable, Sendable {
  case ethernet
  /// Nothing.
  case raw
  /// Four bytes with the address family, in the byte order of the machine that captured.
  case null
  /// Four bytes with the address family, in network byte order.
  case loop
  /// Linux cooked capture, version 1.
  case cooked
  /// Linux cooked capture, version 2.
  case cooked2
  /// PPP, with or without the address and control bytes of HDLC.
  case ppp
  /// PPP or Cisco's HDLC, as their address bytes say.
  case pppOrHDLC
  /// PPP behind a session's header of PPPoE, without that of Ethernet.
  case pppoe
  /// PPP whose address byte says which way it went.
  case pppOfDaemon
  /// Cisco's HDLC.
  case hdlc
  /// Frame Relay.
  case frameRelay
  /// A byte that is 0 for what was received, and then one of the types that begin so.
  indirect case directed(LinkType)
  case fddi
  /// LLC, as in ATM's AAL5 (RFC 2684).
  case llc
  /// IEEE 802.11.
  case wireless
  /// IEEE 802.11 behind a header of radiotap.
  case radiotap
  /// IEEE 802.11, or another link type, behind a header of PPI.
  case perPacket
  /// Netfilter's log.
  case netfilterLog
  /// IP over InfiniBand.
  case infiniband
  /// One that is not read, by its number.
  case unread(UInt32)

  /// Takes the number in a capture.
  init(number: UInt32) {
    switch number {
    case 0: self = .null
    case 1: self = .ethernet
    case 9: self = .ppp
    case 10: self = .fddi
    case 50: self = .pppOrHDLC
    case 51: self = .pppoe
    // What systems call 100 among themselves is 11 or 13.
    case 100: self = .llc
    // 12 and 14 are what systems call 101 among themselves.
    case 12, 14, 101, 228, 229: self = .raw
    case 104: self = .hdlc
    case 105: self = .wireless
    case 107: self = .frameRelay
    case 108: self = .loop
    case 113: self = .cooked
    case 127: self = .radiotap
    case 166: self = .pppOfDaemon
    case 192: self = .perPacket
    case 204: self = .directed(.ppp)
    case 205: self = .directed(.hdlc)
    case 206: self = .directed(.frameRelay)
    case 239: self = .netfilterLog
    case 242: self = .infiniband
    case 276: self = .cooked2
    default: self = .unread(number)
    }
  }
}
