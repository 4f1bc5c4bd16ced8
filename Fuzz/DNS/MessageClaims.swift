// SPDX-License-Identifier: Apache-2.0

@testable import Pipeline

/// What holds for any DNS message.
final class MessageClaims {
  private var line = LineBuffer()
  private var copied = LineBuffer()
  private let name = NameClaims()

  /// Claims that a message is read the same wherever it is, that it has what it counts, that its end is where its last
  /// record's is, and that each of its names can be written and read again.
  ///
  /// - Returns: whether bytes are a message.
  func check(_ bytes: RawSpan) -> Bool {
    guard let message = DNSMessage(bytes) else {
      withCopy(of: bytes) { claim(DNSMessage($0) == nil, "it does not matter where bytes are") }
      return false
    }
    Self.write(message, to: &line)
    withCopy(of: bytes) { copy in
      guard let message = DNSMessage(copy) else { fatalError("it matters where a message is") }
      Self.write(message, to: &copied)
    }
    claim(Self.isSame(line, copied), "it does not matter where a message is")
    let end = checkParts(of: message)
    claim(end <= bytes.byteCount, "a message ends in its bytes")
    // A pointer to a label that is longer than what is before the end makes what follows a part of a name.
    if let message = DNSMessage(bytes.extracting(first: end)) {
      Self.write(message, to: &copied)
      claim(Self.isSame(line, copied), "what follows does not matter")
    }
    if !message.isTruncated {
      claim(DNSMessage(bytes.extracting(first: end - 1)) == nil, "a message has an end")
    }
    return true
  }

  private static func isSame(_ one: borrowing LineBuffer, _ other: borrowing LineBuffer) -> Bool {
    one.bytes.equals(other.bytes)
  }

  private static func write(_ message: borrowing DNSMessage, to line: inout LineBuffer) {
    line.truncate(to: 0)
    line.append("[")
    line.append(message)
    line.append(",")
    line.append(queriesOf: message)
    line.append(",")
    line.append(responsesOf: message)
    line.append("]")
    checkJSON(line)
  }

  private static func checkJSON(_ line: borrowing LineBuffer) {
    let bytes = line.bytes
    claim(JSONScan.isValue(bytes), "JSON: \(bytes.shownText)")
  }

  /// - Returns: where the message ends.
  private func checkParts(of message: borrowing DNSMessage) -> Int {
    let bytes = message.bytes
    var end = 12
    var count = 0
    message.forEachQuestion { question in
      count += 1
      claim(question.end > end, "a question is after the one before")
      end = question.end
      name.check(question.name, in: bytes)
    }
    claim(count == Int(message.questionCount), "there are as many questions as it counts")
    for section in [DNSMessage.Section.answers, .authorities, .additionals] {
      count = 0
      message.forEachRecord(of: section) { record in
        count += 1
        claim(record.end >= end + 11, "a record is after the one before")
        end = record.end
        claim(record.data.upperBound <= bytes.byteCount, "data is in the message")
        name.check(record.name, in: bytes)
        checkContent(of: record, in: bytes)
      }
      let counted = Int(message.count(of: section))
      claim(
        count == counted || message.isTruncated && count < counted,
        "there are as many records as it counts")
    }
    return end
  }

  private func checkContent(of record: DNSRecord, in bytes: RawSpan) {
    switch record.content {
    case .ns(let target), .cname(let target), .ptr(let target), .mx(_, let target),
      .srv(_, _, _, let target):
      claim(target.end == record.end, "a name ends where its data does")
      name.check(target, in: bytes)
    case .soa(let primary, let mailbox, let numbers):
      claim(numbers + 20 == record.end, "numbers end where their data does")
      name.check(primary, in: bytes)
      name.check(mailbox, in: bytes)
    default: break
    }
  }
}
