// SPDX-License-Identifier: Apache-2.0

/// The JSON Schema of files of tests, for editors.
///
/// The schema describes keys and types of values; `test` checks packets, owners and names. Source: `docs/testing.md`.
public enum TestSchema {
  /// The schema, in JSON Schema 2020-12.
  public static var json: JSONValue {
    .object([
      .init("$schema", JSONSchema.draft),
      .init("title", "Tests of policies of tracee-policy"),
      .init("type", "object"),
      .init(
        "properties",
        [
          "kind": JSONSchema.constant(TestDocument.kind), "description": JSONSchema.text,
          "policies": JSONSchema.filledList(JSONSchema.text),
          "lists": JSONSchema.map(
            described("the file of a list, in place of that which the policies name")),
          "owners": JSONSchema.map(
            described("an owner in the words of explain --owner, such as comm=nginx pid=900")),
          "tests": JSONSchema.filledList(test),
        ]),
      .init("required", ["kind", "policies", "tests"]),
      .init("additionalProperties", false),
      .init(
        "$defs",
        [
          "packet": packet, "step": step, "count": count, "finding": finding, "time": time,
        ]),
    ])
  }

  private static let packet = described(
    "a packet in the words of explain --packet, such as egress tcp 10.0.0.5:40000 > 1.1.1.1:443 SYN"
  )

  private static let owner = described("the name of an owner; without it nobody owns the packet")

  private static let step = JSONSchema.object(
    [
      (
        "at",
        [
          "description": "when it comes after the step before", "type": "string",
          "pattern": "^\\+[0-9]{1,9}(ms|s|m|h)( each)?$",
        ]
      ), ("packet", reference("packet")), ("owner", owner),
    ], required: ["packet"])

  private static let count = JSONSchema.object(
    [
      ("count", ["type": "integer", "minimum": 0]), ("policy", JSONSchema.text),
      (
        "event",
        ["anyOf": [JSONSchema.words(EventKind.allCases.map(\.name)), described("a signature")]]
      ),
      ("where", JSONSchema.filledList(JSONSchema.text)), ("by", reference("time")),
    ], required: ["count"])

  private static let finding = JSONSchema.object(
    [
      ("count", ["type": "integer", "minimum": 0]), ("policy", JSONSchema.text),
      ("event", described("the name of a signature")), ("by", reference("time")),
    ], required: ["count", "event"])

  private static let time: JSONValue = [
    "description": "the time since the start of the test by which findings count",
    "type": "string", "pattern": "^\\+[0-9]{1,9}(ms|s|m|h)$",
  ]

  private static let flow = JSONSchema.object([
    ("between", described("both ends, such as 10.0.0.2:40000 8.8.8.8:53")),
    ("owner", JSONSchema.text),
  ])

  private static let cases: JSONValue = JSONSchema.map([
    "description": "the words of a variable; 1-150 stands for each of these numbers",
    "anyOf": [
      ["type": ["string", "integer"]],
      JSONSchema.filledList(["type": ["string", "integer"]]),
    ],
  ])

  /// A test has a packet, steps or a capture, and the form of its expectation depends on which.
  private static var test: JSONValue {
    let counts: JSONValue = [
      "anyOf": [
        JSONSchema.filledList(reference("count")),
        JSONSchema.object(
          [("findings", JSONSchema.filledList(reference("finding")))], required: ["findings"]),
      ]
    ]
    let verdict = JSONSchema.map(
      JSONSchema.filledList(JSONSchema.words(EventKind.allCases.map(\.name))))
    return [
      "oneOf": [
        JSONSchema.object(
          [
            ("name", JSONSchema.text), ("packet", reference("packet")), ("owner", owner),
            ("cases", cases), ("expect", verdict),
          ], required: ["name", "packet", "expect"]),
        JSONSchema.object(
          [
            ("name", JSONSchema.text), ("steps", JSONSchema.filledList(reference("step"))),
            ("cases", cases), ("expect", counts),
          ], required: ["name", "steps", "expect"]),
        JSONSchema.object(
          [
            ("name", JSONSchema.text), ("capture", JSONSchema.text),
            ("flows", JSONSchema.filledList(flow)), ("expect", counts),
          ], required: ["name", "capture", "expect"]),
      ]
    ]
  }

  private static func described(_ words: String) -> JSONValue {
    ["description": .text(words), "type": "string"]
  }

  private static func reference(_ name: String) -> JSONValue { ["$ref": .text("#/$defs/" + name)] }
}
