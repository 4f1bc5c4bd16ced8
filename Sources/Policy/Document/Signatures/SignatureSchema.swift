// SPDX-License-Identifier: Apache-2.0

/// The JSON Schema of signatures, as a part of that of policy files.
///
/// Source: `docs/signatures.md`.
enum SignatureSchema {
  /// The form with `apiVersion`, `kind`, `metadata` and `spec`.
  static let resource = JSONSchema.object([
    ("apiVersion", JSONSchema.constant(PolicyParser.apiVersion)),
    ("kind", JSONSchema.constant("Signature")),
    (
      "metadata",
      JSONSchema.object(
        [
          ("name", name), ("annotations", JSONSchema.map(JSONSchema.text)),
          ("labels", JSONSchema.map(JSONSchema.text)),
        ], required: ["name"])
    ),
    ("spec", JSONSchema.object(spec, required: ["selections"])),
  ])

  /// The form with `type: signature`.
  static let plain = JSONSchema.object(
    [("type", JSONSchema.constant("signature")), ("name", name)] + spec,
    required: ["type", "name", "selections"])

  private static let name: JSONValue = [
    "type": "string", "maxLength": .number(PolicyName.lengthLimit),
    "pattern": "^[A-Za-z0-9_][A-Za-z0-9_.-]*$",
  ]
  private static let value: JSONValue = ["type": ["string", "number", "boolean"]]
  private static let time: JSONValue = [
    "type": "string", "pattern": "^([0-9]+(ns|us|ms|s|m|h|d))+$",
  ]

  private static let spec: [(name: String, schema: JSONValue)] = [
    ("id", JSONSchema.text), ("version", value), ("title", JSONSchema.text),
    ("description", JSONSchema.text), ("tags", JSONSchema.list(JSONSchema.text)),
    (
      "threat",
      JSONSchema.object(
        [
          (
            "severity",
            [
              "enum": .list(
                SignatureDocument.severities.map { .text($0) } + (0...4).map { .number($0) })
            ]
          ),
          ("category", JSONSchema.text), ("technique", JSONSchema.text),
          ("external-id", JSONSchema.text), ("id", JSONSchema.text),
        ], required: [])
    ),
    ("selections", JSONSchema.map(PolicySchema.reference("selection"))),
    ("correlation", correlation),
    ("output", JSONSchema.map(JSONSchema.text)), ("lists", PolicySchema.reference("lists")),
  ]

  private static let correlation = JSONSchema.object(
    [
      (
        "type",
        JSONSchema.words([
          "event_count", "value_count", "value_sum", "temporal", "temporal_ordered", "new_value",
          "interval",
        ])
      ),
      ("rules", JSONSchema.list(JSONSchema.text)), ("group-by", JSONSchema.list(JSONSchema.text)),
      ("aliases", JSONSchema.map(JSONSchema.map(JSONSchema.text))), ("timespan", time),
      (
        "condition",
        [
          "oneOf": [
            JSONSchema.text,
            JSONSchema.object(
              [("field", JSONSchema.text)]
                + ["gt", "gte", "lt", "lte", "eq"].map { ($0, JSONSchema.number(upTo: .max)) },
              required: []),
          ]
        ]
      ),
      ("field", JSONSchema.text), ("suppress", time), ("history", time), ("warm-up", time),
      ("count", JSONSchema.number(upTo: 64)), ("share", value), ("tolerance", value),
      ("min", time), ("max", time),
      (
        "known-by",
        JSONSchema.object([("rule", JSONSchema.text), ("values", JSONSchema.text), ("for", time)])
      ),
      (
        "limits",
        JSONSchema.object(
          [
            ("keys", JSONSchema.number(upTo: 10_000_000)),
            ("values", JSONSchema.number(upTo: 10_000_000)),
          ], required: [])
      ),
    ], required: ["type"])
}
