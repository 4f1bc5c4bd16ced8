import CBPF

/// One bit for each rule of a plan.
struct Row: Equatable, Hashable, Sendable {
  /// The most words that a row has.
  static let wordLimit = Int(TP_ROW_WORDS_MAX)

  /// The words; the lowest bit of the first is rule 0.
  var words = InlineArray<16, UInt64>(repeating: 0)

  static func == (a: Row, b: Row) -> Bool {
    for index in a.words.indices where a.words[index] != b.words[index] { return false }
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
      if newValue {
        words[rule / 64] |= 1 << UInt64(rule % 64)
      } else {
        words[rule / 64] &= ~(1 << UInt64(rule % 64))
      }
    }
  }

  /// Gives `body` the number of each bit that is set, in rising order.
  func forEachRule(_ body: (Int) -> Void) {
    for index in words.indices {
      var word = words[index]
      while word != 0 {
        body(index * 64 + word.trailingZeroBitCount)
        word &= word - 1
      }
    }
  }
}
