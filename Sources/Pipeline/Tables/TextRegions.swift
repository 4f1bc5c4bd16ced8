// SPDX-License-Identifier: Apache-2.0

import Policy

/// A leaf or branch of a trie of texts: exactly a text, or all that begin with it.
struct TextPrefix: TriePrefix, Sendable {
  /// The bytes; of an exact text also the NUL that ends it.
  var bytes: [UInt8]

  /// The bytes that a trie of fields of `capacity` bytes compares for a pattern; nil when such a trie cannot tell.
  init?(_ pattern: TextPattern, capacity: Int) {
    switch pattern {
    case .exact(let text): bytes = Array(text.utf8) + [0]
    case .prefix(let text): bytes = Array(text.utf8)
    case .suffix(let text), .contains(let text):
      guard text.isEmpty else { return nil }
      bytes = []
    }
    guard bytes.count <= capacity, !bytes.dropLast().contains(0) else { return nil }
  }

  /// Every text.
  static let all = TextPrefix(bytes: [])
  /// The empty text: it often means that there is none.
  static let empty = TextPrefix(bytes: [0])

  private init(bytes: [UInt8]) { self.bytes = bytes }

  /// Whether the bytes are a whole text.
  var isExact: Bool { bytes.last == 0 }

  func contains(_ other: TextPrefix) -> Bool { other.bytes.starts(with: bytes) }

  static func < (a: TextPrefix, b: TextPrefix) -> Bool {
    a.bytes.lexicographicallyPrecedes(b.bytes)
  }

  /// The first `count` bytes.
  fileprivate func cut(to count: Int) -> TextPrefix {
    TextPrefix(bytes: Array(bytes.prefix(count)))
  }

  /// Exactly the text that begins with this one and goes on with more.
  fileprivate func exactly(_ more: some Collection<UInt8>) -> TextPrefix {
    TextPrefix(bytes: bytes + more + [0])
  }
}

/// The regions that a set of text prefixes cuts all texts into, as a longest-prefix trie sees them.
enum TextRegions {
  /// Returns for each prefix a text of at most `capacity` bytes of which it is the longest prefix; nil where there is none.
  ///
  /// - Parameter prefixes: each once, ``TextPrefix/all`` and ``TextPrefix/empty`` among them.
  static func members(of prefixes: [TextPrefix], capacity: Int) -> [String?] {
    let all = Set(prefixes)
    return prefixes.map { prefix in
      prefix.isExact
        ? String(decoding: prefix.bytes.dropLast(), as: UTF8.self)
        : member(of: prefix, among: all, capacity: capacity)
    }
  }

  /// A text that begins with `prefix` and with no longer one of the others: the prefix itself, or with one character more.
  private static func member(
    of prefix: TextPrefix, among all: Set<TextPrefix>, capacity: Int
  ) -> String? {
    func isFree(_ more: some Collection<UInt8>) -> Bool {
      let whole = prefix.exactly(more)
      return whole.bytes.count <= capacity
        && !(prefix.bytes.count + 1...whole.bytes.count).contains {
          all.contains(whole.cut(to: $0))
        }
    }
    let start = String(decoding: prefix.bytes, as: UTF8.self)
    // A text that fills the field has no NUL behind it.
    if prefix.bytes.count == capacity || isFree([]) { return start }
    // Visible ASCII first. There are more of the others than a set of prefixes can take.
    for range in [0x21...0x7e as ClosedRange<UInt32>, 0x01...0x20, 0x7f...0xd7ff] {
      for character in range.lazy.compactMap(Unicode.Scalar.init).map({ String($0) })
      where isFree(Array(character.utf8)) {
        return start + character
      }
    }
    return nil
  }
}
