// SPDX-License-Identifier: Apache-2.0

/// Texts of which each stands for all that no condition tells from it.
struct SampleTexts {
  /// The texts, the shortest that will do.
  private(set) var texts: [String] = []
  /// Whether every text is met by the same conditions as one of these.
  private(set) var isComplete = true

  private static let letters = "xzqjkvwybcdefghilmnoprstua0123456789".map(String.init)

  /// Finds samples for some patterns.
  ///
  /// - Parameters:
  ///   - start: what all texts begin with.
  ///   - limit: the most bytes of a text.
  ///   - accepts: whether a text can be written and is a value of the field.
  init(
    _ patterns: Set<TextPattern>, start: String = "", limit: Int = .max,
    accepts: (String) -> Bool
  ) {
    if start.isEmpty, let mirrored = Self.mirrored(patterns) {
      let samples = SampleTexts(mirrored, limit: limit) { accepts($0.mirrored) }
      texts = samples.texts.map(\.mirrored)
      isComplete = samples.isComplete
      return
    }
    let starts = patterns.compactMap { pattern in
      switch pattern {
      case .exact(let text), .prefix(let text): text
      case .suffix, .contains: nil
      }
    }
    var found: [String] = []
    let other = Self.longer(than: start, apartFrom: starts)
    found += other.map { [$0] } ?? []
    if other == nil { isComplete = false }
    var (prefixes, suffixes): ([String], [String]) = ([start], [])
    for pattern in patterns.sorted(by: { $0.order < $1.order }) {
      switch pattern {
      case .exact(let text): found.append(text)
      case .prefix(let text):
        prefixes.append(text)
        let longer = Self.longer(than: text, apartFrom: starts)
        if longer == nil { isComplete = false }
        // A name does not end, or begin, with the separator of its parts.
        let isPart = text.hasSuffix(".") || text.hasSuffix("/")
        found += (isPart ? [longer, text] : [text, longer]).compactMap(\.self)
      case .suffix(let text), .contains(let text):
        if text.isEmpty { continue }
        isComplete = false
        suffixes.append(text)
        found += [text, start + "x" + text, start + "x" + text + "x"]
      }
    }
    for prefix in prefixes.prefix(32) {
      for suffix in suffixes.prefix(32) {
        found += [prefix + suffix, prefix + "x" + suffix, prefix + suffix + "x"]
        for other in suffixes.prefix(8) { found.append(prefix + "x" + other + suffix) }
      }
    }
    var known: Set<String> = []
    texts = found.filter { text in
      guard !text.isEmpty, known.insert(text).inserted else { return false }
      return text.utf8.count <= limit && text.hasPrefix(start) && accepts(text)
    }
  }

  /// Returns patterns of the same texts read from their ends; nil unless the patterns are ends and exact texts of ASCII.
  ///
  /// What ends in a text then is what begins with one, for which samples are complete.
  private static func mirrored(_ patterns: Set<TextPattern>) -> Set<TextPattern>? {
    var mirrored: Set<TextPattern> = []
    var hasEnds = false
    for pattern in patterns {
      switch pattern {
      case .exact(let text):
        guard text.isASCII else { return nil }
        mirrored.insert(.exact(text.mirrored))
      case .suffix(let text):
        guard text.isASCII else { return nil }
        hasEnds = true
        mirrored.insert(.prefix(text.mirrored))
      case .prefix, .contains: return nil
      }
    }
    return hasEnds ? mirrored : nil
  }

  /// A text that begins with one, and with none that is longer.
  private static func longer(than text: String, apartFrom starts: [String]) -> String? {
    let longer = starts.filter {
      $0.utf8.count > text.utf8.count && $0.utf8.starts(with: text.utf8)
    }
    return letters.lazy.map { text + $0 }.first { candidate in
      !longer.contains { $0.utf8.starts(with: candidate.utf8) }
    }
  }
}

extension TextPattern {
  /// What patterns are sorted by, so that samples come in the same order each time.
  fileprivate var order: (kind: Int, text: String) {
    switch self {
    case .exact(let text): (0, text)
    case .prefix(let text): (1, text)
    case .suffix(let text): (2, text)
    case .contains(let text): (3, text)
    }
  }
}

extension String {
  fileprivate var isASCII: Bool { utf8.allSatisfy { $0 < 0x80 } }

  /// A text of ASCII read from its end.
  fileprivate var mirrored: String { String(decoding: utf8.reversed(), as: UTF8.self) }
}
