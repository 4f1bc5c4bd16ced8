// SPDX-License-Identifier: Apache-2.0

import Policy

/// The headers of one packet, copied out of its bytes.
///
/// What is what:
/// - A packet whose first four bits are 4 is IPv4 when its header has at least five words and is there as a whole; one
///   whose first four bits are 6 is IPv6 when 40 bytes are there. Anything else is malformed.
/// - Extension headers of IPv6 are followed as ``IPv6Header/payload(in:)`` says.
/// - ICMP is a transport in IPv4 only, ICMPv6 in IPv6 only.
/// - TCP needs 20 bytes and a data offset of five or more, UDP and ICMP eight bytes, ICMPv6 four.
/// - A fragment after the first, another protocol, and a transport header that is not all there have no transport.
///
/// Lengths that headers claim are compared with nothing: segments that the network card is going to cut have wrong ones.
struct PacketHeaders: Equatable {
  /// The header of the family.
  enum Network: Equatable {
    case ipv4(IPv4Header)
    case ipv6(IPv6Header)
  }

  /// The header of the transport.
  enum Transport: Equatable {
    case none
    case tcp(TCPHeader)
    case udp(UDPHeader)
    case icmp(ICMPHeader)
    case icmpv6(ICMPv6Header)
  }

  let network: Network
  let transport: Transport
  /// The bytes before the transport header; 0 without one.
  let transportOffset: Int

  /// Reads a packet that begins with its IP header; nil when it is malformed.
  init?(_ bytes: RawSpan) {
    if let header = IPv4Header(bytes) {
      let offset = Int(header.headerWords) * 4
      let transport: Transport =
        if header.fragmentOffset != 0 {
          .none
        } else {
          switch header.nextProtocol {
          case 1: .read(.icmp, bytes, at: offset)
          case 6: .read(.tcp, bytes, at: offset)
          case 17: .read(.udp, bytes, at: offset)
          default: .none
          }
        }
      self.init(.ipv4(header), transport, at: offset)
    } else if let header = IPv6Header(bytes) {
      guard let payload = try? header.payload(in: bytes) else {
        self.init(.ipv6(header), .none, at: 0)
        return
      }
      let transport: Transport =
        switch payload.nextProtocol {
        case 6: .read(.tcp, bytes, at: payload.offset)
        case 17: .read(.udp, bytes, at: payload.offset)
        case 58: .read(.icmpv6, bytes, at: payload.offset)
        default: .none
        }
      self.init(.ipv6(header), transport, at: payload.offset)
    } else {
      return nil
    }
  }

  /// Reads the headers where the kernel found them; nil when the header of the family is not there.
  ///
  /// The transport is none when the kernel found one and its header was not captured.
  init?(_ bytes: RawSpan, shape: PacketShape, transportOffset: Int) {
    let network: Network
    switch shape.family {
    case .ipv4:
      guard let header = IPv4Header(bytes) else { return nil }
      network = .ipv4(header)
    case .ipv6:
      guard let header = IPv6Header(bytes) else { return nil }
      network = .ipv6(header)
    }
    self.init(network, .read(shape.transport, bytes, at: transportOffset), at: transportOffset)
  }

  private init(_ network: Network, _ transport: Transport, at offset: Int) {
    self.network = network
    self.transport = transport
    self.transportOffset = transport == .none ? 0 : offset
  }
}

extension PacketHeaders.Transport {
  /// Reads a header of the given sort, or none.
  fileprivate static func read(
    _ sort: PacketShape.Transport, _ bytes: RawSpan, at offset: Int
  ) -> Self {
    switch sort {
    case .other: .none
    case .tcp: TCPHeader(bytes, at: offset).map(Self.tcp) ?? .none
    case .udp: UDPHeader(bytes, at: offset).map(Self.udp) ?? .none
    case .icmp: ICMPHeader(bytes, at: offset).map(Self.icmp) ?? .none
    case .icmpv6: ICMPv6Header(bytes, at: offset).map(Self.icmpv6) ?? .none
    }
  }
}

extension PacketHeaders {
  /// What the packet is.
  var shape: PacketShape {
    let family: PacketShape.Family =
      switch network {
      case .ipv4: .ipv4
      case .ipv6: .ipv6
      }
    return switch transport {
    case .none: PacketShape(family, .other)
    case .tcp: PacketShape(family, .tcp)
    case .udp: PacketShape(family, .udp)
    case .icmp: PacketShape(family, .icmp)
    case .icmpv6: PacketShape(family, .icmpv6)
    }
  }

  /// The sender's address.
  var source: IPAddress {
    switch network {
    case .ipv4(let header): header.source
    case .ipv6(let header): header.source
    }
  }

  /// The receiver's address.
  var destination: IPAddress {
    switch network {
    case .ipv4(let header): header.destination
    case .ipv6(let header): header.destination
    }
  }

  /// The ports of TCP and UDP.
  var ports: (source: UInt16, destination: UInt16)? {
    switch transport {
    case .tcp(let header): (header.sourcePort, header.destinationPort)
    case .udp(let header): (header.sourcePort, header.destinationPort)
    case .none, .icmp, .icmpv6: nil
    }
  }
}
