// SPDX-License-Identifier: Apache-2.0

public import Policy

extension Destination {
  /// What is wrong with an argument: a sentence.
  public struct ParsingError: Error, Equatable, CustomStringConvertible {
    /// The sentence.
    public let description: String
  }

  private static let options = [
    "on-full", "policies", "events", "add", "shape", "limit", "tag", "body", "compress", "headers",
    "ca", "certificate", "settings", "shared-key",
  ]

  /// Reads `json`, `table:PATH`, `json:unix:PATH,on-full=drop,policies=a,b,events=net_packet_tcp` and the like.
  ///
  /// An option begins at a comma that is followed by a word and `=`. Other commas belong to the path or to a list; a
  /// backslash before a comma makes it part of the path whatever follows.
  ///
  /// The path `-` is standard output. What looks like another network address is refused, as a file of that name is hardly meant.
  public init(parsing argument: String) throws(ParsingError) {
    var parts: [String] = [""]
    var isEscaped = false
    for (index, character) in zip(argument.indices, argument) {
      if character == ",", !isEscaped, Self.beginsOption(argument[argument.index(after: index)...])
      {
        parts.append("")
      } else {
        if isEscaped, character != "," { parts[parts.count - 1].append("\\") }
        isEscaped = !isEscaped && character == "\\"
        if !isEscaped { parts[parts.count - 1].append(character) }
      }
    }
    if isEscaped { parts[parts.count - 1].append("\\") }

    if let place = try OutputPlace(implyingFormat: parts[0]) {
      self.init(place.formats[0], place)
      try read(options: parts.dropFirst())
      return
    }
    let place = parts[0].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard let format = OutputFormat(rawValue: String(place[0])) else {
      let known = OutputFormat.allCases.map(\.rawValue)
      let question = Nearest.question(String(place[0]), among: known)
      throw ParsingError(
        description: "`\(place[0])` is no format: "
          + (question ?? "there are \(known.joined(separator: ", "))"))
    }
    let text = place.count == 2 ? String(place[1]) : nil
    guard text != "" else {
      throw ParsingError(description: "a path is missing after `\(parts[0])`")
    }
    self.init(format)
    if let text, text != "-" { self.place = try OutputPlace(parsing: text) }
    guard self.place.formats.contains(format) else {
      throw ParsingError(
        description: "\(format.rawValue) cannot go to \(self.place): it takes "
          + self.place.formats.map(\.rawValue).joined(separator: ", "))
    }
    try read(options: parts.dropFirst())
  }

  private mutating func read(options: ArraySlice<String>) throws(ParsingError) {
    for option in options { try read(option: option) }
    guard shape == .ecs, let extra = additions.first(where: { !$0.isMissingInECS }) else { return }
    throw ParsingError(
      description: "events with `shape=ecs` have the time and the machine anyway: "
        + "leave out `\(extra.rawValue)` of `add`")
  }

  private static func beginsOption(_ text: Substring) -> Bool {
    guard let equals = text.firstIndex(of: "="), equals != text.startIndex else { return false }
    return text[..<equals].allSatisfy { $0.isASCII && ($0.isLowercase || $0 == "-") }
  }

  private mutating func read(option: String) throws(ParsingError) {
    let halves = option.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let values = halves[1].split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    guard !values.contains("") else {
      throw ParsingError(description: "a value is missing in `\(option)`")
    }
    switch halves[0] {
    case "on-full":
      guard let value = OnFull(rawValue: String(halves[1])) else {
        let question = Nearest.question(
          String(halves[1]), among: OnFull.allCases.map(\.rawValue))
        throw ParsingError(
          description: "`on-full` is block or drop, not `\(halves[1])`"
            + (question.map { ": \($0)" } ?? ""))
      }
      onFull = value
    case "add":
      guard format == .json else {
        throw ParsingError(description: "only json has `add`, not \(format.rawValue)")
      }
      for value in values {
        guard let addition = EventAddition(rawValue: value) else {
          let known = EventAddition.allCases.map(\.rawValue)
          throw ParsingError(
            description: "nothing named `\(value)` can be added: "
              + (Nearest.question(value, among: known)
                ?? "there are \(known.joined(separator: ", "))"))
        }
        additions.insert(addition)
      }
    case "shape":
      guard format == .json else {
        throw ParsingError(description: "only json has `shape`, not \(format.rawValue)")
      }
      guard let shape = EventShape(rawValue: String(halves[1])) else {
        throw ParsingError(description: "`shape` is tracee or ecs, not `\(halves[1])`")
      }
      self.shape = shape
    case "limit":
      guard case .syslog = place else {
        throw ParsingError(description: "only syslog has `limit`, not \(name)")
      }
      guard let limit = Int(halves[1]), SyslogSender.limits.contains(limit) else {
        throw ParsingError(
          description: "`limit` is a number of bytes from \(SyslogSender.limits.lowerBound) to "
            + "\(SyslogSender.limits.upperBound), not `\(halves[1])`")
      }
      messageLimit = limit
    case "tag":
      guard case .forward = place else {
        throw ParsingError(description: "only forward has `tag`, not \(name)")
      }
      guard halves[1].utf8.count <= 255, halves[1].utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f })
      else {
        throw ParsingError(
          description: "`tag` has at most 255 characters of ASCII, and no blanks: `\(halves[1])`")
      }
      tag = String(halves[1])
    case "shared-key":
      guard case .forward = place else {
        throw ParsingError(description: "only forward has `shared-key`, not \(name)")
      }
      sharedKey = String(halves[1])
    case "settings":
      guard case .kafka = place else {
        throw ParsingError(description: "only kafka has `settings`, not \(name)")
      }
      kafkaSettings = String(halves[1])
    case "ca", "certificate":
      guard place.isSecure else {
        throw ParsingError(
          description: "only https, forward:tls and syslog:tls have `\(halves[0])`, not \(name)")
      }
      if halves[0] == "ca" {
        tls.authorities = String(halves[1])
      } else {
        tls.certificate = String(halves[1])
      }
    case "body", "compress", "headers":
      guard case .http = place else {
        throw ParsingError(description: "only http and https have `\(halves[0])`, not \(name)")
      }
      try read(http: String(halves[0]), String(halves[1]))
    case "policies": route.policies = route.policies.map { $0.union(values) } ?? Set(values)
    case "events":
      var events = route.events ?? []
      for value in values {
        if let kinds = try Self.events(named: value) {
          events.formUnion(kinds.map(\.id))
        } else {
          route.signatures.insert(value)
        }
      }
      route.events = events
    default:
      let help = Nearest.question(String(halves[0]), among: Self.options)
      throw ParsingError(
        description: "an output has no option `\(halves[0])`"
          + (help.map { ": \($0)" } ?? "; write `\\,` for a comma of the path"))
    }
  }

  private mutating func read(http option: String, _ value: String) throws(ParsingError) {
    switch option {
    case "body":
      guard let body = HTTPOptions.Body(rawValue: value) else {
        let known = HTTPOptions.Body.allCases.map(\.rawValue)
        throw ParsingError(
          description: "`body` is one of \(known.joined(separator: ", ")), not `\(value)`")
      }
      http.body = body
    case "compress":
      guard value == "gzip" else {
        throw ParsingError(description: "`compress` is gzip, not `\(value)`")
      }
      http.isCompressed = true
    default: http.headers = value
    }
  }

  /// Returns the events that a word means; nil for one that only a signature can have.
  private static func events(named word: String) throws(ParsingError) -> [EventKind]? {
    if word == "signatures" || word == "tag=signatures" { return nil }
    switch EventCatalog.find(word) {
    case .event(let kind): return [kind]
    case .several(let kinds): return kinds
    case .unknown, .unknownSet:
      let known = EventKind.allCases.map(\.name) + EventSet.allCases.map(\.rawValue)
      let help = Nearest.question(word, among: known)
      if help == nil, !word.hasPrefix("net_packet_") { return nil }
      throw ParsingError(
        description: "`\(word)` is not an event or a set"
          + (help.map { ": \($0)" } ?? "; `tracee-policy list events` shows the events"))
    default:
      let known = EventKind.allCases.map(\.name) + EventSet.allCases.map(\.rawValue)
      let help = Nearest.question(word, among: known)
      throw ParsingError(
        description: "`\(word)` is not an event or a set"
          + (help.map { ": \($0)" } ?? "; `tracee-policy list events` shows the events"))
    }
  }

  /// What is wrong with the route for a plan: a sentence about a policy or an event that is not there; nil when all are.
  public func fault(in plan: TracePlan) -> String? {
    let missing = route.signatures.filter { word in
      word != "signatures" && !plan.signatures.contains { $0.isMeant(by: word) }
    }
    if let missing = missing.min() {
      let help =
        Nearest.question(missing, among: plan.signatures.map(\.name))
        ?? "`tracee-policy list events` shows the events, and `list signatures PATH` the signatures"
      return "`--output \(name)`: `\(missing)` is not an event, a set or a signature that a policy"
        + " selects: \(help)"
    }
    guard let unknown = route.policies?.subtracting(plan.policies).min() else { return nil }
    // A selection without files is a policy without a name.
    let names = plan.policies.filter { !$0.isEmpty }
    let help =
      names.isEmpty
      ? "--events and --scope make none; name policy files"
      : Nearest.question(unknown, among: names)
        ?? "there are \(names.prefix(8).joined(separator: ", "))\(names.count > 8 ? ", …" : "")"
    return "`--output \(name)`: there is no policy `\(unknown)`: \(help)"
  }
}
