extension FieldType {
  /// Reads the value after `=` or `!=`.
  public func operands(_ text: String) throws(ValueFault) -> [Operand] {
    switch self {
    case .integer, .signedInteger, .port:
      return [.numbers(try range(text))]
    case .identifier:
      let number = try number(text)
      return [.numbers(number...number)]
    case .address:
      return try AddressSet(text).ranges.map { .addresses($0) }
    case .text(let comparedBytes):
      return [.text(TextPattern(text, comparedBytes: comparedBytes))]
    case .name:
      return [.text(TextPattern(text.smallLetters))]
    case .path:
      return try Self.path(text)
    case .executable:
      return [try Self.executable(text)]
    case .containerID:
      guard text.utf8.allSatisfy(Self.isContainerIDByte) else {
        throw ValueFault("`\(text)` cannot be the beginning of a container's id")
      }
      return [.text(.prefix(text))]
    case .enumeration(let enumeration):
      return try enumeration.numbers(text).map { .numbers($0) }
    case .flag:
      guard let value = ["0": 0, "false": 0, "1": 1, "true": 1][text] as UInt64? else {
        throw ValueFault("`\(text)` is neither 0, 1, false nor true")
      }
      return [.numbers(value...value)]
    }
  }

  /// Reads the value after `<`, `<=`, `>` or `>=`.
  ///
  /// Only for types that have an order.
  public func limit(_ text: String) throws(ValueFault) -> UInt64 {
    precondition(hasOrder, "\(self) has no order")
    return try number(text)
  }

  /// `lo-hi`, or one number.
  private func range(_ text: String) throws(ValueFault) -> ClosedRange<UInt64> {
    // The first byte may be the sign of the lower end.
    guard let dash = text.dropFirst().firstIndex(of: "-") else {
      let number = try number(text)
      return number...number
    }
    let low = try number(text[..<dash])
    let high = try number(text[text.index(after: dash)...])
    guard low <= high else { throw ValueFault("the range `\(text)` is empty") }
    return low...high
  }

  private func number(_ text: some StringProtocol) throws(ValueFault) -> UInt64 {
    switch self {
    case .signedInteger:
      let isNegative = text.hasPrefix("-")
      guard let magnitude = WholeNumber.read(isNegative ? text.dropFirst() : text[...]),
        let value = Int64(String(isNegative ? "-" : "") + String(magnitude))
      else { throw ValueFault("`\(text)` is not an integer") }
      return FieldValue.biased(value)
    case .integer(let maximum), .identifier(let maximum):
      return try Self.number(text, upTo: maximum, "an integer")
    default:
      return try Self.number(text, upTo: 65535, "a port")
    }
  }

  private static func number(
    _ text: some StringProtocol, upTo maximum: UInt64, _ kind: String
  ) throws(ValueFault) -> UInt64 {
    guard let number = WholeNumber.read(text) else {
      throw ValueFault("`\(text)` is not \(kind)")
    }
    guard number <= maximum else { throw ValueFault("\(text) is more than \(maximum)") }
    return number
  }

  /// A cgroup's path: itself, and all below it.
  private static func path(_ text: String) throws(ValueFault) -> [Operand] {
    guard text.hasPrefix("/") else { throw ValueFault("`\(text)` is not an absolute path") }
    if text == "/" { return [.text(.prefix("/"))] }
    let path = text.hasSuffix("/") ? String(text.dropLast()) : text
    let names = path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
    guard !names.contains(where: { $0.isEmpty || $0 == "." || $0 == ".." }) else {
      throw ValueFault("`\(text)` has an empty name, `.` or `..` in it")
    }
    guard !path.contains("*") else {
      throw ValueFault("a path takes no star: it stands for all that is below it")
    }
    return [.text(.exact(path)), .text(.prefix(path + "/"))]
  }

  private static func executable(_ text: String) throws(ValueFault) -> Operand {
    guard let colon = text.firstIndex(of: ":"), !text.hasPrefix("/"), !text.hasPrefix("*") else {
      return .text(TextPattern(text))
    }
    let namespace = text[..<colon]
    guard namespace == "host" || WholeNumber.decimal(namespace.utf8) != nil else {
      throw ValueFault("`\(namespace)` is neither `host` nor the number of a mount namespace")
    }
    let path = String(text[text.index(after: colon)...])
    guard !path.isEmpty else { throw ValueFault("no path stands behind `\(namespace):`") }
    return .member(String(namespace), TextPattern(path))
  }

  private static func isContainerIDByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"), UInt8(ascii: "_"),
      UInt8(ascii: "."):
      true
    default: false
    }
  }
}

extension TextPattern {
  /// Reads a text with a star at either end; of the rest no more than so many bytes are compared.
  init(_ text: String, comparedBytes: Int = .max) {
    let startsOpen = text.hasPrefix("*")
    let endsOpen = text.hasSuffix("*")
    var rest = text[...]
    if startsOpen { rest = rest.dropFirst() }
    if endsOpen { rest = rest.dropLast() }
    // What stands behind the compared bytes is never seen: neither in the value nor in the pattern's beginning.
    let length = min(comparedBytes, rest.utf8.count)
    let start = String(decoding: rest.utf8.prefix(length), as: UTF8.self)
    switch (startsOpen, endsOpen) {
    case (false, false): self = .exact(start)
    case (false, true): self = .prefix(start)
    case (true, false): self = .suffix(String(rest))
    case (true, true): self = .contains(String(rest))
    }
  }
}

extension Enumeration {
  /// The numbers that a name or a number stands for.
  func numbers(_ text: String) throws(ValueFault) -> [ClosedRange<UInt64>] {
    if let symbol = symbols.first(where: { $0.name == text }) { return symbol.numbers }
    if let number = WholeNumber.read(text) {
      guard number <= maximum else { throw ValueFault("\(text) is more than \(maximum)") }
      return [number...number]
    }
    let question = Nearest.question(text, among: symbols.map(\.name))
    throw ValueFault("`\(text)` is not one of its names" + (question.map { ": " + $0 } ?? ""))
  }
}

extension String {
  /// The text with small letters for the capital ones of ASCII.
  public var smallLetters: String {
    String(decoding: utf8.map { (0x41...0x5a).contains($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
  }
}
