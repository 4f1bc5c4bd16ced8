// SPDX-License-Identifier: Apache-2.0

extension PacketExpression {
  /// The packet in the syntax of `explain --packet`: its endpoints, its TCP flags, and which message it carries with the first
  /// question; nil when it has no addresses.
  public var endpoints: String? {
    guard case .address(let source)? = packet.fields[.source]?.first,
      case .address(let destination)? = packet.fields[.destination]?.first
    else { return nil }
    let transports: [(event: EventKind, word: String)] = [
      (.tcp, "tcp"), (.udp, "udp"), (.icmp, "icmp"), (.icmpv6, "icmp6"),
    ]
    let transport = transports.first { packet.events.contains($0.event) }?.word ?? "ip"
    let direction = packet.fields[.direction] == [.number(1)] ? "egress" : "ingress"
    var words = [
      direction, transport, Self.end(source, packet.fields[.sourcePort]), ">",
      Self.end(destination, packet.fields[.destinationPort]),
    ]
    if transport == "tcp" {
      let flags = Self.flags.filter {
        PacketField(rawValue: "proto_tcp.\($0)").flatMap { packet.fields[$0] } == [.number(1)]
      }
      words += flags.isEmpty ? ["none"] : flags
    }
    if let field = PacketField(key: "data.dns_questions.query"),
      case .text(let name)? = packet.fields[field]?.first
    {
      words.append(ExpressionFault.quoted("\(field.key)=\(name)"))
    }
    let messages: [(event: EventKind, word: String)] = [
      (.dnsRequest, "dns-request"), (.dnsResponse, "dns-response"), (.httpRequest, "http-request"),
      (.httpResponse, "http-response"),
    ]
    words += messages.filter { packet.events.contains($0.event) }.map(\.word)
    return words.joined(separator: " ")
  }

  private static func end(_ address: IPAddress, _ port: [FieldValue]?) -> String {
    guard case .number(let number)? = port?.first else { return address.description }
    return address.ipv4 == nil ? "[\(address)]:\(number)" : "\(address):\(number)"
  }
}
