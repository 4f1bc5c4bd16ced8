// SPDX-License-Identifier: Apache-2.0

import CBPF

/// One bit for each rule of a plan.
struct Row: Equatable, Hashable, Sendable {
  /// The most words that a row has.
  static let wordLimit = Int(TP_ROW_WORDS_MAX)

  /// The words that are there, the lowest bit of the first for rule 0; the others are 0.
  private(set) var words = InlineArray<16, UInt64>(repeating: 0)
  /// How many words are there.
  let count: Int

  /// Makes a row with no bit set.
  init(count: Int = Row.wordLimit) {
    precondition((1...Row.wordLimit).contains(count), "a row has between 1 and 16 words")
    self.count = count
  }

  /// Takes the words of a record.
  init(_ bytes: RawSpan) {
    self.init(count: bytes.byteCount / 8)
    for index in 0..<count { words[index] = bytes.host(index * 8) }
  }

  /// Two rows are equal when they have the same bits, whatever their lengths.
  static func == (a: Row, b: Row) -> Bool {
    for index in 0..<max(a.count, b.count) where a.words[index] != b.words[index] { return false }
    return true
  }

  func hash(into hasher: inout Hasher) {
    for index in words.indices { hasher.combine(words[index]) }
  }

  /// The words that hold the bits of so many rules: at least one.
  static func words(for rules: Int) -> Int { max(1, (rules + 63) / 64) }

  /// Whether a rule's bit is set.
  subscript(rule: Int) -> Bool {
    get { words[rule / 64] & 1 << UInt64(rule % 64) != 0 }
    set {
      precondition(rule / 64 < count, "a bit beyond the end of its row")
      if newValue {
        words[rule / 64] |= 1 << UInt64(rule % 64)
      } else {
        words[rule / 64] &= ~(1 << UInt64(rule % 64))
      }
    }
  }

  /// Whether two rows have a bit in common.
  func intersects(_ other: Row) -> Bool {
    for index in 0..<min(count, other.count) where words[index] & other.words[index] != 0 {
      return true
    }
    return false
  }

  /// The bits that either has.
  func union(_ other: Row) -> Row {
    var row = self
    for index in 0..<count { row.words[index] |= other.words[index] }
    return row
  }

  /// Whether no bit is set.
  var isEmpty: Bool {
    for index in 0..<count where words[index] != 0 { return false }
    return true
  }

  /// Keeps the bits that another row has too, and says whether any is left.
  @discardableResult
  mutating func keep(_ other: Row) -> Bool {
    var any: UInt64 = 0
    for index in 0..<count {
      words[index] &= other.words[index]
      any |= words[index]
    }
    return any != 0
  }

  /// Keeps the bits that another row has too.
  mutating func formIntersection(_ other: Row) {
    for index in 0..<count { words[index] &= other.words[index] }
  }

  /// The bits that both have.
  func intersection(_ other: Row) -> Row {
    var row = self
    for index in 0..<count { row.words[index] &= other.words[index] }
    return row
  }

  /// The bits that the other has not.
  func subtracting(_ other: Row) -> Row {
    var row = self
    for index in 0..<count { row.words[index] &= ~other.words[index] }
    return row
  }

  /// A number that is the same for the same words, with its best bits on top.
  ///
  /// Each word is multiplied on its own, so the processor need not wait for one to take the next.
  static func hash(of words: RawSpan) -> UInt64 {
    var (hash, key): (UInt64, UInt64) = (0, 0)
    var offset = 0
    while offset < words.byteCount {
      key &+= 0xd1b5_4a32_d192_ed03
      let word: UInt64 = words.host(offset)
      let product = (word ^ key).multipliedFullWidth(by: key ^ 0x9e37_79b9_7f4a_7c15)
      hash &+= product.high ^ product.low
      offset &+= 8
    }
    return (hash ^ hash >> 29) &* 0x9e37_79b9_7f4a_7c15
  }

  /// The words as bytes.
  var bytes: RawSpan {
    @_lifetime(borrow self) get { unsafe words.span.bytes.extracting(0..<count * 8) }
  }

  /// Gives `body` the number of each bit that is set, in rising order.
  func forEachRule(_ body: (Int) -> Void) {
    for index in 0..<count {
      var word = words[index]
      while word != 0 {
        body(index * 64 + word.trailingZeroBitCount)
        word &= word - 1
      }
    }
  }
}
