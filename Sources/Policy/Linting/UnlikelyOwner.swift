// SPDX-License-Identifier: Apache-2.0

/// Values that a field of a packet's owner never has.
enum UnlikelyOwner {
  static func doubt(
    _ field: OwnerField, _ text: String, _ filter: CheckedFilter
  ) -> UnlikelyValue.Doubt? {
    switch field {
    case .containerID: container(text)
    case .comm: comm(text) ?? NotAPattern.doubt(text)
    case .executable: executable(text) ?? NotAPattern.doubt(text)
    case .hostName: NotAPattern.doubt(text)
    case .processID, .threadID, .parentProcessID: process(text)
    case .tree: tree(text) ?? process(text)
    default: nil
    }
  }

  private static func container(_ text: String) -> UnlikelyValue.Doubt? {
    let digits = text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    if digits, text.utf8.count <= 64 { return nil }
    let small = text.smallLetters
    if small != text, WholeNumber.isHexadecimal(small) {
      return .init("a container id has small letters", replacement: small)
    }
    return .init(
      "`\(text)` is not the beginning of a container id, which has the digits 0-9 and a-f",
      help:
        "names of containers are not known here: write the id, as `podman ps` or `docker ps` prints it"
    )
  }

  private static func comm(_ text: String) -> UnlikelyValue.Doubt? {
    if text.starless.isEmpty {
      return .init(
        "every process has a name, so `\(text)` leaves out only packets without an owner",
        help: "write `global` for every packet, or uid>=0 for those with an owner")
    }
    if text.hasPrefix("/") || text.hasPrefix("./") || text.hasPrefix("~/") {
      let name = text.split(separator: "/").last.map { String($0.prefix(15)) } ?? ""
      return .init(
        "a task's name is not a path", help: "write comm=\(name), or executable=\(text)")
    }
    if text.hasPrefix("["), text.hasSuffix("]"), text.utf8.count > 2, text.contains("/") {
      return .init(
        "`ps` adds the brackets around a name", replacement: String(text.dropFirst().dropLast()))
    }
    let words = text.split(separator: " ")
    let isSmall = words.allSatisfy { word in
      word.utf8.allSatisfy {
        (0x61...0x7a).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2d
      }
    }
    if words.count > 1, isSmall {
      return .init(
        "`\(text)` is one name with a blank in it",
        help: "separate names with commas: comm=\(words.joined(separator: ","))")
    }
    return nil
  }

  private static func executable(_ whole: String) -> UnlikelyValue.Doubt? {
    var text = whole[...]
    if !text.hasPrefix("/"), !text.hasPrefix("*"), let colon = text.firstIndex(of: ":") {
      text = text[text.index(after: colon)...]
    }
    let namespace = String(whole[..<text.startIndex])
    if text.hasPrefix("*") { return nil }
    if text.hasPrefix("~") || text.contains("$") {
      return .init("`~` and `$` are not replaced in a path", help: "write the whole path")
    }
    guard text.hasPrefix("/") else {
      let name = text.split(separator: "/").last.map(String.init) ?? String(text)
      return .init(
        "`\(text)` is not an absolute path, which executables have",
        help: "write the whole path, or */\(name) for every directory")
    }
    if let blank = text.range(of: " -") {
      return .init(
        "arguments are not part of an executable's path",
        replacement: "\(namespace)\(text[..<blank.lowerBound])")
    }
    if text.hasSuffix("/") {
      return .init("`\(text)` is a directory", help: "write \(text)* for all executables in it")
    }
    let names = text.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
    if names.contains(where: { $0.isEmpty || $0 == "." }) {
      let plain = names.filter { !$0.isEmpty && $0 != "." }
      return .init(
        "the kernel has no empty names and no `.` in a path",
        replacement: namespace + plain.map { "/\($0)" }.joined())
    }
    if names.contains("..") {
      return .init("the kernel has no `..` in a path", help: "write the whole path")
    }
    return nil
  }

  /// The largest id of a process that Linux gives (`PID_MAX_LIMIT`).
  private static let largestID: UInt64 = 1 << 22

  private static func process(_ text: String) -> UnlikelyValue.Doubt? {
    guard let number = WholeNumber.read(text), number > largestID else { return nil }
    return .init("no process has an id above \(largestID)")
  }

  private static func tree(_ text: String) -> UnlikelyValue.Doubt? {
    switch WholeNumber.read(text) {
    case 0: .init("no process has the id 0")
    case 1:
      .init(
        "every process descends from process 1, except threads of the kernel",
        help: "write `global` for every packet, or uid>=0 for those with an owner")
    default: nil
    }
  }
}

extension WholeNumber {
  /// Returns whether a text has hexadecimal digits only, at most 64.
  static func isHexadecimal(_ text: String) -> Bool {
    (1...64).contains(text.utf8.count)
      && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
  }
}

/// Finds regular expressions and globs where only a star at an end means something.
enum NotAPattern {
  private static let help =
    "only a star at the start or the end of a value is a wildcard; separate alternatives with commas"

  /// Returns what is wrong with a text that has the form of a pattern of another tool.
  static func doubt(_ text: String) -> UnlikelyValue.Doubt? {
    let signs: [Character] = ["|", ";", "?", "^", "$"]
    if let sign = text.first(where: { signs.contains($0) }) {
      return .init("`\(sign)` in `\(text)` is an ordinary character", help: help)
    }
    if text.hasPrefix("~") { return .init("`~` in `\(text)` is an ordinary character", help: help) }
    if let open = text.firstIndex(of: "["), let close = text[open...].firstIndex(of: "]"),
      text.index(after: open) < close
    {
      return .init("`\(text[open...close])` in `\(text)` are ordinary characters", help: help)
    }
    if text.contains(".*") || text.contains("\\.") || text.contains(".+") {
      return .init("`\(text)` is not a regular expression here", help: help)
    }
    return nil
  }
}

extension Substring {
  /// Returns the range of the first occurrence of a text; nil if there is none.
  fileprivate func range(of text: String) -> Range<Index>? {
    var start = startIndex
    while start < endIndex {
      if self[start...].hasPrefix(text) { return start..<index(start, offsetBy: text.count) }
      start = index(after: start)
    }
    return nil
  }
}
