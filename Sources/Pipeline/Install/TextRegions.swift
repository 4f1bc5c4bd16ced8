import Policy

/// A leaf or branch of a trie of texts: exactly a text, or all that begin with it.
struct TextPrefix: Hashable, Sendable {
  /// The bytes; of an exact text also the NUL that ends it, when the field has room for one.
  var bytes: [UInt8]

  /// The bytes that a trie of fields of `capacity` bytes compares for a pattern; nil when such a trie cannot tell.
  init?(_ pattern: TextPattern, capacity: Int) {
    switch pattern {
    case .exact(let text): bytes = Array(text.utf8) + [0]
    case .prefix(let text): bytes = Array(text.utf8)
    case .suffix, .contains: return nil
    }
    guard bytes.count <= capacity, !bytes.dropLast().contains(0) else { return nil }
  }

  /// Every text.
  static let all = TextPrefix(bytes: [])

  private init(bytes: [UInt8]) { self.bytes = bytes }

  /// Whether the bytes are a whole text.
  var isExact: Bool { bytes.last == 0 }
}

/// The regions that a set of text prefixes cuts all texts into, as a longest-prefix trie sees them.
enum TextRegions {
  /// Each prefix that is the longest one for some text of at most `capacity - 1` bytes, with such a text.
  static func regions(
    of prefixes: Set<TextPrefix>, capacity: Int
  ) -> [(prefix: TextPrefix, member: String)] {
    let all = prefixes.union([.all])
    return all.sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }.compactMap { prefix in
      if prefix.isExact {
        return (prefix, String(decoding: prefix.bytes.dropLast(), as: UTF8.self))
      }
      let inner = all.filter {
        $0.bytes.count > prefix.bytes.count && $0.bytes.starts(with: prefix.bytes)
      }
      return member(of: prefix, outside: inner, capacity: capacity).map { (prefix, $0) }
    }
  }

  /// A text that begins with `prefix` and is in none of `inner`: the prefix itself, or with one or two bytes more.
  private static func member(
    of prefix: TextPrefix, outside inner: Set<TextPrefix>, capacity: Int
  ) -> String? {
    func isFree(_ more: [UInt8]) -> Bool {
      let whole = prefix.bytes + more + [0]
      return whole.count <= capacity && !inner.contains { whole.starts(with: $0.bytes) }
    }
    let ascii = (0x21 as UInt8)...0x7e
    var found: [UInt8]? = isFree([]) ? [] : nil
    found = found ?? ascii.first { isFree([$0]) }.map { [$0] }
    if found == nil {
      pairs: for first in ascii {
        for second in ascii where isFree([first, second]) {
          found = [first, second]
          break pairs
        }
      }
    }
    return found.map { String(decoding: prefix.bytes + $0, as: UTF8.self) }
  }
}
