// SPDX-License-Identifier: Apache-2.0

/// The texts of heads. Source: `docs/events.md`.
extension LineBuffer {
  /// Writes the fields of a head as an object of arrays; of a request without `Host`, which has a member of its own.
  mutating func append(fieldsOf head: borrowing HTTPHead) {
    append("{")
    var isFirst = true
    var previous: RawSpan?
    let fields = SortedHTTPFields(head)
    for rank in 0..<fields.count {
      let field = fields[rank]
      let name = head.bytes.extracting(field.name)
      if head.isRequest, !head.hasSeveralHosts, name.equals("host") { continue }
      if let previous, !previous.precedes(name) {
        append(",")
      } else {
        append(isFirst ? "\"" : "],\"")
        for offset in 0..<name.byteCount { append(name.canonicalByte(offset)) }
        append("\":[")
        isFirst = false
      }
      append(jsonValue: head.bytes.extracting(field.value))
      previous = name
    }
    append(isFirst ? "}" : "]}")
  }

  /// Writes a field's value as a JSON text, on one line.
  private mutating func append(jsonValue value: RawSpan) {
    append("\"")
    value.forEachUnfoldedPart {
      if $1 > 0 { append(" ") }
      append(jsonPart: $0)
    }
    append("\"")
  }

  /// Writes a field's value on one line (RFC 9112 §5.2).
  mutating func append(unfolding value: RawSpan) {
    value.forEachUnfoldedPart {
      if $1 > 0 { append(" ") }
      append($0)
    }
  }

  /// Writes bytes with each `%` and two hexadecimal digits as the byte that they stand for (RFC 3986 §2.1).
  mutating func append(percentDecoding bytes: RawSpan) {
    var offset = 0
    while let place = bytes.offset(of: UInt8(ascii: "%"), in: offset..<bytes.byteCount) {
      append(bytes.extracting(offset..<place))
      if place + 2 < bytes.byteCount, let high = bytes.byte(place + 1).hexadecimalValue,
        let low = bytes.byte(place + 2).hexadecimalValue
      {
        append(high << 4 | low)
        offset = place + 3
      } else {
        append(UInt8(ascii: "%"))
        offset = place + 1
      }
    }
    append(bytes.extracting(droppingFirst: offset))
  }
}
