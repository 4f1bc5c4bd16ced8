// SPDX-License-Identifier: Apache-2.0

/// A list of values in a file of its own, which filters name as `@NAME`.
///
/// Each line holds one value. Blank lines, `#` and what follows it, line breaks of any system, a byte order mark and a dot
/// at the end of a name are passed over; of the lines of a hosts file, `0.0.0.0 NAME`, the names are taken.
/// Source: `docs/policy-language.md` §2.
public struct ValueList: Equatable, Sendable {
  /// A value and where it stands.
  struct Entry: Equatable, Sendable {
    var text: String
    /// From its first to behind its last byte.
    var bytes: Range<Int>
  }

  /// The file.
  public let source: SourceFile
  private(set) var entries: [Entry] = []
  /// What is wrong with the file whoever names it.
  private(set) var diagnostics: [Diagnostic] = []

  /// The most values of a list.
  public static let limit = 10_000

  /// Reads the lines of a file.
  public init(reading source: SourceFile) {
    self.source = source
    let bytes = source.bytes
    var start = source.textStart
    while start < bytes.count {
      let end = bytes[start...].firstIndex { $0 == 10 || $0 == 13 } ?? bytes.count
      add(line: start..<end)
      if entries.count > Self.limit {
        diagnostics.append(.tooManyValues(self, from: start..<end))
        entries.removeLast(entries.count - Self.limit)
        return
      }
      start = end + 1
    }
  }

  private mutating func add(line: Range<Int>) {
    let bytes = source.bytes
    let end = bytes[line].firstIndex(of: UInt8(ascii: "#")) ?? line.upperBound
    var words: [Range<Int>] = []
    for index in line.lowerBound..<end where bytes[index] != 32 && bytes[index] != 9 {
      if let last = words.last, last.upperBound == index {
        words[words.count - 1] = last.lowerBound..<index + 1
      } else {
        words.append(index..<index + 1)
      }
    }
    // A line of a hosts file begins with the address that its names have.
    if words.count > 1, let first = words.first,
      (try? AddressSet(String(decoding: bytes[first], as: UTF8.self))) != nil
    {
      words.removeFirst()
    } else if words.count > 1 {
      diagnostics.append(.severalValues(self, at: words[1]))
      return
    }
    entries += words.map {
      Entry(text: String(decoding: bytes[$0], as: UTF8.self), bytes: $0)
    }
  }

  /// Where an entry stands.
  func range(_ bytes: Range<Int>) -> SourceRange {
    SourceRange(
      start: source.position(atByte: bytes.lowerBound),
      end: source.position(atByte: bytes.upperBound)
    )
  }

  /// The operands that an entry stands for where a filter takes a type.
  static func operands(_ entry: Entry, _ type: FieldType) throws(ValueFault) -> [Operand] {
    guard case .name = type else { return try type.operands(entry.text) }
    var text = entry.text[...]
    if text.count > 1, text.hasSuffix(".") { text = text.dropLast() }
    guard text.hasPrefix("."), text.count > 1 else { return try type.operands(String(text)) }
    return try type.operands(String(text.dropFirst())) + type.operands("*" + text)
  }

  /// The path of a file that a document names.
  static func path(_ name: String, namedIn source: String) -> String {
    guard !name.hasPrefix("/"), let slash = source.lastIndex(of: "/") else { return name }
    return source[...slash] + name
  }

  /// Reads the file of a list.
  static func file(_ path: String) throws(SourceFailure) -> SourceFile {
    try SourceFile.read(path)
  }
}

extension Diagnostic {
  fileprivate static func severalValues(_ list: ValueList, at bytes: Range<Int>) -> Self {
    Self(
      .invalidValue, "a line of a list holds one value", source: list.source.name,
      range: list.range(bytes), help: "write each value on a line of its own; `#` begins a comment")
  }

  fileprivate static func tooManyValues(_ list: ValueList, from bytes: Range<Int>) -> Self {
    Self(
      .beyondBounds, "the list holds more than \(ValueList.limit) values",
      source: list.source.name, range: list.range(bytes))
  }
}
