// SPDX-License-Identifier: Apache-2.0

/// What the bulk interface of Elasticsearch answers: a status for each event of a request.
///
/// Source: `POST /_bulk` of Elasticsearch, whose answer has `errors` and, for each action in order, an object with `status`.
struct BulkAnswer {
  /// The statuses in the order of the events.
  private(set) var statuses: [Int] = []

  /// Reads an answer; nil for what is none.
  init?(_ answer: RawSpan) {
    // Objects that are open, and whether each is that of an action.
    var depth = 0
    var index = 0
    var key: Range<Int>?
    var items: Int?
    while index < answer.byteCount {
      switch answer.byte(index) {
      case UInt8(ascii: "\""):
        guard let end = Self.endOfText(answer, index + 1) else { return nil }
        key = index + 1..<end
        index = end
      case UInt8(ascii: ":"):
        guard let name = key else { return nil }
        key = nil
        let text = answer.extracting(name)
        if depth == 1, text.equals("items") { items = depth }
        if items != nil, depth == 4, text.equals("status") {
          var end = index + 1
          while end < answer.byteCount, answer.isBlank(end) { end += 1 }
          let start = end
          while end < answer.byteCount, (0x30...0x39).contains(answer.byte(end)) { end += 1 }
          guard let status = answer.extracting(start..<end).wholeNumber else { return nil }
          statuses.append(Int(status))
          index = end - 1
        }
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
      default: break
      }
      index += 1
    }
    guard items != nil, depth == 0 else { return nil }
  }

  private static func endOfText(_ answer: RawSpan, _ start: Int) -> Int? {
    var index = start
    while index < answer.byteCount {
      let byte = answer.byte(index)
      if byte == UInt8(ascii: "\"") { return index }
      index += byte == UInt8(ascii: "\\") ? 2 : 1
    }
    return nil
  }
}
