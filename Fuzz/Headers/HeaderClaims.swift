// SPDX-License-Identifier: Apache-2.0

import Policy

@testable import Pipeline

/// What holds for the headers of any packet.
enum HeaderClaims {
  /// Claims that headers are what stands in the packet, wherever it is, and that nothing else matters to them.
  static func check(_ packet: RawSpan) {
    if let headers = PacketHeaders(packet) {
      let offset = headers.transportOffset
      let end = offset + size(of: headers.transport)
      claim(end <= packet.byteCount, "headers end in the packet")
      let again = PacketHeaders(packet, shape: headers.shape, transportOffset: offset)
      claim(again == headers, "the two readers agree")
      withCopy(of: packet) { copy in
        claim(PacketHeaders(copy) == headers, "it does not matter where a packet is")
      }
      if headers.transport != .none {
        let start = PacketHeaders(packet.extracting(first: end))
        claim(start == headers, "what follows the headers does not matter")
      }
      let network = written(headers.network)
      claim(isStart(network, of: packet, at: 0, but: []), "a header is what stands there")
      let transport = written(headers.transport)
      claim(
        isStart(transport.bytes, of: packet, at: offset, but: transport.unread),
        "a header is what stands there")
    }
    guard packet.byteCount > 0, let shape = PacketShape(rawValue: packet.byte(0) % 16) else {
      return
    }
    for offset in [0, packet.byteCount / 2, packet.byteCount, packet.byteCount + 1] {
      _ = PacketHeaders(packet, shape: shape, transportOffset: offset)
    }
  }

  private static func size(of transport: PacketHeaders.Transport) -> Int {
    switch transport {
    case .none: 0
    case .tcp: 20
    case .udp, .icmp: 8
    case .icmpv6: 4
    }
  }

  /// Whether bytes stand at a place of a packet, but for those bits of some bytes that are not read.
  private static func isStart(
    _ bytes: [UInt8], of packet: RawSpan, at offset: Int, but unread: [(Int, UInt8)]
  ) -> Bool {
    for place in bytes.indices {
      let mask = unread.first { $0.0 == place }?.1 ?? 0
      if (bytes[place] ^ packet.byte(offset + place)) & ~mask != 0 { return false }
    }
    return true
  }

  private static func written(_ network: PacketHeaders.Network) -> [UInt8] {
    var bytes: [UInt8] = []
    switch network {
    case .ipv4(let header):
      bytes.put(0x40 | header.headerWords)
      bytes.put(header.typeOfService)
      bytes.put(header.length)
      bytes.put(header.id)
      bytes.put(UInt16(header.flags) << 13 | header.fragmentOffset)
      bytes.put(header.timeToLive)
      bytes.put(header.nextProtocol)
      bytes.put(header.checksum)
      bytes.put(UInt32(truncatingIfNeeded: header.source.low))
      bytes.put(UInt32(truncatingIfNeeded: header.destination.low))
    case .ipv6(let header):
      bytes.put(6 << 28 | UInt32(header.trafficClass) << 20 | header.flowLabel)
      bytes.put(header.length)
      bytes.put(header.nextHeader)
      bytes.put(header.hopLimit)
      for address in [header.source, header.destination] {
        bytes.put(address.high)
        bytes.put(address.low)
      }
    }
    return bytes
  }

  private static func written(
    _ transport: PacketHeaders.Transport
  ) -> (bytes: [UInt8], unread: [(Int, UInt8)]) {
    var bytes: [UInt8] = []
    var unread: [(Int, UInt8)] = []
    switch transport {
    case .none: break
    case .tcp(let header):
      bytes.put(header.sourcePort)
      bytes.put(header.destinationPort)
      bytes.put(header.sequence)
      bytes.put(header.acknowledgement)
      bytes.put(UInt16(header.dataOffset) << 12 | header.flags.rawValue)
      bytes.put(header.window)
      bytes.put(header.checksum)
      bytes.put(header.urgent)
      unread = [(12, 0x0e)]
    case .udp(let header):
      bytes.put(header.sourcePort)
      bytes.put(header.destinationPort)
      bytes.put(header.length)
      bytes.put(header.checksum)
    case .icmp(let header):
      bytes.put(header.type)
      bytes.put(header.code)
      bytes.put(header.checksum)
      bytes.put(header.id)
      bytes.put(header.sequence)
    case .icmpv6(let header):
      bytes.put(header.type)
      bytes.put(header.code)
      bytes.put(header.checksum)
    }
    return (bytes, unread)
  }
}

extension [UInt8] {
  /// Adds a number in network byte order.
  fileprivate mutating func put(_ number: some FixedWidthInteger) {
    Swift.withUnsafeBytes(of: number.bigEndian) { append(contentsOf: $0) }
  }
}
