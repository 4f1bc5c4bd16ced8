/// A row: one bit for each rule of a plan, in words of 64.
struct Row: Equatable, Hashable, Sendable {
  private(set) var words: [UInt64]

  /// Makes a row of `bits` bits, all clear.
  init(bits: Int) { words = Array(repeating: 0, count: Row.words(for: bits)) }

  /// The words that hold `bits` bits: at least one.
  static func words(for bits: Int) -> Int { max(1, (bits + 63) / 64) }

  subscript(bit: Int) -> Bool {
    get { words[bit / 64] >> UInt64(bit % 64) & 1 == 1 }
    set {
      let mask: UInt64 = 1 << UInt64(bit % 64)
      if newValue { words[bit / 64] |= mask } else { words[bit / 64] &= ~mask }
    }
  }
}

/// The distinct rows of a plan, each with its index.
struct RowTable: Sendable {
  private(set) var rows: [Row] = []
  private var indexes: [Row: UInt32] = [:]

  /// The index of a row, which is added when it is new.
  mutating func index(of row: Row) -> UInt32 {
    if let known = indexes[row] { return known }
    let index = UInt32(rows.count)
    rows.append(row)
    indexes[row] = index
    return index
  }

  /// Adds rows side by side and gives the index of the first, so that a class number can be added to it.
  mutating func append(_ classes: [Row]) -> UInt32 {
    let base = UInt32(rows.count)
    rows.append(contentsOf: classes)
    return base
  }
}
