/// The JSON Schema of policy files, generated from the catalogs, for editors.
///
/// It covers the structure of a file and how expressions begin; `lint` checks the rest. Source:
/// `docs/policy-language.md` §1.
public enum PolicySchema {
  /// The schema of one policy, as an object of JSON Schema 2020-12.
  public static var json: JSONValue {
    [
      "$schema": JSONSchema.draft,
      "title": "A policy of tracee-policy",
      "oneOf": [resource, plain],
      "$defs": [
        "name": [
          "type": "string", "minLength": 1, "maxLength": .number(PolicyName.lengthLimit),
          "pattern": "^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$",
        ],
        "scope": JSONSchema.filledList(scope),
        "rules": JSONSchema.filledList(rule),
        "actions": JSONSchema.list(JSONSchema.words(PolicyParser.actions)),
      ],
    ]
  }

  private static func reference(_ name: String) -> JSONValue { ["$ref": .text("#/$defs/" + name)] }

  private static let body: [(name: String, schema: JSONValue)] = [
    ("scope", reference("scope")), ("rules", reference("rules")),
    ("defaultActions", reference("actions")),
  ]

  private static let resource = JSONSchema.object([
    ("apiVersion", JSONSchema.constant(PolicyParser.apiVersion)),
    ("kind", JSONSchema.constant("Policy")),
    (
      "metadata",
      JSONSchema.object(
        [
          ("name", reference("name")), ("annotations", JSONSchema.map(JSONSchema.text)),
          ("labels", JSONSchema.map(JSONSchema.text)),
        ], required: ["name"])
    ),
    ("spec", JSONSchema.object(body, required: ["scope", "rules"])),
  ])

  private static let plain = JSONSchema.object(
    [
      ("type", JSONSchema.constant("policy")), ("name", reference("name")),
      ("description", JSONSchema.text), ("version", JSONSchema.text),
    ] + body, required: ["type", "name", "scope", "rules"])

  private static let rule = JSONSchema.object(
    [
      (
        "event",
        pattern(
          "a comma list of events, sets, tag=SET or prefixes with a star; -ITEM excludes",
          "^\(item)(,\(item))*$")
      ),
      ("filters", JSONSchema.list(filter)),
      ("actions", reference("actions")),
    ], required: ["event"])

  private static let scope = pattern(
    "the owners whose packets are traced", expression(in: .scope, or: []))

  private static let filter = pattern(
    "a condition that events must meet",
    expression(
      in: .rule,
      or: ["(data|args)\\.[^=!<>]*[^=!<> ]"]
        + PacketField.allCases.map(\.key).filter { !$0.hasPrefix("data.") }))

  private static func pattern(_ description: String, _ pattern: String) -> JSONValue {
    ["description": .text(description), "type": "string", "pattern": .text(pattern)]
  }

  /// The pattern of one item of a rule's `event`.
  private static var item: String {
    let sets = EventSet.allCases.map(\.rawValue)
    let words = EventKind.allCases.map(\.name) + sets + sets.map { "tag=" + $0 }
    return "\\s*-?(\(words.joined(separator: "|"))|[a-z0-9_]+\\*)\\s*"
  }

  /// Returns the pattern of an expression: a word alone, or a key with an operator and a value.
  private static func expression(in place: ScopeKey.Places, or others: [String]) -> String {
    let words = ScopeCatalog.words.filter { $0.places.contains(place) }.map(\.name)
    let spellings = ScopeCatalog.keys.filter { $0.places.contains(place) }.flatMap(\.spellings)
    let keys = spellings + others
    return "^\\s*((\(words.joined(separator: "|")))|"
      + "(\(keys.joined(separator: "|")))\\s*(=|!=|<|<=|>|>=)\\s*[^=!<>\\s].*)\\s*$"
  }
}
