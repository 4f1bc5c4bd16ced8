import Policy

/// A DNS message (RFC 1035 §4.1), seen through the bytes that are lent for it.
///
/// It is checked as a whole when it is made: every name, every length, and the data of every type that events show. Bytes
/// after its last record are ignored. It copies and allocates nothing.
struct DNSMessage: ~Escapable {
  let bytes: RawSpan
  /// Where each section begins, and where the last ends.
  private let sections: (questions: Int, answers: Int, authorities: Int, additionals: Int)
  /// The upper eight bits of the response code, which an OPT record has (RFC 6891 §6.1.3).
  private let extendedCode: UInt8

  /// A list of records of a message.
  enum Section {
    case answers
    case authorities
    case additionals
  }

  /// Takes a message from its header on, without the length that TCP puts before it; nil when it is none.
  @_lifetime(copy bytes)
  init?(_ bytes: RawSpan) {
    do throws(DecodingFault) { try self.init(reading: bytes) } catch { return nil }
  }

  /// Takes a message from its header on, without the length that TCP puts before it.
  @_lifetime(copy bytes)
  init(reading bytes: RawSpan) throws(DecodingFault) {
    guard bytes.byteCount >= 12 else { throw .tooShort }
    var offset = 12
    for _ in 0..<Int(bytes.network(4, as: UInt16.self)) {
      guard offset < bytes.byteCount else { throw .badCount }
      offset = try DNSQuestion(bytes, at: offset).end
    }
    let answers = offset
    let authorities = try Self.end(of: bytes.network(6), bytes, at: answers)
    let additionals = try Self.end(of: bytes.network(8), bytes, at: authorities)
    offset = additionals
    var extendedCode: UInt8 = 0
    for _ in 0..<Int(bytes.network(10, as: UInt16.self)) {
      guard offset < bytes.byteCount else { throw .badCount }
      let record = try DNSRecord(bytes, at: offset)
      if record.type == DNSRecord.Kind.opt { extendedCode = UInt8(record.timeToLive >> 24) }
      offset = record.end
    }
    self.bytes = bytes
    self.sections = (12, answers, authorities, additionals)
    self.extendedCode = extendedCode
  }

  private static func end(
    of count: UInt16, _ bytes: RawSpan, at start: Int
  ) throws(DecodingFault) -> Int {
    var offset = start
    for _ in 0..<Int(count) {
      guard offset < bytes.byteCount else { throw .badCount }
      offset = try DNSRecord(bytes, at: offset).end
    }
    return offset
  }

  var id: UInt16 { bytes.network(0) }
  /// The bits between the number and the counts; QR is the highest.
  private var flags: UInt16 { bytes.network(2) }
  var isResponse: Bool { flags & 0x8000 != 0 }
  var operation: UInt16 { flags >> 11 & 15 }
  var isAuthoritative: Bool { flags & 0x0400 != 0 }
  var isTruncated: Bool { flags & 0x0200 != 0 }
  var recursionDesired: Bool { flags & 0x0100 != 0 }
  var recursionAvailable: Bool { flags & 0x0080 != 0 }
  /// Three bits, of which two now mean authentic data and checking disabled (RFC 4035 §3.2).
  var reserved: UInt16 { flags >> 4 & 7 }
  /// Twelve bits with those of an OPT record.
  var responseCode: UInt16 { UInt16(extendedCode) << 4 | flags & 15 }

  var questionCount: UInt16 { bytes.network(4) }

  /// How many records a section has.
  func count(of section: Section) -> UInt16 {
    switch section {
    case .answers: bytes.network(6)
    case .authorities: bytes.network(8)
    case .additionals: bytes.network(10)
    }
  }

  /// Gives `body` each question.
  func forEachQuestion(_ body: (DNSQuestion) -> Void) {
    var offset = sections.questions
    for _ in 0..<Int(questionCount) {
      guard let question = try? DNSQuestion(bytes, at: offset) else { return }
      body(question)
      offset = question.end
    }
  }

  /// Gives `body` each record of a section.
  func forEachRecord(of section: Section, _ body: (DNSRecord) -> Void) {
    var offset =
      switch section {
      case .answers: sections.answers
      case .authorities: sections.authorities
      case .additionals: sections.additionals
      }
    for _ in 0..<Int(count(of: section)) {
      guard let record = try? DNSRecord(bytes, at: offset) else { return }
      body(record)
      offset = record.end
    }
  }
}

/// A question of a DNS message (RFC 1035 §4.1.2).
struct DNSQuestion {
  let name: DNSName
  let type: UInt16
  let queryClass: UInt16
  /// Where the next begins.
  let end: Int

  /// Reads the question at an offset of a message.
  init(_ bytes: RawSpan, at offset: Int) throws(DecodingFault) {
    name = try DNSName(bytes, at: offset)
    guard name.end + 4 <= bytes.byteCount else { throw .pastEnd }
    type = bytes.network(name.end)
    queryClass = bytes.network(name.end + 2)
    end = name.end + 4
  }
}
