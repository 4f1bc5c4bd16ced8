// SPDX-License-Identifier: Apache-2.0

/// Finds the known words that a misspelt word most likely means.
public enum Nearest {
  /// Returns the known words that are nearest to a word, in their own order; empty if none is near.
  ///
  /// A word is near if it differs by at most one change for every three characters, and at least one: an extra, missing
  /// or wrong character, or two neighbours swapped. A word that differs only in case is nearest of all.
  public static func words(to word: String, among known: some Sequence<String>) -> [String] {
    // Of an endless word only the start is compared.
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

  /// Returns "did you mean `x`?", or with up to three words "did you mean `x` or `y`?"; nil if none is near.
  public static func question(_ word: String, among known: some Sequence<String>) -> String? {
    let candidates = words(to: word, among: known).prefix(3).map { "`\($0)`" }
    guard let last = candidates.last else { return nil }
    let others = candidates.dropLast().joined(separator: ", ")
    return "did you mean \(others.isEmpty ? last : "\(others) or \(last)")?"
  }

  /// Returns twice the number of changes between two words regardless of case, or 1 if only their case differs.
  ///
  /// - Parameters:
  ///   - word: in lower case.
  ///   - limit: the largest result that matters; any larger result may be returned for those above it.
  private static func distance(_ word: [Unicode.Scalar], _ other: String, limit: Int) -> Int {
    let changes = changes(word, Array(other.lowercased().unicodeScalars), limit: limit / 2)
    return changes == 0 ? 1 : 2 * changes
  }

  /// Returns the restricted Damerau–Levenshtein distance of two words.
  ///
  /// - Parameter limit: the largest result that matters; any larger result may be returned for those above it.
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
