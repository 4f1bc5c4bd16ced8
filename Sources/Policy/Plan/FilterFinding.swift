/// What can be wrong with the meaning of a filter.
struct FilterFinding {
  var code: String
  var message: String
  var help: String?

  static func unknownKey(_ name: String, in place: ScopeKey.Places) -> FilterFinding {
    if place == .scope {
      return FilterFinding(
        code: "unknown-scope", message: "`\(name)` is not a scope",
        help: Nearest.question(name, among: ScopeCatalog.spellings(in: place))
          ?? "scopes are global, or keys such as comm, pid, uid, container and cgroup")
    }
    let known = ScopeCatalog.spellings(in: place) + PacketField.allCases.map { $0.key }
    return FilterFinding(
      code: "unknown-field", message: "`\(name)` is not a field",
      help: Nearest.question(name, among: known)
        ?? "fields are data.FIELD, such as data.dst_port, and the keys of scopes, such as comm")
  }

  static func unknownField(_ key: String, _ path: String) -> FilterFinding {
    FilterFinding(
      code: "unknown-field", message: "no event has a field `\(path)`",
      help: Nearest.question(key, among: PacketField.allCases.map { $0.key })
        ?? "`tracee-policy list events NAME` shows the fields of an event")
  }

  static func unsupportedKey(_ name: String) -> FilterFinding {
    FilterFinding(
      code: "unsupported-scope", message: "`\(name)` is not supported yet", help: nil)
  }

  static func unsupportedWord(_ word: String, of name: String) -> FilterFinding {
    FilterFinding(
      code: "unsupported-scope", message: "`\(word)` of `\(name)` is not supported yet", help: nil)
  }

  static func unsupportedField(_ name: String) -> FilterFinding {
    FilterFinding(
      code: "unsupported-field", message: "filters on `\(name)` are not supported yet", help: nil)
  }

  static func wordWithValues(_ name: String) -> FilterFinding {
    FilterFinding(
      code: "invalid-operator", message: "`\(name)` takes no operator and no value",
      help: "write `\(name)` alone")
  }

  static func keyWithoutValues(_ name: String, _ takes: String) -> FilterFinding {
    FilterFinding(
      code: "invalid-operator", message: "`\(name)` needs an operator and a value",
      help: "it takes \(takes)")
  }

  static func noOrder(_ name: String, _ type: FieldType) -> FilterFinding {
    FilterFinding(
      code: "invalid-operator", message: "`\(name)` has no order: it takes only = and !=",
      help: "it takes \(type.takes)")
  }

  static func invalidValue(
    _ error: InvalidValue, _ name: String, _ type: FieldType, _ words: [String]
  ) -> FilterFinding {
    let others = words.isEmpty ? "" : ", or \(words.joined(separator: " or "))"
    return FilterFinding(
      code: "invalid-value", message: error.reason, help: "`\(name)` takes \(type.takes)\(others)")
  }

  static func missingField(_ name: String, of event: EventKind) -> FilterFinding {
    FilterFinding(
      code: "unknown-field", message: "`\(event.name)` has no `\(name)`",
      help: "`tracee-policy list events \(event.name)` shows what it has")
  }
}
