import Policy

/// Makes packets of which the test knows everything, without any decoder's help.
struct PacketForge {
  /// The bytes from the IP header on.
  var bytes: [UInt8]
  /// What the reference is to know of the packet, but for the direction.
  var packet: Packet

  /// The transport that a packet is to have.
  enum Transport: CaseIterable {
    case tcp, udp, icmp, icmpv6, other, laterFragment, cutOff
  }

  /// Makes a packet from `source` to `destination`, both of one family.
  init(
    _ transport: Transport, from source: IPAddress, to destination: IPAddress,
    ports: (source: UInt16, destination: UInt16) = (0, 0), extensions: [UInt8] = []
  ) {
    let isIPv4 = source.ipv4 != nil && destination.ipv4 != nil
    var protocolNumber: UInt8
    var payload: [UInt8] = []
    var event: EventKind?
    let portBytes = ports.source.bigEndianBytes + ports.destination.bigEndianBytes
    switch transport {
    case .tcp:
      (protocolNumber, event) = (6, .tcp)
      payload = portBytes + [0, 0, 0, 1, 0, 0, 0, 2, 0x50, 0x12, 0x10, 0, 0, 0, 0, 0]
    case .udp:
      (protocolNumber, event) = (17, .udp)
      payload = portBytes + [0, 8, 0, 0]
    case .icmp:
      (protocolNumber, event) = (1, isIPv4 ? .icmp : nil)
      payload = [8, 0, 0, 0, 0, 1, 0, 1]
    case .icmpv6:
      (protocolNumber, event) = (58, isIPv4 ? nil : .icmpv6)
      payload = [128, 0, 0, 0]
    case .other:
      (protocolNumber, event) = (47, nil)
      payload = portBytes + portBytes + portBytes
    case .laterFragment:
      (protocolNumber, event) = (6, nil)
      payload = portBytes + Array(repeating: 0, count: 16)
    case .cutOff:
      (protocolNumber, event) = (6, nil)
      payload = portBytes + [0, 0, 0]
    }

    if isIPv4 {
      let offset: [UInt8] = transport == .laterFragment ? [0x00, 0x05] : [0x40, 0x00]
      bytes = [0x45, 0] + UInt16(20 + payload.count).bigEndianBytes + [0, 1] + offset
      bytes += [64, protocolNumber, 0, 0] + source.bytes.suffix(4) + destination.bytes.suffix(4)
    } else {
      var headers: [UInt8] = []
      if transport == .laterFragment { headers = [protocolNumber, 0, 0x00, 0x29, 0, 0, 0, 9] }
      var next = transport == .laterFragment ? 44 : protocolNumber
      for number in extensions.reversed() {
        headers = [next, 0, 1, 4, 0, 0, 0, 0] + headers
        next = number
      }
      bytes = [0x60, 0, 0, 0] + UInt16(headers.count + payload.count).bigEndianBytes + [next, 64]
      bytes += source.bytes + destination.bytes + headers
    }
    bytes += payload

    packet = Packet(
      events: Set([isIPv4 ? .ipv4 : .ipv6] + (event.map { [$0] } ?? [])),
      fields: [.source: [.address(source)], .destination: [.address(destination)]])
    if event == .tcp || event == .udp {
      packet.fields[.sourcePort] = [.number(UInt64(ports.source))]
      packet.fields[.destinationPort] = [.number(UInt64(ports.destination))]
    }
  }
}

extension UInt16 {
  var bigEndianBytes: [UInt8] { [UInt8(self >> 8), UInt8(truncatingIfNeeded: self)] }
}

extension IPAddress {
  var bytes: [UInt8] {
    (0..<16).map { index in
      UInt8(truncatingIfNeeded: (index < 8 ? high : low) >> UInt64(8 * (7 - index % 8)))
    }
  }
}
