// SPDX-License-Identifier: Apache-2.0

import Policy

/// A resource record of a DNS message (RFC 1035 §4.1.3).
struct DNSRecord {
  let name: DNSName
  let type: UInt16
  let recordClass: UInt16
  /// Whether multicast DNS says that what was known before is to be forgotten (RFC 6762 §10.2).
  let flushesCache: Bool
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
    /// Of a type that events do not show, an address of another class than IN, or no data at all, as in an update that
    /// deletes records.
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

  /// Reads the record at an offset of a message.
  ///
  /// - Throws: also when its data is not what its type demands.
  init(_ bytes: RawSpan, at offset: Int, isMulticast: Bool = false) throws(DecodingFault) {
    name = try DNSName(bytes, at: offset)
    guard name.end + 10 <= bytes.byteCount else { throw .pastEnd }
    type = bytes.network(name.end)
    // Of an OPT record the field is no class (RFC 6891 §6.1.2).
    (recordClass, flushesCache) = DNSClass.parts(
      bytes.network(name.end + 2), isMulticast && type != Kind.opt)
    timeToLive = bytes.network(name.end + 4)
    let start = name.end + 10
    data = start..<start + Int(bytes.network(name.end + 8, as: UInt16.self))
    guard data.upperBound <= bytes.byteCount else { throw .pastEnd }
    content =
      if data.isEmpty {
        try Content(empty: type, recordClass)
      } else {
        try Content(bytes, data, type: type, recordClass)
      }
  }
}

extension DNSRecord.Content {
  /// What it means that a record has no data.
  ///
  /// An update names records without data by the classes NONE and ANY (RFC 2136 §2.4, §2.5). A TXT record should not be
  /// empty, yet is among those who announce services (RFC 6763 §6.1).
  fileprivate init(empty type: UInt16, _ recordClass: UInt16) throws(DecodingFault) {
    switch type {
    case DNSRecord.Kind.opt: self = .opt
    case DNSRecord.Kind.a, DNSRecord.Kind.aaaa, DNSRecord.Kind.ns, DNSRecord.Kind.cname,
      DNSRecord.Kind.ptr, DNSRecord.Kind.mx, DNSRecord.Kind.srv, DNSRecord.Kind.uri,
      DNSRecord.Kind.soa:
      guard recordClass == DNSClass.none || recordClass == DNSClass.any else { throw .badData }
      self = .none
    default: self = .none
    }
  }

  fileprivate init(
    _ bytes: RawSpan, _ data: Range<Int>, type: UInt16, _ recordClass: UInt16
  ) throws(DecodingFault) {
    let start = data.lowerBound
    /// Says whether the data is as it should be.
    func demand(_ isGood: Bool) throws(DecodingFault) {
      if !isGood { throw .badData }
    }
    /// The name at an offset, which ends where the data does.
    func name(at offset: Int) throws(DecodingFault) -> DNSName {
      try demand(offset < data.upperBound)
      let name = try DNSName(bytes, at: offset)
      try demand(name.end == data.upperBound)
      return name
    }
    switch type {
    case DNSRecord.Kind.a, DNSRecord.Kind.aaaa:
      guard recordClass == DNSClass.internet || recordClass == DNSClass.none else {
        self = .none
        return
      }
      try demand(data.count == (type == DNSRecord.Kind.a ? 4 : 16))
      self = type == DNSRecord.Kind.a ? .ipv4 : .ipv6
    case DNSRecord.Kind.ns: self = .ns(try name(at: start))
    case DNSRecord.Kind.cname: self = .cname(try name(at: start))
    case DNSRecord.Kind.ptr: self = .ptr(try name(at: start))
    case DNSRecord.Kind.mx:
      let exchange = try name(at: start + 2)
      self = .mx(preference: bytes.network(start), exchange)
    case DNSRecord.Kind.srv:
      let target = try name(at: start + 6)
      self = .srv(
        priority: bytes.network(start), weight: bytes.network(start + 2),
        port: bytes.network(start + 4), target)
    case DNSRecord.Kind.uri:
      try demand(data.count >= 4)
      self = .uri(
        priority: bytes.network(start), weight: bytes.network(start + 2),
        target: start + 4..<data.upperBound)
    case DNSRecord.Kind.soa:
      let primary = try DNSName(bytes, at: start)
      try demand(primary.end < data.upperBound)
      let mailbox = try DNSName(bytes, at: primary.end)
      try demand(mailbox.end + 20 == data.upperBound)
      self = .soa(primary: primary, mailbox: mailbox, numbers: mailbox.end)
    case DNSRecord.Kind.txt:
      try demand(DNSRecord.forEachString(bytes, data) { _ in })
      self = .txt
    case DNSRecord.Kind.opt:
      try demand(DNSRecord.forEachOption(bytes, data) { _, _ in })
      self = .opt
    default: self = .none
    }
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
