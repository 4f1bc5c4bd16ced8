/// A finding about the key, the operator or a value of a filter.
struct FilterFinding {
  var rule: LintRule
  var message: String
  var help: String?

  static func unknownKey(_ name: String, in place: ScopeKey.Places) -> FilterFinding {
    place == .scope ? unknownScope(name) : unknownField(name)
  }

  private static func unknownScope(_ name: String) -> FilterFinding {
    var help =
      Nearest.question(name, among: ScopeCatalog.spellings(in: .scope))
      ?? "scopes are global, or keys such as comm, pid, uid, container and cgroup"
    if PacketField.find(name) != nil { help = "move it to a rule's `filters`" }
    if name == "host" { help = "write not-container" }
    return FilterFinding(
      rule: .unknownScope, message: "`\(name)` is not a scope", help: help)
  }

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
    if PacketField(key: "data." + name) != nil { help = "write data.\(name)" }
    return FilterFinding(rule: .unknownField, message: message, help: help)
  }

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
    return FilterFinding(
      rule: .invalidValue, message: error.reason, help: "`\(name)` takes \(type.takes)\(others)")
  }
}
