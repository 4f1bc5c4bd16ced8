// SPDX-License-Identifier: Apache-2.0

import CBPF
import Policy

/// A packet of a capture with all that it has, as the reference takes it: slow, for tests of policies.
struct ReplayedPacket {
  /// The packet, whose fields are all there are.
  let packet: PacketExpression
  /// The owner; nil when it is not known.
  let owner: OwnerExpression?
  /// The bytes from the IP header on; nil when the packet was put together from fragments.
  let bytes: [UInt8]?

  /// Takes a packet apart that a record describes.
  init(
    _ record: ReplayRecord, _ headers: PacketHeaders, _ owner: OwnerExpression?, bytes: [UInt8]?
  ) {
    packet = PacketExpression(whole: headers.whole(of: record))
    self.owner = owner
    self.bytes = bytes
  }
}

extension PacketHeaders {
  /// The packet of a record with its headers and its message, of whatever protocol that is.
  func whole(of record: ReplayRecord) -> Packet {
    guard let reader = RecordReader(record.bytes) else { return Packet(events: [], fields: [:]) }
    let packet = subject(of: reader, content: .dns)
    return packet.events.contains(.dns) ? packet : subject(of: reader, content: .http)
  }
}
