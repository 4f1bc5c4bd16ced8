// SPDX-License-Identifier: Apache-2.0

/// The parts of `LIST.any(MEMBER=…, MEMBER=…)` or `LIST.none(…)`, before their words are understood.
///
/// What stands behind a comma and has no operator goes on with the values of the member before it.
struct ElementExpression {
  var source: SourceText
  /// The key of the list.
  var list: String
  /// Where it stands, in bytes of the expression.
  var listPlace: Range<Int>
  /// Whether no element may meet the conditions.
  var isNone: Bool
  /// The conditions on members, each an expression.
  var members: [SourceText]

  /// Takes an expression apart; nil when it has another form.
  init?(_ source: SourceText) {
    let bytes = Array(source.text.utf8)
    let blanks: Set<UInt8> = [32, 9, 10, 13]
    guard let open = bytes.firstIndex(of: UInt8(ascii: "(")),
      let last = bytes.lastIndex(where: { !blanks.contains($0) }), bytes[last] == UInt8(ascii: ")"),
      let start = bytes.firstIndex(where: { !blanks.contains($0) }), start < open,
      !bytes[..<open].contains(where: { "=!<>\"".utf8.contains($0) })
    else { return nil }
    let head = String(decoding: bytes[start..<open], as: UTF8.self)
    guard let ending = [".any", ".none"].first(where: { head.hasSuffix($0) }) else { return nil }
    self.source = source
    isNone = ending == ".none"
    listPlace = start..<open - ending.utf8.count
    let key = String(decoding: bytes[listPlace], as: UTF8.self)
    list = key.hasPrefix("args.") ? "data." + key.dropFirst(5) : key
    members = []
    var parts: [Range<Int>] = []
    var (from, isQuoted) = (open + 1, false)
    for offset in open + 1...last {
      if bytes[offset] == UInt8(ascii: "\""), bytes[offset - 1] != UInt8(ascii: "\\") {
        isQuoted.toggle()
      }
      guard offset == last || bytes[offset] == UInt8(ascii: ",") && !isQuoted else { continue }
      let isContinued = !bytes[from..<offset].contains { "=!<>".utf8.contains($0) }
      if isContinued, let previous = parts.popLast() {
        parts.append(previous.lowerBound..<offset)
      } else {
        parts.append(from..<offset)
      }
      from = offset + 1
    }
    members = parts.map { part in
      let place = source.range(ofUTF8: part)
      return SourceText(
        text: String(decoding: bytes[part], as: UTF8.self), source: source.source, range: place,
        verbatimStart: source.verbatimStart == nil ? nil : place.start)
    }
  }
}

extension PacketField {
  /// Whether it is a member of the elements of a list.
  func isMember(ofList list: String) -> Bool {
    FieldTable.shared.lists.contains(list) && key.hasPrefix(list + ".")
  }
}
