import Policy

/// The packet of a record, taken apart once for all who ask about it: filters, writers, the ledger.
struct DecodedPacket: ~Escapable {
  let record: RecordReader
  let headers: PacketHeaders
  /// What is looked for in what the packet says; nil when nobody asks.
  let content: ContentProtocol?
  let message: PacketMessage

  /// Takes a packet apart.
  ///
  /// - Parameter heads: those that came lately.
  @_lifetime(copy record)
  init(
    _ record: borrowing RecordReader, _ headers: PacketHeaders, asking content: ContentProtocol?,
    _ heads: KnownHeads? = nil
  ) {
    self.record = copy record
    self.headers = headers
    self.content = content
    message =
      switch content {
      case nil: .none
      case .dns: PacketMessage(dns: record, headers)
      case .http: PacketMessage(http: record, headers, heads)
      }
  }
}

/// What a packet says.
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
    do throws(DecodingFault) { self = .dns(try DNSMessage(reading: bytes)) } catch {
      self = .undecodable(error, isAnswer: bytes.byteCount > 2 ? bytes.byte(2) & 0x80 != 0 : nil)
    }
  }

  @_lifetime(copy record)
  fileprivate init(
    http record: borrowing RecordReader, _ headers: PacketHeaders, _ heads: KnownHeads?
  ) {
    guard case .tcp = headers.transport, let payload = headers.message(of: record) else {
      self = .none
      return
    }
    if let known = heads?.find(payload) {
      self = .http(known)
      return
    }
    guard HTTPHead.isBegun(by: payload) else {
      self = .none
      return
    }
    do throws(DecodingFault) {
      let head = try HTTPHead(reading: payload)
      heads?.keep(head)
      self = .http(head)
    } catch {
      self = .undecodable(error, isAnswer: payload.begins(with: "HTTP/1."))
    }
  }
}
