// SPDX-License-Identifier: Apache-2.0

/// A finding about the key, the operator or a value of a filter.
struct FilterFinding {
  var rule: LintRule
  var message: String
  var help: String?
  /// The text that was certainly meant in place of the word; nil if there is none, or more than one.
  var replacement: String?

  static func unknownKey(_ name: String, in place: ScopeKey.Places) -> FilterFinding {
    place == .scope ? unknownScope(name) : unknownField(name)
  }

  private static func unknownScope(_ name: String) -> FilterFinding {
    var help =
      Nearest.question(name, among: ScopeCatalog.spellings(in: .scope))
      ?? "scopes are global, or keys such as comm, pid, uid, container and cgroup"
    if PacketField.find(name) != nil { help = "move it to a rule's `filters`" }
    let near = Nearest.words(to: name, among: ScopeCatalog.spellings(in: .scope))
    var replacement = near.count == 1 && PacketField.find(name) == nil ? near[0] : nil
    if name == "host" { (help, replacement) = ("write not-container", "not-container") }
    if let instead = Self.instead[name] { (help, replacement) = (instead, nil) }
    return FilterFinding(
      rule: .unknownScope, message: "`\(name)` is not a scope", help: help,
      replacement: replacement)
  }

  /// What to write in place of keys that other tools have.
  private static let instead = [
    "unit": "write cgroup=PATH, as `systemctl show -P ControlGroup UNIT` prints it",
    "service": "write cgroup=PATH, as `systemctl show -P ControlGroup UNIT` prints it",
    "slice": "write cgroup=/NAME.slice",
    "user": "write uid=NUMBER, as `id -u NAME` prints it",
    "username": "write uid=NUMBER, as `id -u NAME` prints it",
    "exe": "write executable=PATH", "path": "write executable=PATH",
    "process": "write comm=NAME, or executable=PATH", "name": "write comm=NAME",
    "podSandbox": "this scope of Tracee is not supported yet",
    "containerImageDigest": "this scope of Tracee is not supported yet",
    "port": "move it to a rule's `filters`, as data.dst_port",
    "ip": "move it to a rule's `filters`, as data.dst",
  ]

  private static let fieldKeys = PacketField.allCases.map(\.key)
  private static let filterKeys = ScopeCatalog.spellings(in: .rule) + fieldKeys

  private static func unknownField(_ name: String) -> FilterFinding {
    let isData = name.hasPrefix("data.") || name.hasPrefix("args.")
    let key = isData ? "data." + name.dropFirst(5) : name
    let message = isData ? "no event has a field `\(name)`" : "`\(name)` is not a field"
    let members = fieldKeys.filter { $0.hasPrefix(key + ".") }
    if PacketField(key: key)?.description.hasMembers == true {
      return FilterFinding(
        rule: .unknownField, message: "`\(name)` has one value for each name",
        help: "write \(key).NAME")
    }
    if let member = members.first {
      return FilterFinding(
        rule: .unknownField, message: "`\(name)` is a structure, not a value",
        help: "name one of its \(members.count) members, such as \(member)")
    }
    var help =
      Nearest.question(
        key, among: filterKeys)
      ?? "`tracee-policy list events NAME` shows the fields of an event"
    if ScopeCatalog.word(name, in: .scope) != nil { help = "move it to the policy's `scope`" }
    let near = Nearest.words(to: key, among: filterKeys)
    var replacement = near.count == 1 ? near[0] : nil
    if ScopeCatalog.word(name, in: .scope) != nil { replacement = nil }
    let ending = "." + (key.split(separator: ".").last.map(String.init) ?? key)
    let alike = fieldKeys.filter { $0.hasSuffix(ending) && $0 != key }
    if near.isEmpty, !alike.isEmpty {
      help = "did you mean " + alike.prefix(3).map { "`\($0)`" }.joined(separator: " or ") + "?"
    }
    if PacketField(key: "data." + name) != nil {
      (help, replacement) = ("write data.\(name)", "data.\(name)")
    }
    if let instead = Self.insteadOfField[key] { (help, replacement) = (instead, nil) }
    return FilterFinding(
      rule: .unknownField, message: message, help: help, replacement: replacement)
  }

  /// What to write in place of fields that other tools have.
  private static let insteadOfField = [
    "data.port": "write data.dst_port or data.src_port",
    "data.ip": "write data.dst or data.src", "data.addr": "write data.dst or data.src",
    "data.uri": "write data.proto_http.uri_path",
    "data.url": "write data.proto_http.host and data.proto_http.uri_path",
    "data.qtype": "write data.proto_dns.questions.type",
    "data.questions.name": "write data.proto_dns.questions.name",
    "data.domain": "write data.proto_dns.questions.name",
    "data.packet_len": "write data.metadata.packet_len",
  ]

  static func unsupportedKey(_ name: String) -> FilterFinding {
    FilterFinding(
      rule: .unsupportedScope, message: "`\(name)` is not supported yet", help: nil)
  }

  static func unsupportedField(_ name: String) -> FilterFinding {
    FilterFinding(
      rule: .unsupportedField, message: "filters on `\(name)` are not supported yet", help: nil)
  }

  static func wordWithValues(_ name: String) -> FilterFinding {
    FilterFinding(
      rule: .invalidOperator, message: "`\(name)` takes no operator and no value",
      help: "write `\(name)` alone")
  }

  static func keyWithoutValues(_ name: String, _ takes: String) -> FilterFinding {
    FilterFinding(
      rule: .invalidOperator, message: "`\(name)` needs an operator and a value",
      help: "it takes \(takes)")
  }

  static func noOrder(_ name: String, _ type: FieldType) -> FilterFinding {
    FilterFinding(
      rule: .invalidOperator, message: "`\(name)` is not ordered: it takes only = and !=",
      help: "it takes \(type.takes)")
  }

  static func invalidValue(
    _ error: ValueFault, _ name: String, _ type: FieldType, _ words: [String]
  ) -> FilterFinding {
    let others = words.isEmpty ? "" : ", or \(words.joined(separator: " or "))"
    let isSaid = error.reason.contains("did you mean")
    let write = isSaid ? nil : error.replacement.map { "write `\($0)`" }
    return FilterFinding(
      rule: .invalidValue, message: error.reason,
      help: error.help ?? write ?? "`\(name)` takes \(type.takes)\(others)",
      replacement: error.replacement)
  }
}
