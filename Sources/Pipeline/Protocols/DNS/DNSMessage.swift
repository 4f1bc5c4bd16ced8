// SPDX-License-Identifier: Apache-2.0

import Policy

/// A DNS message (RFC 1035 §4.1), seen through the bytes that are lent for it.
///
/// It is checked as a whole when it is made: every name, every length, and the data of every type that events show. Bytes
/// after its last record are ignored. Of a truncated message (TC, RFC 1035 §4.1.1) the questions are whole, and the records
/// are read up to the first that is cut off. It copies and allocates nothing.
struct DNSMessage: ~Escapable {
  let bytes: RawSpan
  /// Whether the upper bit of classes is no part of them (RFC 6762 §10.2, §18.12).
  let isMulticast: Bool
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
  init?(_ bytes: RawSpan, isMulticast: Bool = false) {
    do throws(DecodingFault) {
      try self.init(reading: bytes, isMulticast: isMulticast)
    } catch {
      return nil
    }
  }

  /// Takes a message from its header on, without the length that TCP puts before it.
  ///
  /// - Parameter isMulticast: whether it is of multicast DNS, whose classes have a bit for something else.
  @_lifetime(copy bytes)
  init(reading bytes: RawSpan, isMulticast: Bool = false) throws(DecodingFault) {
    guard bytes.byteCount >= 12 else { throw .tooShort }
    var offset = 12
    for _ in 0..<Int(bytes.network(4, as: UInt16.self)) {
      guard offset < bytes.byteCount else { throw .badCount }
      offset = try DNSQuestion(bytes, at: offset, isMulticast: isMulticast).end
    }
    var reading = RecordReading(bytes, at: offset, isMulticast: isMulticast)
    let answers = offset
    try reading.pass(bytes.network(6))
    let authorities = reading.offset
    try reading.pass(bytes.network(8))
    let additionals = reading.offset
    try reading.pass(bytes.network(10), areLast: true)
    self.bytes = bytes
    self.isMulticast = isMulticast
    self.sections = (12, answers, authorities, additionals)
    self.extendedCode = reading.extendedCode
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

  /// How many records a section has, as the header says: of a truncated message there may be fewer.
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
      guard let question = try? DNSQuestion(bytes, at: offset, isMulticast: isMulticast) else {
        return
      }
      body(question)
      offset = question.end
    }
  }

  /// Gives `body` each record of a section that is there.
  func forEachRecord(of section: Section, _ body: (DNSRecord) -> Void) {
    var offset =
      switch section {
      case .answers: sections.answers
      case .authorities: sections.authorities
      case .additionals: sections.additionals
      }
    for _ in 0..<Int(count(of: section)) {
      guard let record = try? DNSRecord(bytes, at: offset, isMulticast: isMulticast) else { return }
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
  /// Whether a query of multicast DNS asks for an answer to itself alone (QU, RFC 6762 §5.4).
  let wantsUnicast: Bool
  /// Where the next begins.
  let end: Int

  /// Reads the question at an offset of a message.
  init(_ bytes: RawSpan, at offset: Int, isMulticast: Bool = false) throws(DecodingFault) {
    name = try DNSName(bytes, at: offset)
    guard name.end + 4 <= bytes.byteCount else { throw .pastEnd }
    type = bytes.network(name.end)
    (queryClass, wantsUnicast) = DNSClass.parts(bytes.network(name.end + 2), isMulticast)
    end = name.end + 4
  }
}

/// The field of a message that holds a class.
enum DNSClass {
  static let internet: UInt16 = 1
  /// Of records that an update deletes (RFC 2136 §2.5.4).
  static let none: UInt16 = 254
  static let any: UInt16 = 255

  /// Returns the class, and whether multicast DNS has set the bit above it.
  static func parts(_ field: UInt16, _ isMulticast: Bool) -> (number: UInt16, isMarked: Bool) {
    isMulticast ? (field & 0x7fff, field & 0x8000 != 0) : (field, false)
  }
}

/// Passes over the records of a message, one section after the other.
private struct RecordReading: ~Escapable {
  let bytes: RawSpan
  let isMulticast: Bool
  /// Whether what is cut off counts as left out.
  let isTruncated: Bool
  /// Where the next record begins; the end of the message after one that is cut off.
  var offset: Int
  /// Of the last OPT record of the additionals.
  var extendedCode: UInt8 = 0

  @_lifetime(copy bytes)
  init(_ bytes: RawSpan, at offset: Int, isMulticast: Bool) {
    self.bytes = bytes
    self.offset = offset
    self.isMulticast = isMulticast
    isTruncated = bytes.network(2, as: UInt16.self) & 0x0200 != 0
  }

  /// Passes over a section of as many records.
  mutating func pass(_ count: UInt16, areLast: Bool = false) throws(DecodingFault) {
    for _ in 0..<Int(count) {
      guard offset < bytes.byteCount else {
        if isTruncated { return }
        throw .badCount
      }
      do throws(DecodingFault) {
        let record = try DNSRecord(bytes, at: offset, isMulticast: isMulticast)
        if areLast, record.type == DNSRecord.Kind.opt {
          extendedCode = UInt8(record.timeToLive >> 24)
        }
        offset = record.end
      } catch {
        guard isTruncated, error == .pastEnd else { throw error }
        offset = bytes.byteCount
        return
      }
    }
  }
}
