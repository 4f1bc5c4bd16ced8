// SPDX-License-Identifier: Apache-2.0

import Policy

extension StreamSegment {
  /// The segment of a record.
  ///
  /// - Parameters:
  ///   - content: what is looked for in it; the same bytes can be a part of a stream of each sort.
  ///   - captured: the bytes of its payload that are there.
  init(
    _ record: borrowing RecordReader, _ headers: PacketHeaders, _ header: TCPHeader,
    _ content: ContentProtocol, captured: Int
  ) {
    let direction: UInt64 = record.direction == .egress ? 1 : 0
    // Two networks can have the same addresses.
    let key = StreamKey(
      source: headers.source, destination: headers.destination, sourcePort: header.sourcePort,
      destinationPort: header.destinationPort,
      place: UInt64(record.owner.netNamespace) << 8 | UInt64(content.rawValue) << 1 | direction)
    self.init(
      key, sequence: header.sequence, flags: header.flags, time: record.time,
      missing: max(0, headers.payloadLength(of: record.length) - captured), ahead: record.ahead,
      followed: record.connection == 0 ? nil : FollowedSegment(record))
  }
}

extension FollowedSegment {
  fileprivate init(_ record: borrowing RecordReader) {
    connection = record.connection
    head = record.headOffset
    bodiless = record.bodiless
    isGuessed = record.isHeadGuessed
    isLost = record.isLost
  }
}

extension ContentProtocol {
  /// Where its messages begin and end in a stream.
  var framing: StreamFraming {
    switch self {
    case .dns: .dns
    case .http: .http
    }
  }
}
