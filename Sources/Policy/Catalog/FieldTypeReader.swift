// SPDX-License-Identifier: Apache-2.0

extension FieldType {
  /// Parses a value after `=` or `!=`.
  ///
  /// - Returns: the operands of which one must match; more than one for types such as paths.
  /// - Throws: the reason why the text is not a value of this type.
  public func operands(_ text: String) throws(ValueFault) -> [Operand] {
    switch self {
    case .port:
      if let port = ServiceName.ports[text] { return [.numbers(UInt64(port)...UInt64(port))] }
      return [.numbers(try range(text))]
    case .integer, .signedInteger:
      return [.numbers(try range(text))]
    case .identifier:
      let number = try number(text)
      return [.numbers(number...number)]
    case .address:
      return try AddressSet(text).ranges.map { .addresses($0) }
    case .text(let comparedBytes):
      return [.text(TextPattern(text, comparedBytes: comparedBytes))]
    case .name:
      return DomainName.patterns(text).map { .text($0) }
    case .path:
      return try Self.path(text)
    case .executable:
      return [try Self.executable(text)]
    case .containerID:
      guard text.utf8.allSatisfy(Self.isContainerIDByte) else {
        throw ValueFault("`\(text)` cannot be the beginning of a container id")
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

  /// Parses a value after `<`, `<=`, `>` or `>=`; the type must have an order (``hasOrder``).
  ///
  /// - Throws: the reason why the text is not a number of this type.
  public func limit(_ text: String) throws(ValueFault) -> UInt64 {
    precondition(hasOrder, "\(self) has no order")
    return try number(text)
  }

  /// Parses `lo-hi`, or one number.
  private func range(_ text: String) throws(ValueFault) -> ClosedRange<UInt64> {
    // The first byte may be the sign of the lower end.
    guard let dash = text.dropFirst().firstIndex(of: "-"), !text.contains(where: \.isWord) else {
      let number = try number(text)
      return number...number
    }
    guard text.index(after: dash) != text.endIndex else {
      throw ValueFault("the range `\(text)` has no end")
    }
    let low = try number(text[..<dash])
    let high = try number(text[text.index(after: dash)...])
    guard low <= high else {
      let turned = "\(text[text.index(after: dash)...])-\(text[..<dash])"
      throw ValueFault("the range `\(text)` is empty", help: "write `\(turned)`")
    }
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
      if let port = ServiceName.ports[String(text)] { return UInt64(port) }
      guard WholeNumber.read(text) != nil || text.isEmpty else { throw ServiceName.fault(of: text) }
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

  /// Parses the path of a cgroup, which matches itself and all paths below it.
  private static func path(_ text: String) throws(ValueFault) -> [Operand] {
    guard text.hasPrefix("/") else {
      throw ValueFault(
        "`\(text)` is not an absolute path",
        help: text.contains(".") && !text.contains("/")
          ? "of a unit, write what `systemctl show -P ControlGroup \(text)` prints" : nil)
    }
    let path = withoutMountPoint(text.hasSuffix("/") ? String(text.dropLast()) : text)
    if path.isEmpty { return [.text(.prefix("/"))] }
    let names = path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
    guard !names.contains(where: { $0.isEmpty || $0 == "." || $0 == ".." }) else {
      throw ValueFault("`\(text)` contains an empty name, `.` or `..`")
    }
    guard !path.contains("*") else {
      throw ValueFault("a path takes no star: it already matches everything below it")
    }
    return [.text(.exact(path)), .text(.prefix(path + "/"))]
  }

  /// Returns a path below the usual mount points of the cgroup v2 tree as a path in that tree; other paths unchanged.
  private static func withoutMountPoint(_ path: String) -> String {
    for mountPoint in ["/sys/fs/cgroup/unified", "/sys/fs/cgroup"] {
      if path == mountPoint { return "" }
      if path.hasPrefix(mountPoint + "/") { return String(path.dropFirst(mountPoint.count)) }
    }
    return path
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
    guard !path.isEmpty else { throw ValueFault("there is no path after `\(namespace):`") }
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
  /// Creates the pattern of a text with an optional star at either end, of which `comparedBytes` bytes are compared.
  init(_ text: String, comparedBytes: Int = .max) {
    let startsOpen = text.hasPrefix("*")
    let endsOpen = text.hasSuffix("*")
    var rest = text[...]
    if startsOpen { rest = rest.dropFirst() }
    if endsOpen { rest = rest.dropLast() }
    // Bytes after the compared ones are never seen, neither in a value nor at the start of a pattern.
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
  /// The words that people write for the names of directions.
  private static let synonyms = [
    "in": "ingress", "inbound": "ingress", "incoming": "ingress", "received": "ingress",
    "out": "egress", "outbound": "egress", "outgoing": "egress", "sent": "egress",
  ]

  /// Returns the numbers that a name or a number stands for.
  ///
  /// - Throws: the reason why the text is neither.
  func numbers(_ text: String) throws(ValueFault) -> [ClosedRange<UInt64>] {
    if let symbol = symbols.first(where: { $0.name == text }) { return symbol.numbers }
    if let number = WholeNumber.read(text) {
      guard number <= maximum else { throw ValueFault("\(text) is more than \(maximum)") }
      return [number...number]
    }
    let names = symbols.map(\.name)
    let reason = "`\(text)` is not one of the names"
    if let meant = Self.synonyms[text.lowercased()], names.contains(meant) {
      throw ValueFault("\(reason): did you mean `\(meant)`?", replacement: meant)
    }
    let near = Nearest.words(to: text, among: names)
    let question = Nearest.question(text, among: names)
    throw ValueFault(
      reason + (question.map { ": " + $0 } ?? ""), replacement: near.count == 1 ? near[0] : nil)
  }
}

extension Character {
  /// Whether the character is a letter that no number has, neither decimal nor hexadecimal.
  fileprivate var isWord: Bool {
    isLetter && !("a"..."f" ~= self || "A"..."F" ~= self || self == "x" || self == "X")
  }
}

extension String {
  /// The text with ASCII letters in lower case.
  public var smallLetters: String {
    String(decoding: utf8.map { (0x41...0x5a).contains($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
  }
}
