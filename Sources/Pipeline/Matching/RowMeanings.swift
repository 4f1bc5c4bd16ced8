// SPDX-License-Identifier: Apache-2.0

/// What rows mean, of those that came lately.
///
/// A row has a few places that its hash gives it. Where all are taken there are more of them, up to a limit; from then on one
/// of them is given up.
struct RowMeanings {
  /// The hashes of rows, those of a set one after the other; 0 where there is none.
  private var hashes: [UInt64]
  private var meanings: [Uncounted<RowMeaning>?]
  /// What ``meanings`` refers to.
  private var kept: [RowMeaning?]
  private var setBits = 0
  /// Counts those that were given up, so that it is another one each time.
  private var turn = 0

  /// The places that a row can have.
  private static let ways = 8
  /// The most sets, as a power of two: with them there are 4,096 places, so that a thousand rules that are met one at a time have
  /// one each.
  private static let setBitsLimit = 9

  init() {
    hashes = Array(repeating: 0, count: Self.ways)
    meanings = Array(repeating: nil, count: Self.ways)
    kept = Array(repeating: nil, count: Self.ways)
  }

  /// The meaning of a row; nil when it is not there.
  ///
  /// - Parameter hash: that of ``Row/hash(of:)``.
  @inline(__always)
  func find(_ row: RawSpan, _ hash: UInt64) -> Uncounted<RowMeaning>? {
    let first = set(of: hash)
    for place in first..<first &+ Self.ways where hashes[place] == hash {
      guard let meaning = meanings[place], meaning.use({ $0.isMeaning(of: row) }) else { continue }
      return meaning
    }
    return nil
  }

  /// Takes the meaning of a row that is not there.
  ///
  /// - Returns: the one that had to go for it.
  mutating func insert(_ meaning: RowMeaning, _ hash: UInt64) -> RowMeaning? {
    while true {
      let first = set(of: hash)
      for place in first..<first + Self.ways where kept[place] == nil {
        put(meaning, hash, place)
        return nil
      }
      if setBits == Self.setBitsLimit {
        turn = (turn + 1) % Self.ways
        let old = kept[first + turn]
        put(meaning, hash, first + turn)
        return old
      }
      grow()
    }
  }

  /// Gives `body` each of them.
  func forEach(_ body: (RowMeaning) -> Void) {
    for case let meaning? in kept { body(meaning) }
  }

  private func set(of hash: UInt64) -> Int {
    setBits == 0 ? 0 : Int(hash >> UInt64(64 - setBits)) * Self.ways
  }

  private mutating func put(_ meaning: RowMeaning, _ hash: UInt64, _ place: Int) {
    hashes[place] = hash
    meanings[place] = unsafe Uncounted(meaning)
    kept[place] = meaning
  }

  /// Makes two sets of each: those of one go to no other.
  private mutating func grow() {
    let old = (hashes, kept)
    setBits += 1
    hashes = Array(repeating: 0, count: Self.ways << setBits)
    meanings = Array(repeating: nil, count: Self.ways << setBits)
    kept = Array(repeating: nil, count: Self.ways << setBits)
    for (hash, meaning) in zip(old.0, old.1) {
      guard let meaning else { continue }
      let first = set(of: hash)
      for place in first..<first + Self.ways where kept[place] == nil {
        put(meaning, hash, place)
        break
      }
    }
  }
}
