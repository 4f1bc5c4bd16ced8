/// What a key of a filter takes, and how its values are read.
///
/// Source: `docs/policy-language.md` §2.
public enum FieldType: Equatable, Sendable {
  /// A whole number up to a maximum, or a range.
  case integer(maximum: UInt64)
  /// A whole number that may be negative, or a range. See ``FieldValue/signed(_:)``.
  case signedInteger
  /// A number that names something and has no order, such as an inode.
  case identifier(maximum: UInt64)
  /// A port, or a range of ports.
  case port
  /// An address, a prefix, a range, or `10.1.*`.
  case address
  /// A text, of which only so many bytes are compared; a star at either end stands for anything.
  case text(comparedBytes: Int)
  /// A name of DNS or a host, as a text of ASCII letters in any case (RFC 4343).
  case name
  /// An absolute path that stands for itself and everything below it.
  case path
  /// A text with a mount namespace before it, `host:/p` or `4026531841:/p`, or without.
  case executable
  /// The beginning of a container's id.
  case containerID
  /// A name of a table, or its number.
  case enumeration(Enumeration)
  /// 0 or 1, `false` or `true`.
  case flag

  /// Text of any length.
  public static let text = FieldType.text(comparedBytes: .max)
  /// A whole number of 8, 16, 32 or 64 bits.
  public static func bits(_ width: UInt64) -> FieldType { .integer(maximum: .max >> (64 - width)) }

  /// Whether `<`, `<=`, `>` and `>=` can be used.
  public var hasOrder: Bool {
    switch self {
    case .integer, .signedInteger, .port: true
    default: false
    }
  }

  /// What the key takes, for a sentence that begins with "it takes".
  public var takes: String {
    switch self {
    case .integer(let maximum): "integers from 0 to \(maximum), such as 1000, 0x3e8 or 1000-2000"
    case .signedInteger: "integers, such as 0, -1 or -10--1"
    case .identifier: "numbers, such as 4026531841"
    case .port: "ports from 0 to 65535, such as 443 or 8000-8999"
    case .address: "addresses, such as 10.1.2.3, 10.0.0.0/8, 10.0.0.1-10.0.0.9, 10.1.* or fe80::/10"
    case .text: "texts, such as name, name*, *name or *name*"
    case .name: "names in any case, such as www.example.org or *.example.org"
    case .path: "absolute paths, such as /system.slice"
    case .executable: "paths, such as /usr/bin/dig, /usr/bin/*, host:/usr/bin/dig"
    case .containerID: "container ids, or how they begin, such as 3f9a"
    case .enumeration(let enumeration): enumeration.takes
    case .flag: "0, 1, false or true"
    }
  }
}

/// Numbers with names.
public struct Enumeration: Equatable, Sendable {
  /// A name, and the numbers it stands for: more than one where several are shown alike.
  public struct Symbol: Equatable, Sendable {
    /// The name, as events show it.
    public var name: String
    /// The numbers.
    public var numbers: [ClosedRange<UInt64>]

    /// Makes a symbol for one number.
    public init(_ name: String, _ number: UInt64) {
      self.name = name
      numbers = [number...number]
    }

    /// Makes a symbol for several numbers.
    public init(_ name: String, _ numbers: [ClosedRange<UInt64>]) {
      self.name = name
      self.numbers = numbers
    }
  }

  /// The names in order of their numbers.
  public var symbols: [Symbol]
  /// The largest number, named or not.
  public var maximum: UInt64

  /// Makes a table of names.
  public init(_ symbols: [Symbol], maximum: UInt64) {
    self.symbols = symbols
    self.maximum = maximum
  }

  /// The name that stands for just this number, or for all numbers that have no other; nil when there is none.
  public func name(of number: UInt64) -> String? {
    let named = symbols.filter { symbol in symbol.numbers.contains { $0.contains(number) } }
    return (named.first { $0.numbers == [number...number] } ?? named.first)?.name
  }

  var takes: String {
    var names: [String] = []
    for symbol in symbols where (names + [symbol.name]).joined(separator: ", ").utf8.count <= 60 {
      names.append(symbol.name)
    }
    let more = names.count < symbols.count ? ", …" : ""
    return "a name (\(names.joined(separator: ", "))\(more)) or a number from 0 to \(maximum)"
  }
}
