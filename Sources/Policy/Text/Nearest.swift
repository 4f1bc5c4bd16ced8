/// Finds the known word that a misspelt one most likely means.
public enum Nearest {
  /// The known words that are nearest to a word, in their own order; empty when none is near.
  ///
  /// Near is at most one change for three characters of the word, at least one: a character too
  /// many, too few, wrong, or two neighbours exchanged. Nearest of all is what differs in case
  /// only.
  public static func words(to word: String, among known: some Sequence<String>) -> [String] {
    // Longer words than any known one need no distance.
    let start = word.unicodeScalars.prefix(64)
    let limit = 2 * max(1, start.count / 3)
    var nearest: [String] = []
    var least = limit
    let folded = Array(String(start).lowercased().unicodeScalars)
    for candidate in known {
      // Each change makes a word longer or shorter by one at most.
      let difference = abs(candidate.unicodeScalars.count - start.count)
      if 2 * difference > least { continue }
      let isSame = candidate.unicodeScalars.elementsEqual(start)
      let distance = isSame ? 0 : distance(folded, candidate, limit: least)
      if distance < least || (distance == least && nearest.isEmpty) {
        (nearest, least) = ([candidate], distance)
      } else if distance == least && !nearest.contains(candidate) {
        nearest.append(candidate)
      }
    }
    return nearest
  }

  /// "did you mean `x`?", or with several words "did you mean `x` or `y`?"; nil when none is near.
  public static func question(_ word: String, among known: some Sequence<String>) -> String? {
    let candidates = words(to: word, among: known).prefix(3).map { "`\($0)`" }
    guard let last = candidates.last else { return nil }
    let others = candidates.dropLast().joined(separator: ", ")
    return "did you mean \(others.isEmpty ? last : "\(others) or \(last)")?"
  }

  /// Twice the changes that make one word, in small letters, of another one, whose case does not count; 1 if only case
  /// differs.
  ///
  /// - Parameter limit: more than it stands for everything above.
  private static func distance(_ word: [Unicode.Scalar], _ other: String, limit: Int) -> Int {
    let changes = changes(word, Array(other.lowercased().unicodeScalars), limit: limit / 2)
    return changes == 0 ? 1 : 2 * changes
  }

  /// The least changes that make one word of another (restricted Damerau–Levenshtein distance).
  ///
  /// - Parameter limit: more than it stands for everything above.
  private static func changes(
    _ a: [Unicode.Scalar], _ b: [Unicode.Scalar], limit: Int
  ) -> Int {
    var last = Array(0...b.count)
    var (beforeLast, row) = (last, last)
    var leastOfLast = 0
    for i in a.indices {
      row[0] = i + 1
      var leastOfRow = i + 1
      for j in b.indices {
        var least = min(last[j + 1], row[j]) + 1
        least = min(least, last[j] + (a[i] == b[j] ? 0 : 1))
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
          least = min(least, beforeLast[j - 1] + 1)
        }
        row[j + 1] = least
        leastOfRow = min(leastOfRow, least)
      }
      // What follows is made of these two rows, of the first with one more change.
      if leastOfRow > limit, leastOfLast >= limit { return limit + 1 }
      leastOfLast = leastOfRow
      swap(&beforeLast, &last)
      swap(&last, &row)
    }
    return last[b.count]
  }
}
