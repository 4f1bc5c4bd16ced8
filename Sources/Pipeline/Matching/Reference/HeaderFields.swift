// SPDX-License-Identifier: Apache-2.0

import Policy

/// What a policy can ask about each header: slow, to compare ``PacketClause`` with.
extension PacketHeaders {
  /// The fields of the headers, read where the catalog says they are.
  ///
  /// - Parameter bytes: those that the headers were read from.
  func headerFields(in bytes: RawSpan) -> [PacketField: [FieldValue]] {
    var fields: [PacketField: [FieldValue]] = [:]
    for (field, place) in Self.numbers where has(place.header) {
      let start = place.header.isTransport ? transportOffset : 0
      var word: UInt32 = 0
      for index in place.bytes { word = word << 8 | UInt32(bytes.byte(start + index)) }
      fields[field] = [.number(place.number(in: word))]
    }
    let (sourceField, destinationField) =
      switch network {
      case .ipv4: (Self.sourceIPv4, Self.destinationIPv4)
      case .ipv6: (Self.sourceIPv6, Self.destinationIPv6)
      }
    fields[sourceField] = [.address(source)]
    fields[destinationField] = [.address(destination)]
    return fields
  }

  private func has(_ header: HeaderBits.Header) -> Bool {
    switch (header, network, transport) {
    case (.ipv4, .ipv4, _), (.ipv6, .ipv6, _), (.tcp, _, .tcp), (.udp, _, .udp),
      (.icmp, _, .icmp), (.icmpv6, _, .icmpv6):
      true
    default: false
    }
  }

  private static let numbers = PacketField.allCases.compactMap { field in
    field.headerBits.map { (field, $0) }
  }
  private static let sourceIPv4 = PacketField("proto_ipv4.srcIP")
  private static let destinationIPv4 = PacketField("proto_ipv4.dstIP")
  private static let sourceIPv6 = PacketField("proto_ipv6.srcIP")
  private static let destinationIPv6 = PacketField("proto_ipv6.dstIP")
}
