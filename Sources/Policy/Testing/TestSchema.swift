// SPDX-License-Identifier: Apache-2.0

/// The JSON Schema of files of tests, for editors.
///
/// It describes the shape of a file; `test` checks what packets, owners and names mean. Source: `docs/testing.md`.
public enum TestSchema {
  /// The schema.
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
          "owners": JSONSchema.map(
            described("an owner in the words of explain --owner, such as comm=nginx pid=900")),
          "tests": JSONSchema.filledList(test),
        ]),
      .init("required", ["kind", "policies", "tests"]),
      .init("additionalProperties", false),
      .init("$defs", ["packet": packet, "step": step, "count": count]),
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
      ("event", JSONSchema.words(EventKind.allCases.map(\.name))),
      ("where", JSONSchema.filledList(JSONSchema.text)),
    ], required: ["count"])

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

  /// A test does one of three things, and each has its own form of what must come of it.
  private static var test: JSONValue {
    let counts = JSONSchema.filledList(reference("count"))
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
