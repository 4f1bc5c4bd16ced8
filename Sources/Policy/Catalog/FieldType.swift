// SPDX-License-Identifier: Apache-2.0

/// The type of a filter's key: which values it takes, and how they are parsed.
///
/// Source: `docs/policy-language.md` §2.
public enum FieldType: Equatable, Sendable {
  /// A whole number up to a maximum, or a range.
  case integer(maximum: UInt64)
  /// A whole number that may be negative, or a range. See ``FieldValue/signed(_:)``.
  case signedInteger
  /// A number that identifies something, such as an inode, and has no meaningful order.
  case identifier(maximum: UInt64)
  /// A port, or a range of ports.
  case port
  /// An address, a prefix, a range, or `10.1.*`.
  case address
  /// A text of which the first `comparedBytes` bytes are compared; a star at either end is a wildcard.
  case text(comparedBytes: Int)
  /// A DNS name or host name, compared without regard to the case of ASCII letters (RFC 4343).
  case name
  /// An absolute path, which matches itself and everything below it.
  case path
  /// A path, optionally after a mount namespace: `host:/p` or `4026531841:/p`.
  case executable
  /// The beginning of a container id.
  case containerID
  /// A name from a table, or its number.
  case enumeration(Enumeration)
  /// 0 or 1, `false` or `true`.
  case flag

  /// A text that is compared at any length.
  public static let text = FieldType.text(comparedBytes: .max)
  /// Returns the type of whole numbers with a width of 1 to 64 bits.
  public static func bits(_ width: UInt64) -> FieldType { .integer(maximum: .max >> (64 - width)) }

  /// Whether the operators `<`, `<=`, `>` and `>=` are allowed.
  public var hasOrder: Bool {
    switch self {
    case .integer, .signedInteger, .port: true
    default: false
    }
  }

  /// A description of the values with examples, for a sentence that starts with "it takes".
  public var takes: String {
    switch self {
    case .integer(let maximum): "integers from 0 to \(maximum), such as 1000, 0x3e8 or 1000-2000"
    case .signedInteger: "integers, such as 0, -1 or -10--1"
    case .identifier: "numbers, such as 4026531841"
    case .port: "ports from 0 to 65535, such as 443, https or 8000-8999"
    case .address:
      "addresses, such as 10.1.2.3, 10.0.0.0/8, 10.0.0.1-10.0.0.9, 10.1.*, fe80::/10 or private"
    case .text: "text, such as name, name*, *name or *name*"
    case .name: "names in any case, such as www.example.org or *.example.org"
    case .path: "absolute paths, such as /system.slice"
    case .executable: "paths, such as /usr/bin/dig, /usr/bin/*, host:/usr/bin/dig"
    case .containerID: "container ids or their beginnings, such as 3f9a"
    case .enumeration(let enumeration): enumeration.takes
    case .flag: "0, 1, false or true"
    }
  }
}

/// A table of names for numbers.
public struct Enumeration: Equatable, Sendable {
  /// A name and the numbers that it stands for; more than one if several numbers share a name.
  public struct Symbol: Equatable, Sendable {
    /// The name, as in events.
    public var name: String
    /// The numbers that have this name, as ranges.
    public var numbers: [ClosedRange<UInt64>]

    /// Creates a symbol for one number.
    public init(_ name: String, _ number: UInt64) {
      self.name = name
      numbers = [number...number]
    }

    /// Creates a symbol for ranges of numbers.
    public init(_ name: String, _ numbers: [ClosedRange<UInt64>]) {
      self.name = name
      self.numbers = numbers
    }
  }

  /// The symbols, in order of their numbers.
  public var symbols: [Symbol]
  /// The largest number, with or without a name.
  public var maximum: UInt64

  /// Creates a table of names for numbers from 0 to `maximum`.
  public init(_ symbols: [Symbol], maximum: UInt64) {
    self.symbols = symbols
    self.maximum = maximum
  }

  /// Returns the name of a number, preferring one that is for this number alone; nil if it has none.
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
