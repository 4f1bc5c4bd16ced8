/// A resource record of a DNS message (RFC 1035 §4.1.3).
struct DNSRecord {
  let name: DNSName
  let type: UInt16
  let recordClass: UInt16
  /// In seconds; of an OPT record flags and a part of the response code.
  let timeToLive: UInt32
  /// Where its data stands.
  let data: Range<Int>
  /// What its data says, if it is of a type that events show.
  let content: Content

  /// Where the next begins.
  var end: Int { data.upperBound }

  /// The types whose data events show.
  enum Kind {
    static let a: UInt16 = 1
    static let ns: UInt16 = 2
    static let cname: UInt16 = 5
    static let soa: UInt16 = 6
    static let ptr: UInt16 = 12
    static let mx: UInt16 = 15
    static let txt: UInt16 = 16
    static let aaaa: UInt16 = 28
    static let srv: UInt16 = 33
    static let opt: UInt16 = 41
    static let uri: UInt16 = 256
  }

  /// The data of a record.
  ///
  /// Numbers are in host order, and ranges are places in the message.
  enum Content {
    /// Of a type that events do not show, or no data at all, as in a message that deletes records.
    case none
    case ipv4
    case ipv6
    case ns(DNSName)
    case cname(DNSName)
    case ptr(DNSName)
    case mx(preference: UInt16, DNSName)
    /// Strings, each with its length before it.
    case txt
    case soa(primary: DNSName, mailbox: DNSName, numbers: Int)
    case srv(priority: UInt16, weight: UInt16, port: UInt16, DNSName)
    /// Options, each with its code and its length before it.
    case opt
    case uri(priority: UInt16, weight: UInt16, target: Range<Int>)
  }

  /// Reads the record at an offset of a message; nil when it is not one, or its data is not what its type demands.
  init?(_ bytes: RawSpan, at offset: Int) {
    guard let name = DNSName(bytes, at: offset), name.end + 10 <= bytes.byteCount else {
      return nil
    }
    self.name = name
    type = bytes.network(name.end)
    recordClass = bytes.network(name.end + 2)
    timeToLive = bytes.network(name.end + 4)
    let start = name.end + 10
    data = start..<start + Int(bytes.network(name.end + 8, as: UInt16.self))
    guard data.upperBound <= bytes.byteCount,
      let content = Content(bytes, data, type: type)
    else { return nil }
    self.content = content
  }
}

extension DNSRecord.Content {
  fileprivate init?(_ bytes: RawSpan, _ data: Range<Int>, type: UInt16) {
    /// The name at an offset, when it ends where the data does.
    func name(at offset: Int) -> DNSName? {
      DNSName(bytes, at: offset).flatMap { $0.end == data.upperBound ? $0 : nil }
    }
    let start = data.lowerBound
    guard !data.isEmpty else {
      self = type == DNSRecord.Kind.opt ? .opt : .none
      return
    }
    let content: Self?
    switch type {
    case DNSRecord.Kind.a: content = data.count == 4 ? .ipv4 : nil
    case DNSRecord.Kind.aaaa: content = data.count == 16 ? .ipv6 : nil
    case DNSRecord.Kind.ns: content = name(at: start).map(Self.ns)
    case DNSRecord.Kind.cname: content = name(at: start).map(Self.cname)
    case DNSRecord.Kind.ptr: content = name(at: start).map(Self.ptr)
    case DNSRecord.Kind.mx where data.count > 2:
      content = name(at: start + 2).map { .mx(preference: bytes.network(start), $0) }
    case DNSRecord.Kind.srv where data.count > 6:
      content = name(at: start + 6).map {
        .srv(
          priority: bytes.network(start), weight: bytes.network(start + 2),
          port: bytes.network(start + 4), $0)
      }
    case DNSRecord.Kind.uri where data.count >= 4:
      content = .uri(
        priority: bytes.network(start), weight: bytes.network(start + 2),
        target: start + 4..<data.upperBound)
    case DNSRecord.Kind.soa:
      guard let primary = DNSName(bytes, at: start),
        let mailbox = DNSName(bytes, at: primary.end), mailbox.end + 20 == data.upperBound
      else { return nil }
      content = .soa(primary: primary, mailbox: mailbox, numbers: mailbox.end)
    case DNSRecord.Kind.txt:
      content = DNSRecord.forEachString(bytes, data) { _ in } ? .txt : nil
    case DNSRecord.Kind.opt:
      content = DNSRecord.forEachOption(bytes, data) { _, _ in } ? .opt : nil
    case DNSRecord.Kind.mx, DNSRecord.Kind.srv, DNSRecord.Kind.uri: content = nil
    default: content = Self.none
    }
    guard let content else { return nil }
    self = content
  }
}

extension DNSRecord {
  /// Gives `body` the place of each string of a TXT record's data.
  ///
  /// - Returns: whether the strings fill the data.
  @discardableResult
  static func forEachString(
    _ bytes: RawSpan, _ data: Range<Int>, _ body: (Range<Int>) -> Void
  ) -> Bool {
    var offset = data.lowerBound
    while offset < data.upperBound {
      let string = offset + 1..<offset + 1 + Int(bytes.byte(offset))
      guard string.upperBound <= data.upperBound else { return false }
      body(string)
      offset = string.upperBound
    }
    return true
  }

  /// Gives `body` the code and the place of each option of an OPT record's data (RFC 6891 §6.1.2).
  ///
  /// - Returns: whether the options fill the data.
  @discardableResult
  static func forEachOption(
    _ bytes: RawSpan, _ data: Range<Int>, _ body: (UInt16, Range<Int>) -> Void
  ) -> Bool {
    var offset = data.lowerBound
    while offset < data.upperBound {
      guard offset + 4 <= data.upperBound else { return false }
      let start = offset + 4
      let option = start..<start + Int(bytes.network(offset + 2, as: UInt16.self))
      guard option.upperBound <= data.upperBound else { return false }
      body(bytes.network(offset), option)
      offset = option.upperBound
    }
    return true
  }
}
