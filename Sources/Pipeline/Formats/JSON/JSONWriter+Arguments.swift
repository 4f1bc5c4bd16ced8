// SPDX-License-Identifier: Apache-2.0

import Policy

/// Which args an event has, in order. Source: `docs/events.md`.
extension JSONWriter {
  /// Writes the args of an event that the packet gives, without brackets around them.
  ///
  /// A packet that has a message is only shown for what it says.
  func appendArguments(
    of event: EventKind?, _ packet: borrowing DecodedPacket, to line: inout LineBuffer
  ) {
    guard packet.content != nil, let event else {
      return appendHeaders(of: event, packet, to: &line)
    }
    switch packet.message {
    case .dns(let message):
      appendArguments(of: event, packet.record, packet.headers, message, to: &line)
    case .http(let head):
      appendArguments(of: event, packet.record, packet.headers, head, to: &line)
    case .none, .undecodable:
      appendHeaders(of: event, packet, to: &line)
    }
  }

  private func appendHeaders(
    of event: EventKind?, _ packet: borrowing DecodedPacket, to line: inout LineBuffer
  ) {
    let headers = packet.headers
    line.append(addressesOf: headers)
    let isTransport = event == headers.shape.transportEvent
    if isTransport { line.append(portsOf: headers) }
    line.append(headers, transport: isTransport)
    line.append(directionOf: packet.record, isChecked: isTransport)
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
      append(head, in: kind, to: &line)
      line.append("}")
    case .httpResponse:
      line.append(summaryOf: record, headers)
      line.append("{\"name\":\"http_response\",\"type\":\"trace.ProtoHTTPResponse\",\"value\":")
      append(head, in: kind, to: &line)
      line.append("}")
    default:
      line.append(addressesOf: headers)
      line.append(portsOf: headers)
      line.append("{\"name\":\"proto_http\",\"type\":\"trace.ProtoHTTP\",\"value\":")
      append(head, in: kind, to: &line)
      line.append(directionOf: record)
    }
  }

  /// Writes what an event of a kind says of a head.
  private func append(
    _ head: borrowing HTTPHead, in kind: EventKind, to line: inout LineBuffer
  ) {
    if heads.append(head, in: kind, to: &line) { return }
    let start = line.count
    switch kind {
    case .httpRequest: line.append(request: head, scratch: &scratch.buffer)
    case .httpResponse: line.append(response: head)
    default: line.append(head, scratch: &scratch.buffer)
    }
    heads.keep(line, from: start, of: head, in: kind)
  }
}

/// Memory for a text that is taken apart before it is written; it is used again for every event.
final class Scratch {
  var buffer = LineBuffer(capacity: 1024)
}
