// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import Policy

struct NearestTests {
  /// The distance is not looked for further than a candidate can still be the nearest; that must not show.
  @Test func `the nearest words are those that a plain comparison with all finds`() {
    let seed = SplitMix.seed()
    var random = SplitMix(state: seed)
    let known = ["net_packet_tcp", "net_packet_udp", "src", "dst", "src_port", "dst_port", "Src"]
    var found = 0
    for _ in 0..<3_000 {
      var word = Array(known.randomElement(using: &random) ?? "")
      for _ in 0..<Int.random(in: 0...5, using: &random) where word.count > 1 {
        let place = Int.random(in: 0..<word.count - 1, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: word.remove(at: place)
        case 1: word.insert("t", at: place)
        case 2: word[place] = "S"
        default: word.swapAt(place, place + 1)
        }
      }
      let nearest = Nearest.words(to: String(word), among: known)
      let expected = Self.nearest(to: String(word), known)
      #expect(nearest == expected, "seed \(seed): \(String(word))")
      if !expected.isEmpty { found += 1 }
    }
    #expect(found > 100 && found < 3_000)
  }

  private static func nearest(to word: String, _ known: [String]) -> [String] {
    let distances = known.map { other in
      let changes = changes(Array(word.lowercased()), Array(other.lowercased()))
      return word == other ? 0 : max(1, 2 * changes)
    }
    let least = distances.min() ?? 0
    guard least <= 2 * max(1, word.count / 3) else { return [] }
    return zip(known, distances).filter { $0.1 == least }.map(\.0)
  }

  private static func changes(_ a: [Character], _ b: [Character]) -> Int {
    var table = Array(repeating: Array(repeating: 0, count: b.count + 1), count: a.count + 1)
    for i in 0...a.count {
      for j in 0...b.count {
        if i == 0 || j == 0 {
          table[i][j] = i + j
          continue
        }
        var least = min(table[i - 1][j], table[i][j - 1]) + 1
        least = min(least, table[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1))
        if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
          least = min(least, table[i - 2][j - 2] + 1)
        }
        table[i][j] = least
      }
    }
    return table[a.count][b.count]
  }
}
