// SPDX-License-Identifier: Apache-2.0

import Policy

/// Sequence numbers of TCP segments that do not state theirs, so that each follows the one before it in its flow.
struct TestSequences {
  private struct Flow: Hashable {
    var source: IPAddress
    var destination: IPAddress
    var sourcePort: UInt16
    var destinationPort: UInt16
  }

  private static let stated = PacketField(rawValue: "proto_tcp.seq")
  private var next: [Flow: UInt32] = [:]

  /// Writes the sequence number of a packet from its IP header on, unless the packet states one.
  mutating func place(_ bytes: inout [UInt8], _ expression: PacketExpression) {
    guard let headers = PacketHeaders(bytes.bytes), case .tcp = headers.transport,
      let ports = headers.ports, bytes.count >= headers.transportOffset + 20
    else { return }
    let flow = Flow(
      source: headers.source, destination: headers.destination, sourcePort: ports.source,
      destinationPort: ports.destination)
    let start = headers.transportOffset
    var sequence = next[flow, default: 1]
    if let field = Self.stated, let number = expression.packet.numbers(field) {
      sequence = UInt32(truncatingIfNeeded: number)
    } else {
      bytes.put(UInt16(sequence >> 16), at: start + 4)
      bytes.put(UInt16(truncatingIfNeeded: sequence), at: start + 6)
    }
    let length = bytes.count - start - Int(bytes[start + 12] >> 4) * 4
    // FIN and SYN take a number each (RFC 9293 §3.4).
    let flags = UInt32((bytes[start + 13] & 1) + (bytes[start + 13] >> 1 & 1))
    next[flow] = sequence &+ UInt32(truncatingIfNeeded: max(0, length)) &+ flags
  }
}
