// SPDX-License-Identifier: Apache-2.0

import Policy

/// Which args an event has, in order. Source: `docs/events.md`.
extension JSONWriter {
  /// Writes the args of an event that the packet gives, without brackets around them.
  ///
  /// A packet that has a message is only shown for what it says.
  func appendArguments(
    of label: EventLabel, _ packet: borrowing DecodedPacket, to line: inout LineBuffer
  ) {
    let headers = packet.headers
    switch (packet.message, label.kind) {
    case (.dns(let message), let kind?):
      appendArguments(of: kind, packet.record, headers, message, to: &line)
    case (.http(let head), let kind?):
      appendArguments(of: kind, packet.record, headers, head, to: &line)
    default:
      line.append(addressesOf: headers)
      let isTransport = label.kind == headers.shape.transportEvent
      if isTransport { line.append(portsOf: headers) }
      line.append(headers, transport: isTransport)
      line.append(directionOf: packet.record, isChecked: isTransport)
    }
  }

  private func appendArguments(
    of kind: EventKind, _ record: borrowing RecordReader, _ headers: PacketHeaders,
    _ message: borrowing DNSMessage, to line: inout LineBuffer
  ) {
    switch kind {
    case .dnsRequest:
      line.append(summaryOf: record, headers)
      line.append("{\"name\":\"dns_questions\",\"type\":\"[]trace.DnsQueryData\",\"value\":")
      line.append(queriesOf: message)
      line.append("}")
    case .dnsResponse:
      line.append(summaryOf: record, headers)
      line.append("{\"name\":\"dns_response\",\"type\":\"[]trace.DnsResponseData\",\"value\":")
      line.append(responsesOf: message)
      line.append("}")
    default:
      line.append(addressesOf: headers)
      line.append(portsOf: headers)
      line.append("{\"name\":\"proto_dns\",\"type\":\"trace.ProtoDNS\",\"value\":")
      line.append(message)
      line.append(directionOf: record)
    }
  }

  private func appendArguments(
    of kind: EventKind, _ record: borrowing RecordReader, _ headers: PacketHeaders,
    _ head: borrowing HTTPHead, to line: inout LineBuffer
  ) {
    switch kind {
    case .httpRequest:
      line.append(summaryOf: record, headers)
      line.append("{\"name\":\"http_request\",\"type\":\"trace.ProtoHTTPRequest\",\"value\":")
      heads.append(head, in: kind, to: &line) { line in
        line.append(request: head, scratch: &scratch.buffer)
      }
      line.append("}")
    case .httpResponse:
      line.append(summaryOf: record, headers)
      line.append("{\"name\":\"http_response\",\"type\":\"trace.ProtoHTTPResponse\",\"value\":")
      heads.append(head, in: kind, to: &line) { line in line.append(response: head) }
      line.append("}")
    default:
      line.append(addressesOf: headers)
      line.append(portsOf: headers)
      line.append("{\"name\":\"proto_http\",\"type\":\"trace.ProtoHTTP\",\"value\":")
      heads.append(head, in: kind, to: &line) { line in
        line.append(head, scratch: &scratch.buffer)
      }
      line.append(directionOf: record)
    }
  }
}

/// Memory for a text that is taken apart before it is written; it is used again for every event.
final class Scratch {
  var buffer = LineBuffer(capacity: 1024)
}
