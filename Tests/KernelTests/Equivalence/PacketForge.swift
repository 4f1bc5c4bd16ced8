// SPDX-License-Identifier: Apache-2.0

import CBPF
import Policy

/// A packet as a test wants it: what it carries, and the numbers in its headers that are not the usual ones.
struct PacketSketch: Equatable {
  /// What a packet carries, by its number.
  enum Transport: UInt8, CaseIterable {
    case icmp = 1
    case tcp = 6
    case udp = 17
    case other = 47
    case icmpv6 = 58

    var layout: HeaderLayout {
      switch self {
      case .icmp: .icmp
      case .tcp: .tcp
      case .udp: .udp
      case .other: .other
      case .icmpv6: .icmpv6
      }
    }
  }

  /// A header between that of IPv6 and the transport's.
  struct Extension: Equatable {
    /// Hop-by-hop options 0, routing 43, fragment 44, authentication 51, destination options 60.
    var number: UInt8
    /// Its length field; of a fragment header, whose length is fixed, a reserved byte.
    var length: UInt8 = 0
    /// Of a fragment header: where the fragment begins, in units of eight bytes.
    var offset: UInt16 = 0
  }

  var isIPv6 = false
  var source = IPAddress(ipv4: 0x7f00_0001)
  var destination = IPAddress(ipv4: 0x7f00_0001)
  var transport = Transport.udp
  /// Numbers that are not the usual ones, by their fields.
  var numbers: [PacketField: UInt64] = [:]
  /// Of IPv4: words of options.
  var optionWords = 0
  var extensions: [Extension] = []
  /// Bytes behind the transport's header.
  var payload = 0
  /// Bytes that are missing at the end.
  var missing = 0

  /// A packet with the usual numbers and these ports.
  init(
    _ transport: Transport = .udp, from source: IPAddress = IPAddress(ipv4: 0x7f00_0001),
    to destination: IPAddress = IPAddress(ipv4: 0x7f00_0001),
    ports: (source: UInt16, destination: UInt16) = (0, 0)
  ) {
    (self.transport, self.source, self.destination) = (transport, source, destination)
    isIPv6 = source.ipv4 == nil || destination.ipv4 == nil
    for (name, port) in [("srcPort", ports.source), ("dstPort", ports.destination)] {
      for header in ["proto_tcp", "proto_udp"] {
        if let field = PacketField(rawValue: "\(header).\(name)") { numbers[field] = UInt64(port) }
      }
    }
  }
}

/// The bytes of a sketch, and what the reference is to know of them.
struct PacketForge {
  /// The bytes from the IP header on.
  var bytes: [UInt8]
  /// What the reference is to know of the packet, but for the direction; without events when it is not whole enough.
  private(set) var packet = Packet(events: [], fields: [:])

  init(_ sketch: PacketSketch) {
    var network: [PacketField: FieldValue] = [:]
    var forged = ForgedBytes()
    var isReached = true
    if sketch.isIPv6 {
      let headers = Self.extensions(sketch, isReached: &isReached)
      Self.write(.ipv6, sketch, fixed: ["nextHeader": headers.first], &forged, &network)
      forged.add(sketch.source.bytes + sketch.destination.bytes)
      network[PacketField("proto_ipv6.srcIP")] = .address(sketch.source)
      network[PacketField("proto_ipv6.dstIP")] = .address(sketch.destination)
      forged.add(headers.bytes)
    } else {
      let words = 5 + UInt64(sketch.optionWords)
      Self.write(
        .ipv4, sketch, fixed: ["IHL": words, "protocol": UInt64(sketch.transport.rawValue)],
        &forged, &network)
      forged.add(Array(sketch.source.bytes.suffix(4) + sketch.destination.bytes.suffix(4)))
      network[PacketField("proto_ipv4.srcIP")] = .address(sketch.source)
      network[PacketField("proto_ipv4.dstIP")] = .address(sketch.destination)
      forged.add(Array(repeating: 1, count: sketch.optionWords * 4))
      isReached = network[PacketField("proto_ipv4.fragOffset")] == .number(0)
    }
    let ipEnd = sketch.isIPv6 ? 40 : forged.bytes.count
    let transportStart = forged.bytes.count
    var transport: [PacketField: FieldValue] = [:]
    Self.write(sketch.transport.layout, sketch, &forged, &transport)
    let transportEnd = forged.bytes.count
    forged.add(Array(repeating: 0x61, count: sketch.payload))
    let least = sketch.isIPv6 ? 40 : 20  // The kernel takes no shorter one.
    bytes = Array(forged.bytes.dropLast(min(sketch.missing, forged.bytes.count - least)))

    guard bytes.count >= ipEnd else { return }
    packet.events = [sketch.isIPv6 ? .ipv6 : .ipv4]
    packet.fields = network.mapValues { [$0] }
    packet.fields[.source] = [.address(sketch.source)]
    packet.fields[.destination] = [.address(sketch.destination)]
    packet.fields[.returnValue] = [.signed(0)]
    guard let event = sketch.event, isReached, bytes.count >= transportEnd,
      transportStart <= TP_TRANSPORT_OFFSET_MAX
    else { return }
    if case .number(..<5) = transport[PacketField("proto_tcp.dataOffset")] { return }
    packet.events.insert(event)
    packet.fields.merge(transport.mapValues { [$0] }) { $1 }
    for header in ["proto_tcp", "proto_udp"] {
      guard let source = PacketField(rawValue: "\(header).srcPort").flatMap({ transport[$0] }),
        let destination = PacketField(rawValue: "\(header).dstPort").flatMap({ transport[$0] })
      else { continue }
      packet.fields[.sourcePort] = [source]
      packet.fields[.destinationPort] = [destination]
    }
  }

  /// Writes a header and notes what it says.
  private static func write(
    _ layout: HeaderLayout, _ sketch: PacketSketch, fixed: [String: UInt64] = [:],
    _ forged: inout ForgedBytes, _ fields: inout [PacketField: FieldValue]
  ) {
    for part in layout.parts {
      guard let field = part.field else {
        forged.add(part.usual, bits: part.bits / 2)
        forged.add(part.usual, bits: part.bits - part.bits / 2)
        continue
      }
      let name = field.rawValue.split(separator: ".").last.map(String.init) ?? ""
      let value = fixed[name] ?? sketch.numbers[field] ?? part.usual
      forged.add(value, bits: part.bits)
      fields[field] = .number(value)
    }
  }

  /// The chain of extension headers.
  ///
  /// - Parameter isReached: is made false when the transport behind them is not to be found.
  private static func extensions(
    _ sketch: PacketSketch, isReached: inout Bool
  ) -> (first: UInt64, bytes: [UInt8]) {
    var bytes: [UInt8] = []
    let numbers = sketch.extensions.map(\.number) + [sketch.transport.rawValue]
    for (header, next) in zip(sketch.extensions, numbers.dropFirst()) {
      let size =
        header.number == 44
        ? 8
        : header.number == 51 ? (Int(header.length) + 2) * 4 : (Int(header.length) + 1) * 8
      let field = header.offset << 3
      let start =
        [next, header.length]
        + (header.number == 44 ? field.bigEndianBytes : [0, 0])
      bytes += start + Array(repeating: 0, count: size - 4)
      if header.number == 44, header.offset != 0 { isReached = false }
    }
    if sketch.extensions.count > TP_EXTENSION_HEADERS_MAX { isReached = false }
    return (UInt64(numbers[0]), bytes)
  }
}

extension PacketSketch {
  /// The event that its transport gives, when it is to be found.
  fileprivate var event: EventKind? {
    switch transport {
    case .tcp: .tcp
    case .udp: .udp
    case .icmp: isIPv6 ? nil : .icmp
    case .icmpv6: isIPv6 ? .icmpv6 : nil
    case .other: nil
    }
  }
}

extension UInt16 {
  fileprivate var bigEndianBytes: [UInt8] { [UInt8(self >> 8), UInt8(truncatingIfNeeded: self)] }
}

extension IPAddress {
  fileprivate var bytes: [UInt8] {
    (0..<16).map { index in
      UInt8(truncatingIfNeeded: (index < 8 ? high : low) >> UInt64(8 * (7 - index % 8)))
    }
  }
}
