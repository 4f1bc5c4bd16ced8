// SPDX-License-Identifier: Apache-2.0

import Policy

/// Values of headers, and of what is known of every packet.
extension DecodedPacket {
  /// Lends a number that a header holds.
  func lend(_ bits: HeaderBits, _ body: (LentValue) -> Void) {
    guard headers.has(bits.header) else { return }
    let start = bits.header.isTransport ? headers.transportOffset : 0
    var word: UInt32 = 0
    for index in bits.bytes { word = word << 8 | UInt32(record.packet.byte(start + index)) }
    body(.number(bits.number(in: word)))
  }

  /// Lends what is known of every packet.
  func lend(
    _ member: FieldSource.PacketMember, _ lender: inout FieldLender,
    _ body: (LentValue) -> Void
  ) {
    switch member {
    case .source: body(.address(headers.source))
    case .destination: body(.address(headers.destination))
    case .sourcePort: if let ports = headers.ports { body(.number(UInt64(ports.source))) }
    case .destinationPort: if let ports = headers.ports { body(.number(UInt64(ports.destination))) }
    case .direction: body(.number(UInt64(record.direction.rawValue)))
    case .returnValue: body(.number(FieldValue.biased(0)))
    case .processor: body(.number(UInt64(record.processor)))
    case .systemCall:
      guard let number = UInt32(exactly: record.systemCall) else { return }
      let calls = record.systemCallNames
      lender.lend({ calls.append(number, to: &$0) }, { body(.text($0)) })
    case .sourceIPv4: if headers.has(.ipv4) { body(.address(headers.source)) }
    case .destinationIPv4: if headers.has(.ipv4) { body(.address(headers.destination)) }
    case .sourceIPv6: if headers.has(.ipv6) { body(.address(headers.source)) }
    case .destinationIPv6: if headers.has(.ipv6) { body(.address(headers.destination)) }
    }
  }

  /// Lends what an event that shows what the packet says tells of the packet.
  func lend(
    _ member: FieldSource.SummaryMember, _ lender: inout FieldLender,
    _ body: (LentValue) -> Void
  ) {
    guard content != nil else { return }
    switch member {
    case .source: body(.address(headers.source))
    case .destination: body(.address(headers.destination))
    case .sourcePort: if let ports = headers.ports { body(.number(UInt64(ports.source))) }
    case .destinationPort: if let ports = headers.ports { body(.number(UInt64(ports.destination))) }
    case .transport: body(.number(headers.shape.transport == .tcp ? 6 : 17))
    case .length: body(.number(UInt64(record.length)))
    case .interface:
      if record.interfaceName.isEmpty {
        lender.lend({ $0.append("any") }, { body(.text($0)) })
      } else {
        lender.lend(record.interfaceName) { body(.text($0)) }
      }
    }
  }
}

extension PacketHeaders {
  /// Whether the packet has a header.
  fileprivate func has(_ header: HeaderBits.Header) -> Bool {
    switch (header, network, transport) {
    case (.ipv4, .ipv4, _), (.ipv6, .ipv6, _), (.tcp, _, .tcp), (.udp, _, .udp),
      (.icmp, _, .icmp), (.icmpv6, _, .icmpv6):
      true
    default: false
    }
  }
}
