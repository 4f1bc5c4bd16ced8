// SPDX-License-Identifier: Apache-2.0

/// A list of values in a file of its own, which filters name as `@NAME`.
///
/// Each line holds one value. Blank lines, `#` and what follows it, line breaks of any system, a byte order mark and a dot
/// at the end of a name are passed over; of the lines of a hosts file, `0.0.0.0 NAME`, the names are taken.
/// Source: `docs/policy-language.md` §2.
public struct ValueList: Equatable, Sendable {
  /// The file.
  public let source: SourceFile
  /// Where each value stands, from its first to behind its last byte.
  private(set) var entries: [Range<Int>] = []
  /// What is wrong with the file whoever names it.
  private(set) var diagnostics: [Diagnostic] = []

  /// The most values of a list.
  public static let limit = 1_000_000
  /// The largest size of a list's file, in bytes: 32 MiB.
  public static let sizeLimit = 32 << 20
  /// The largest size of all lists of a set together, in bytes: 128 MiB.
  public static let totalSizeLimit = 128 << 20
  /// The most findings about a file.
  static let findingLimit = 1000

  /// Reads the lines of a file.
  public init(reading source: SourceFile) {
    self.source = source
    let bytes = source.bytes
    var start = source.textStart
    while start < bytes.count, diagnostics.count < Self.findingLimit {
      let end = bytes[start...].firstIndex { $0 == 10 || $0 == 13 } ?? bytes.count
      add(line: start..<end, of: bytes)
      if entries.count > Self.limit {
        diagnostics.append(.tooManyValues(self, from: start..<end))
        entries.removeLast(entries.count - Self.limit)
        return
      }
      start = end + 1
    }
  }

  private mutating func add(line: Range<Int>, of bytes: [UInt8]) {
    let end = bytes[line].firstIndex(of: UInt8(ascii: "#")) ?? line.upperBound
    var rest = line.lowerBound..<end
    guard let first = Self.word(of: bytes, &rest) else { return }
    guard let second = Self.word(of: bytes, &rest) else {
      entries.append(first)
      return
    }
    // A line of a hosts file begins with the address that its names have.
    guard (try? AddressSet(String(decoding: bytes[first], as: UTF8.self))) != nil else {
      diagnostics.append(.severalValues(self, at: second))
      return
    }
    entries.append(second)
    while entries.count <= Self.limit, let word = Self.word(of: bytes, &rest) {
      entries.append(word)
    }
  }

  /// Takes the first word of a part of a line; nil when there is none.
  private static func word(of bytes: [UInt8], _ rest: inout Range<Int>) -> Range<Int>? {
    func isBlank(_ byte: UInt8) -> Bool { byte == 32 || byte == 9 }
    guard let start = bytes[rest].firstIndex(where: { !isBlank($0) }) else { return nil }
    let end = bytes[start..<rest.upperBound].firstIndex(where: isBlank) ?? rest.upperBound
    rest = end..<rest.upperBound
    return start..<end
  }

  /// Where an entry stands.
  func range(_ bytes: Range<Int>) -> SourceRange {
    SourceRange(
      start: source.position(atByte: bytes.lowerBound),
      end: source.position(atByte: bytes.upperBound)
    )
  }

  /// The text of an entry.
  func text(_ bytes: Range<Int>) -> String { String(decoding: source.bytes[bytes], as: UTF8.self) }

  /// Adds the operands that an entry stands for where a filter takes a type.
  func add(
    _ entry: Range<Int>, _ type: FieldType, to operands: inout [Operand]
  ) throws(ValueFault) {
    if case .address = type, let number = IPAddress.ipv4(source.bytes[entry]) {
      let address = IPAddress(ipv4: number)
      operands.append(.addresses(address...address))
      return
    }
    guard case .name = type else {
      operands += try type.operands(text(entry))
      return
    }
    var text = text(entry)[...]
    if text.count > 1, text.hasSuffix(".") { text = text.dropLast() }
    guard text.hasPrefix("."), text.count > 1 else {
      operands += try type.operands(String(text))
      return
    }
    operands += try type.operands(String(text.dropFirst())) + type.operands("*" + text)
  }

  /// The path of a file that a document names.
  static func path(_ name: String, namedIn source: String) -> String {
    guard !name.hasPrefix("/"), let slash = source.lastIndex(of: "/") else { return name }
    return source[...slash] + name
  }

  /// Reads the file of a list, when other lists of the set have some bytes already.
  static func file(_ path: String, besides size: Int) throws(SourceFailure) -> SourceFile {
    guard size < totalSizeLimit else {
      throw SourceFailure(
        path: path,
        reason: "with this one, lists are longer than \(totalSizeLimit >> 20) MiB together")
    }
    return try SourceFile.read(path, upTo: sizeLimit, called: "list")
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
      .beyondBounds, "the list holds more than 1,000,000 values",
      source: list.source.name, range: list.range(bytes))
  }
}
