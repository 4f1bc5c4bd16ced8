// SPDX-License-Identifier: Apache-2.0

import Policy

extension PacketHeaders {
  /// The packet of a record as the reference takes it, with all that it has: slow, to compare with.
  ///
  /// - Parameter content: what is looked for in what the packet says.
  func subject(of record: borrowing RecordReader, content: ContentProtocol?) -> Packet {
    var packet = subject(direction: record.direction, bytes: record.packet)
    packet.fields[.processor] = [.number(UInt64(record.processor))]
    if let number = UInt32(exactly: record.systemCall) {
      let name = record.systemCallNames.name(of: number)
      packet.fields[.systemCall] = [.text(name ?? String(number))]
    }
    guard let content else { return packet }
    var fields = FieldValues()
    switch content {
    case .dns:
      if case .dns(let message) = DecodedPacket(record, self, asking: .dns).message {
        fields.add(message)
        packet.events.formUnion([.dns, message.isResponse ? .dnsResponse : .dnsRequest])
      }
    case .http:
      if case .http(let head) = DecodedPacket(record, self, asking: .http).message {
        fields.add(head)
        packet.events.formUnion([.http, head.isRequest ? .httpRequest : .httpResponse])
      }
    }
    fields.add(summaryOf: record, self)
    packet.fields.merge(fields.values) { own, _ in own }
    return packet
  }

  /// The packet as the reference takes it: slow, to compare with.
  ///
  /// - Parameter bytes: those that the headers were read from.
  func subject(direction: PacketDirection, bytes: RawSpan) -> Packet {
    var fields = headerFields(in: bytes)
    fields[.source] = [.address(source)]
    fields[.destination] = [.address(destination)]
    fields[.direction] = [.number(UInt64(direction.rawValue))]
    fields[.returnValue] = [.signed(0)]
    if let ports {
      fields[.sourcePort] = [.number(UInt64(ports.source))]
      fields[.destinationPort] = [.number(UInt64(ports.destination))]
    }
    return Packet(events: shape.events, fields: fields)
  }
}

extension FieldValues {
  /// Adds what an event that shows what the packet says also tells of the packet.
  fileprivate mutating func add(
    summaryOf record: borrowing RecordReader, _ headers: PacketHeaders
  ) {
    add("metadata.src_ip", .address(headers.source))
    add("metadata.dst_ip", .address(headers.destination))
    if let ports = headers.ports {
      add("metadata.src_port", ports.source)
      add("metadata.dst_port", ports.destination)
    }
    add("metadata.protocol", headers.shape.transport == .tcp ? 6 as UInt8 : 17)
    add("metadata.packet_len", record.length)
    let name = record.interfaceName.repairedText
    add("metadata.iface", name.isEmpty ? "any" : name)
  }
}

extension Undecided {
  /// Whether all that is left of a rule holds, as the reference says.
  ///
  /// - Parameter event: what the rule asks for. When that shows what a packet says, and the packet does not give it, nothing
  ///   is asked of what the packet says: it is yet to be found out, and counted, why it does not.
  func hold(owner: Owner?, packet: Packet, for event: EventKind? = nil) -> Bool {
    let isUnread = event.map { $0.contentProtocol != nil && !packet.events.contains($0) } ?? false
    return ReferenceMatcher.matches(scope, owner: owner)
      && following.map { ReferenceMatcher.follows($0, owner: owner) } ?? true
      && filters.allSatisfy { clause in
        guard let values = packet.fields[clause.field] else {
          return isUnread || ReferenceMatcher.matches(clause.condition, [])
        }
        return ReferenceMatcher.matches(clause.condition, values)
      }
  }
}
