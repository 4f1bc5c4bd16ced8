// SPDX-License-Identifier: Apache-2.0

import Policy

/// The packet of a record, taken apart once for all who ask about it: filters, writers, the ledger.
struct DecodedPacket: ~Copyable, ~Escapable {
  let record: RecordReader
  let headers: PacketHeaders
  /// What is looked for in what the packet says; nil when nobody asks.
  let content: ContentProtocol?
  let message: PacketMessage

  /// Takes the headers of a packet, of which nobody asks what it says.
  @_lifetime(copy record)
  init(_ record: borrowing RecordReader, _ headers: PacketHeaders) {
    self.record = copy record
    self.headers = headers
    content = nil
    message = .none
  }

  /// Takes a packet apart.
  ///
  /// - Parameter content: what is looked for in what it says.
  @_lifetime(copy record)
  init(
    _ record: borrowing RecordReader, _ headers: PacketHeaders, asking content: ContentProtocol?
  ) {
    self.record = copy record
    self.headers = headers
    self.content = content
    message =
      switch content {
      case nil: .none
      case .dns: PacketMessage(dns: record, headers)
      case .http: PacketMessage(http: record, headers)
      }
  }

  /// Takes a packet apart, of which perhaps the same head of HTTP came before.
  @_lifetime(copy record)
  init(
    _ record: borrowing RecordReader, _ headers: PacketHeaders, asking content: ContentProtocol,
    knowing heads: KnownHeads
  ) {
    self.record = copy record
    self.headers = headers
    self.content = content
    message =
      switch content {
      case .dns: PacketMessage(dns: record, headers)
      case .http: PacketMessage(http: record, headers, knowing: heads)
      }
  }

  /// The number of the head that it has, if that came before.
  var headNumber: UInt64? {
    if case .http(let head) = message { head.number } else { nil }
  }
}

/// What a packet says; it is kept small, for it is copied.
enum PacketMessage: ~Escapable {
  /// Nobody asks, or it is of another sort: to another port, a segment without a head.
  case none
  case dns(DNSMessage)
  case http(HTTPHead)
  /// It should be a message, and is cut off or malformed.
  ///
  /// - isAnswer: whether it is a response; nil when that is not known.
  case undecodable(DecodingFault, isAnswer: Bool?)
}

extension PacketMessage {
  @_lifetime(copy record)
  fileprivate init(dns record: borrowing RecordReader, _ headers: PacketHeaders) {
    guard headers.hasPortOfDNS, let payload = headers.payload(in: record.packet),
      payload.byteCount > 0
    else {
      self = .none
      return
    }
    guard let bytes = headers.message(of: record) else {
      self = .undecodable(.pastEnd, isAnswer: nil)
      return
    }
    do throws(DecodingFault) {
      self = .dns(try DNSMessage(reading: bytes, isMulticast: headers.hasPortOfMulticastDNS))
    } catch {
      self = .undecodable(error, isAnswer: bytes.byteCount > 2 ? bytes.byte(2) & 0x80 != 0 : nil)
    }
  }

  @_lifetime(copy record)
  fileprivate init(http record: borrowing RecordReader, _ headers: PacketHeaders) {
    guard case .tcp = headers.transport, let payload = headers.message(of: record),
      HTTPHead.isBegun(by: payload)
    else {
      self = .none
      return
    }
    do throws(DecodingFault) { self = .http(try HTTPHead(reading: payload)) } catch {
      self = .undecodable(error, isAnswer: payload.begins(with: "HTTP/1."))
    }
  }

  @_lifetime(copy record)
  fileprivate init(
    http record: borrowing RecordReader, _ headers: PacketHeaders, knowing heads: KnownHeads
  ) {
    if case .tcp = headers.transport, let payload = headers.message(of: record),
      let head = heads.find(payload)
    {
      self = .http(head)
      return
    }
    self.init(http: record, headers)
    if case .http(let head) = self { heads.keep(head) }
  }
}
