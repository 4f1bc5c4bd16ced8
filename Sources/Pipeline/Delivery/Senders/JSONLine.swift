// SPDX-License-Identifier: Apache-2.0

/// What can be found in the line of an event in JSON without reading all of it.
///
/// A text in it has no quotation mark that is not escaped, so that a key can be looked for as bytes.
enum JSONLine {
  private static let timestamp: StaticString = "{\"timestamp\":"
  private static let arguments: StaticString = "\"args\":["
  private static let count: StaticString = "\"argsNum\":"

  /// The time of the event in ns since the epoch; nil for a line that is not an event in JSON.
  static func time(of line: RawSpan) -> UInt64? {
    guard line.begins(with: timestamp) else { return ECSLine.time(of: line) }
    var time: UInt64 = 0
    var index = timestamp.utf8CodeUnitCount
    while index < line.byteCount, let digit = digit(line.byte(index)) {
      let (product, over) = time.multipliedReportingOverflow(by: 10)
      let (sum, carry) = product.addingReportingOverflow(UInt64(digit))
      guard !over, !carry else { return nil }
      time = sum
      index += 1
    }
    return time
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    (0x30...0x39).contains(byte) ? byte - 0x30 : nil
  }

  /// Writes an event without its arguments, and the key `truncated` instead, unless that is too long as well.
  ///
  /// - Parameters:
  ///   - line: the event, without a line end.
  ///   - limit: the most bytes that may be written.
  /// - Returns: whether it was written.
  static func appendTruncated(
    _ line: RawSpan, limit: Int, to buffer: inout LineBuffer
  ) -> Bool {
    guard let start = offset(of: arguments, in: line),
      let number = offset(of: count, in: line.extracting(first: start))
    else { return false }
    let opening = start + arguments.utf8CodeUnitCount
    guard let end = endOfArray(line, from: opening), end < line.byteCount else { return false }
    let before = buffer.count
    buffer.append(line.extracting(first: number + count.utf8CodeUnitCount))
    buffer.append("0")
    var rest = number + count.utf8CodeUnitCount
    while rest < start, digit(line.byte(rest)) != nil { rest += 1 }
    buffer.append(line.extracting(rest..<opening))
    buffer.append("]")
    buffer.append(line.extracting(end..<line.byteCount - 1))
    buffer.append(",\"truncated\":true}")
    guard buffer.count - before <= limit else {
      buffer.truncate(to: before)
      return false
    }
    return true
  }

  /// The offset of a text that begins with a quotation mark.
  private static func offset(of text: StaticString, in line: RawSpan) -> Int? {
    var start = 0
    while let next = line.offset(of: UInt8(ascii: "\""), in: start..<line.byteCount) {
      if line.extracting(droppingFirst: next).begins(with: text) { return next }
      start = next + 1
    }
    return nil
  }

  /// The offset after the bracket that closes an array.
  private static func endOfArray(_ line: RawSpan, from start: Int) -> Int? {
    var depth = 1
    var index = start
    var isText = false
    while index < line.byteCount {
      let byte = line.byte(index)
      if isText {
        if byte == UInt8(ascii: "\\") { index += 1 }
        if byte == UInt8(ascii: "\"") { isText = false }
      } else {
        switch byte {
        case UInt8(ascii: "\""): isText = true
        case UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
        case UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
        default: break
        }
        if depth == 0 { return index + 1 }
      }
      index += 1
    }
    return nil
  }
}
