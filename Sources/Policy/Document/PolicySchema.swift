// SPDX-License-Identifier: Apache-2.0

/// The JSON Schema of policy files, generated from the catalogs, for editors.
///
/// It covers the structure of a file and how expressions begin; `lint` checks the rest. Source:
/// `docs/policy-language.md` §1.
public enum PolicySchema {
  /// The schema of one policy, as an object of JSON Schema 2020-12.
  public static var json: JSONValue {
    [
      "$schema": JSONSchema.draft,
      "$id": "urn:tracee-policy:schema:policy:1",
      "title": "A policy of tracee-policy",
      // One branch is chosen by a key, so that messages are about its members and not about both branches.
      "if": ["type": "object", "required": ["apiVersion"]],
      "then": branches(
        "kind", "Signature", SignatureSchema.resource, or: resource),
      "else": branches("type", "signature", SignatureSchema.plain, or: plain),
      "$defs": [
        "name": [
          "description":
            "the name, which events show: a-z, 0-9, - and ., unique among all policies",
          "type": .list(scalars), "minLength": 1, "maxLength": .number(PolicyName.lengthLimit),
          "pattern": "^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$",
        ],
        "scope": .object(
          members(
            JSONSchema.described(
              "the owners whose packets are traced; all expressions must hold",
              JSONSchema.filledList(scope)))
            + members([
              "if": ["contains": ["type": "string", "pattern": "^\\s*global\\s*$"]],
              "then": ["maxItems": 1],
            ])),
        "rules": JSONSchema.described(
          "the events that are traced, each with its filters", JSONSchema.filledList(rule)),
        "selection": rule,
        "lists": JSONSchema.described(
          "files of values, by the name that filters use after @", JSONSchema.map(JSONSchema.text)),
        "actions": JSONSchema.described(
          "what is done with an event; both send it to the outputs",
          JSONSchema.list(JSONSchema.words(PolicyParser.actions))),
      ],
    ]
  }

  /// The types that YAML may read a plain text as: `1.0` is a number, and `no` a flag.
  private static let scalars: [JSONValue] = ["string", "number", "boolean"]
  private static let scalar: JSONValue = ["type": .list(scalars)]

  private static func members(_ schema: JSONValue) -> [JSONValue.Member] {
    if case .object(let members) = schema { members } else { [] }
  }

  /// Returns a schema that is one of two, as a key has a value or not.
  private static func branches(
    _ key: String, _ value: String, _ schema: JSONValue, or other: JSONValue
  ) -> JSONValue {
    [
      "if": [
        "properties": .object([.init(key, JSONSchema.constant(value))]),
        "required": .list([.text(key)]),
      ],
      "then": schema,
      "else": other,
    ]
  }

  static func reference(_ name: String) -> JSONValue { ["$ref": .text("#/$defs/" + name)] }

  private static let body: [(name: String, schema: JSONValue)] = [
    ("scope", reference("scope")), ("rules", reference("rules")),
    ("defaultActions", reference("actions")), ("lists", reference("lists")),
  ]

  private static let labels = JSONSchema.described(
    "words of your own, which events show with add=labels", JSONSchema.map(scalar))

  private static let annotations = JSONSchema.described(
    "texts of your own, which events show with add=annotations", JSONSchema.map(scalar))

  private static let resource = JSONSchema.object([
    ("apiVersion", JSONSchema.constant(PolicyParser.apiVersion)),
    ("kind", JSONSchema.constant("Policy")),
    (
      "metadata",
      JSONSchema.object(
        [
          ("name", reference("name")), ("annotations", annotations),
          ("labels", labels),
        ], required: ["name"])
    ),
    ("spec", JSONSchema.object(body, required: ["scope", "rules"])),
  ])

  private static let plain = JSONSchema.object(
    [
      ("type", JSONSchema.constant("policy")), ("name", reference("name")),
      ("description", JSONSchema.described("what the policy is for", scalar)),
      ("version", JSONSchema.described("a version of your own", scalar)), ("labels", labels),
    ] + body, required: ["type", "name", "scope", "rules"])

  private static let rule = JSONSchema.object(
    [
      (
        "event",
        pattern(
          "a comma list of events, sets, tag=SET or prefixes with a star; -ITEM excludes",
          "^\(item)(,\(item))*$",
          EventKind.allCases.map { ($0.name, $0.summary) }
            + EventSet.allCases.map { ($0.rawValue, $0.summary) })
      ),
      (
        "filters",
        JSONSchema.described("the conditions that an event must meet", JSONSchema.list(filter))
      ),
      ("actions", reference("actions")),
    ], required: ["event"])

  private static let scope = pattern(
    "KEY=VALUES, or a word alone", expression(in: .scope, or: []), choices(in: .scope))

  private static let filter = pattern(
    "KEY=VALUES about the packet or its owner",
    expression(in: .rule, or: ["args\\.[^=!<>]*[^=!<> ]"] + PacketField.allCases.map(keyPattern)),
    choices(in: .rule)
      + PacketField.allCases.filter(\.isSupported).map { field in
        let key = field.description.hasMembers ? "\(field.key).NAME" : field.key
        return (key + "=", field.description.type.takes)
      })

  /// Returns the pattern of a field's key; that of a map such as headers ends with a name.
  private static func keyPattern(_ field: PacketField) -> String {
    let key = field.key.replacing(".", with: "\\.")
    return field.description.hasMembers ? key + "\\.[^=!<>]*[^=!<> ]" : key
  }

  /// Returns the schema of a text with a pattern, and what an editor offers for it, each with its description.
  private static func pattern(
    _ description: String, _ pattern: String, _ choices: [(String, String)]
  ) -> JSONValue {
    [
      "description": .text(description), "type": "string", "pattern": .text(pattern),
      "examples": .list(choices.map { .text($0.0) }),
      "defaultSnippets": .list(
        choices.map {
          ["label": .text($0.0), "description": .text($0.1), "body": .text($0.0)]
        }),
    ]
  }

  /// Returns the words and keys of owners in a place, each with its description.
  private static func choices(
    in place: ScopeKey.Places
  ) -> [(String, String)] {
    ScopeCatalog.words.filter { $0.places.contains(place) }.map { ($0.name, $0.summary) }
      + ScopeCatalog.keys.filter { $0.places.contains(place) && $0.field.isSupported }
      .map { ($0.name + "=", $0.summary) }
  }

  /// The pattern of one item of a rule's `event`.
  private static var item: String {
    let sets = EventSet.allCases.map(\.rawValue)
    let words = EventKind.allCases.map(\.name) + sets + sets.map { "tag=" + $0 }
    // Names of signatures, with or without a star; a name like that of a packet's event is a misspelt event.
    let names = "(tag=)?(?!net_packet_)[A-Za-z0-9_][A-Za-z0-9_.-]*\\*?"
    let prefixes = "net_packet_[a-z0-9_]*\\*"
    return "\\s*-?(\(words.joined(separator: "|"))|\(prefixes)|\(names))\\s*"
  }

  /// Returns the pattern of an expression: a word alone, or a key with an operator and a value.
  private static func expression(in place: ScopeKey.Places, or others: [String]) -> String {
    let words = ScopeCatalog.words.filter { $0.places.contains(place) }.map(\.name)
    let spellings = ScopeCatalog.keys.filter { $0.places.contains(place) }.flatMap(\.spellings)
    let keys = spellings + others
    return "^\\s*((\(words.joined(separator: "|")))|"
      + "(\(keys.joined(separator: "|")))\\s*(=|!=|<|<=|>|>=)\\s*[^=!<>\\s][\\s\\S]*)\\s*$"
  }
}
