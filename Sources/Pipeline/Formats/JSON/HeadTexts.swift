// SPDX-License-Identifier: Apache-2.0

import Policy

/// The JSON of heads of HTTP that come again and again, written once for each and kept while there is room.
@safe final class HeadTexts {
  private struct Text: ~Copyable {
    var number: UInt64 = 0
    var json = LineBuffer(capacity: 0)
  }

  /// The most bytes of a text that is kept.
  private static let limit = 1 << 12
  /// Each head has two texts.
  private static let count = 2 * KnownHeads.count

  // No array, for its places would be checked for someone else who changes them at the same time.
  private var texts: UnsafeMutablePointer<Text>?

  deinit {
    guard let texts = unsafe texts else { return }
    unsafe texts.deinitialize(count: Self.count)
    unsafe texts.deallocate()
  }

  /// Writes what an event says of a head, if that is kept.
  func append(_ head: borrowing HTTPHead, in kind: EventKind, to line: inout LineBuffer) -> Bool {
    guard let number = head.number, let texts = unsafe texts else { return false }
    let place = Self.place(number, kind)
    guard unsafe texts[place].number == number else { return false }
    unsafe line.append(texts[place].json.bytes)
    return true
  }

  /// Keeps what an event says of a head: what a line has behind its first bytes, which must depend on the head and the kind alone.
  func keep(
    _ line: borrowing LineBuffer, from start: Int, of head: borrowing HTTPHead, in kind: EventKind
  ) {
    guard let number = head.number, line.count - start <= Self.limit else { return }
    let texts = unsafe texts ?? Self.makeTexts()
    unsafe self.texts = texts
    let place = Self.place(number, kind)
    unsafe texts[place].number = number
    unsafe texts[place].json.truncate(to: 0)
    unsafe texts[place].json.append(line, start..<line.count)
  }

  private static func place(_ number: UInt64, _ kind: EventKind) -> Int {
    2 * Int(number % UInt64(KnownHeads.count)) + (kind == .http ? 0 : 1)
  }

  private static func makeTexts() -> UnsafeMutablePointer<Text> {
    let texts = UnsafeMutablePointer<Text>.allocate(capacity: count)
    for place in 0..<count { unsafe (texts + place).initialize(to: Text()) }
    return unsafe texts
  }
}
