// SPDX-License-Identifier: Apache-2.0

import Policy

/// The bytes of a written packet, from its IP header on: what it is told to have, and usual values for the rest.
struct PacketBytes {
  /// The bytes.
  let bytes: [UInt8]

  /// Makes the bytes of a packet; nil when no bytes can be as it is told, such as a header that is longer than the packet.
  init?(_ expression: PacketExpression) {
    let packet = expression.packet
    let isIPv4 = packet.events.contains(.ipv4)
    guard let source = packet.address(.source), let destination = packet.address(.destination)
    else {
      return nil
    }
    var transport: [UInt8]
    let number: UInt8
    if packet.events.contains(.tcp) {
      transport = [UInt8](repeating: 0, count: 20)
      transport[12] = 5 << 4
      number = 6
      packet.write(.tcp, to: &transport)
      let length = Int(transport[12] >> 4) * 4
      guard length >= 20 else { return nil }
      transport += [UInt8](repeating: 1, count: length - 20)
      packet.writePorts(to: &transport)
      transport += PacketPayload(packet, isStream: true).bytes
    } else if packet.events.contains(.udp) {
      let payload = PacketPayload(packet, isStream: false).bytes
      transport = [UInt8](repeating: 0, count: 8)
      let length = UInt16(truncatingIfNeeded: 8 + payload.count)
      transport[4] = UInt8(length >> 8)
      transport[5] = UInt8(truncatingIfNeeded: length)
      number = 17
      packet.write(.udp, to: &transport)
      packet.writePorts(to: &transport)
      transport += payload
    } else if packet.events.contains(.icmp) || packet.events.contains(.icmpv6) {
      transport = [UInt8](repeating: 0, count: 8)
      number = isIPv4 ? 1 : 58
      packet.write(isIPv4 ? .icmp : .icmpv6, to: &transport)
    } else {
      // Whatever it is told to carry, nothing of it is there.
      transport = []
      number = 253
    }
    var network = [UInt8](repeating: 0, count: isIPv4 ? 20 : 40)
    if isIPv4 {
      network[0] = 0x45
      (network[8], network[9]) = (64, number)
      packet.write(.ipv4, to: &network)
      let length = Int(network[0] & 15) * 4
      guard length >= 20 else { return nil }
      network.replaceSubrange(12..<20, with: source.bytes.suffix(4) + destination.bytes.suffix(4))
      network += [UInt8](repeating: 1, count: length - 20)
      if packet.numbers(PacketField("proto_ipv4.length")) == nil {
        network.put(UInt16(truncatingIfNeeded: network.count + transport.count), at: 2)
      }
    } else {
      network[0] = 0x60
      (network[6], network[7]) = (number, 64)
      packet.write(.ipv6, to: &network)
      network.replaceSubrange(8..<40, with: source.bytes + destination.bytes)
      if packet.numbers(PacketField("proto_ipv6.length")) == nil {
        network.put(UInt16(truncatingIfNeeded: transport.count), at: 4)
      }
    }
    bytes = network + transport
  }
}

extension Packet {
  fileprivate func address(_ field: PacketField) -> IPAddress? {
    if case .address(let address)? = fields[field]?.first { address } else { nil }
  }

  /// The number that a field is told to have.
  func numbers(_ field: PacketField) -> UInt64? {
    if case .number(let number)? = fields[field]?.first { number } else { nil }
  }

  /// Writes the numbers that fields of a header are told to have where the catalog says they are.
  fileprivate func write(_ header: HeaderBits.Header, to bytes: inout [UInt8]) {
    for (field, values) in fields {
      guard let place = field.headerBits, place.header == header,
        case .number(let number)? = values.first
      else { continue }
      for (index, bit) in place.bits.reversed().enumerated() {
        let mask = UInt8(1) << UInt8(7 - bit % 8)
        if number >> UInt64(index) & 1 == 1 {
          bytes[bit / 8] |= mask
        } else {
          bytes[bit / 8] &= ~mask
        }
      }
    }
  }

  fileprivate func writePorts(to transport: inout [UInt8]) {
    if let port = numbers(.sourcePort) { transport.put(UInt16(truncatingIfNeeded: port), at: 0) }
    if let port = numbers(.destinationPort) {
      transport.put(UInt16(truncatingIfNeeded: port), at: 2)
    }
  }
}

extension [UInt8] {
  /// Writes a number in network byte order.
  mutating func put(_ number: UInt16, at offset: Int) {
    self[offset] = UInt8(number >> 8)
    self[offset + 1] = UInt8(truncatingIfNeeded: number)
  }

  fileprivate mutating func append(_ number: UInt16) {
    append(UInt8(number >> 8))
    append(UInt8(truncatingIfNeeded: number))
  }
}

extension IPAddress {
  fileprivate var bytes: [UInt8] {
    (0..<16).map { index in
      UInt8(truncatingIfNeeded: (index < 8 ? high : low) >> UInt64(8 * (7 - index % 8)))
    }
  }
}

/// The message that a written packet carries: of DNS its header and questions, of HTTP its head.
///
/// Source: RFC 1035 §4.1, RFC 9112 §2.
private struct PacketPayload {
  private(set) var bytes: [UInt8] = []

  init(_ packet: Packet, isStream: Bool) {
    if packet.events.contains(.dns) {
      let message = Self.dns(packet)
      if isStream { bytes.append(UInt16(truncatingIfNeeded: message.count)) }
      bytes += message
    } else if packet.events.contains(.http) {
      bytes = Array(Self.http(packet).utf8)
    }
  }

  private static func dns(_ packet: Packet) -> [UInt8] {
    func number(_ name: String) -> UInt16 {
      let field = PacketField(rawValue: "proto_dns." + name)
      return UInt16(truncatingIfNeeded: field.flatMap(packet.numbers) ?? 0)
    }
    let names = packet.texts("proto_dns.questions.name")
    let types = packet.fields[PacketField("proto_dns.questions.type")] ?? []
    let flags =
      number("QR") << 15 | number("opCode") << 11 | number("AA") << 10 | number("TC") << 9
      | number("RD") << 8 | number("RA") << 7 | (number("Z") & 7) << 4 | number("responseCode") & 15
    let count = max(names.count, types.count, packet.events.contains(.dnsRequest) ? 1 : 0)
    var message: [UInt8] = []
    message.append(number("ID"))
    message.append(flags)
    message.append(UInt16(truncatingIfNeeded: count))
    for _ in 0..<3 { message.append(0 as UInt16) }
    for index in 0..<count {
      for label in (index < names.count ? names[index] : "x").split(separator: ".") {
        message.append(UInt8(truncatingIfNeeded: label.utf8.prefix(63).count))
        message += Array(label.utf8.prefix(63))
      }
      message.append(0 as UInt8)
      var type: UInt16 = 1
      if index < types.count, case .number(let number) = types[index] {
        type = UInt16(truncatingIfNeeded: number)
      }
      message.append(type)
      message.append(1 as UInt16)
    }
    return message
  }

  private static func http(_ packet: Packet) -> String {
    func text(_ name: String, _ usual: String) -> String {
      packet.texts("proto_http." + name).first ?? usual
    }
    var head: String
    if packet.events.contains(.httpRequest) {
      head = "\(text("method", "GET")) \(text("uri_path", "/")) \(text("protocol", "HTTP/1.1"))\r\n"
      head += "Host: \(text("host", "x"))\r\n"
    } else {
      let code = PacketField(rawValue: "proto_http.status_code").flatMap(packet.numbers) ?? 200
      head = "\(text("protocol", "HTTP/1.1")) \(text("status", "\(code) OK"))\r\n"
    }
    for case .member(let name, let value) in packet.fields[PacketField("proto_http.headers")] ?? []
    {
      head += "\(name): \(value)\r\n"
    }
    return head + "\r\n"
  }
}

extension Packet {
  fileprivate func texts(_ path: String) -> [String] {
    (PacketField(rawValue: path).flatMap { fields[$0] } ?? []).compactMap {
      if case .text(let text) = $0 { text } else { nil }
    }
  }
}
