// SPDX-License-Identifier: Apache-2.0

/// The JSON Schema of the lines that `--output json` writes, generated from the catalog of events.
///
/// Source: `docs/event-json.md`, `docs/events.md`.
public enum EventSchema {
  /// The schema of one event, as an object of JSON Schema 2020-12.
  public static var json: JSONValue {
    var members: [JSONValue.Member] = [
      .init("$schema", JSONSchema.draft),
      .init("$id", .text("urn:tracee-policy:event:\(version)")),
      .init("title", "An event of tracee-policy"),
    ]
    let object = JSONSchema.object(
      keys + [("metadata", metadata)] + additions, required: keys.map(\.name))
    if case .object(let object) = object { members += object }
    let lost = arguments(LostEvents.arguments, of: LostEvents.id.name, LostEvents.id.number)
    members.append(
      .init(
        "allOf",
        .list(
          EventKind.allCases.map { arguments($0.arguments, of: $0.name, $0.rawValue) } + [
            lost, finding,
          ]
        )
      ))
    return .object(members)
  }

  private static let count = JSONSchema.number(upTo: .max)
  private static let id = JSONSchema.number(upTo: .max >> 32)

  /// The version of the format: it grows when a key that was there changes or disappears, not when one is added.
  private static let version = 1

  /// The keys that an output adds if it is asked to, and, of an event that is too long for its message, if it has to.
  private static let additions: [(name: String, schema: JSONValue)] = [
    ("time", ["type": "string", "format": "date-time"]),
    ("@timestamp", ["type": "string", "format": "date-time"]), ("host", JSONSchema.text),
    ("hostId", JSONSchema.text), ("cgroup", JSONSchema.text),
    ("labels", JSONSchema.map(JSONSchema.map(JSONSchema.text))),
    ("annotations", JSONSchema.map(JSONSchema.map(JSONSchema.text))),
    ("digest", ["type": "string", "pattern": "^([0-9a-f]{64})?$"]), ("truncated", ["const": true]),
  ]

  /// The keys in the order in which they are written.
  private static let keys: [(name: String, schema: JSONValue)] = [
    ("timestamp", JSONSchema.described("packet time, ns since the epoch", count)),
    ("threadStartTime", JSONSchema.described("owner thread's start, ns since the epoch", count)),
    ("processorId", id),
    ("processId", id),
    ("cgroupId", count),
    ("threadId", id),
    ("parentProcessId", id),
    ("hostProcessId", id),
    ("hostThreadId", id),
    ("hostParentProcessId", id),
    ("userId", id),
    ("mountNamespace", id),
    ("pidNamespace", id),
    ("processName", JSONSchema.text),
    ("executable", JSONSchema.object([("path", JSONSchema.text)])),
    ("hostName", JSONSchema.text),
    ("containerId", JSONSchema.text),
    ("container", known(["id", "name", "image", "imageDigest"])),
    ("kubernetes", known(["podName", "podNamespace", "podUID"])),
    (
      "eventId",
      [
        "type": "string",
        "pattern": .text(
          "^("
            + (EventKind.allCases.map(\.rawValue) + [LostEvents.id.number]).map { String($0) }
            .joined(separator: "|") + "|[67][0-9]{3})$"),
      ]
    ),
    ("eventName", JSONSchema.text),
    ("matchedPolicies", JSONSchema.filledList(JSONSchema.text)),
    ("argsNum", count),
    ("returnValue", ["const": 0]),
    ("syscall", JSONSchema.text),
    ("stackAddresses", ["const": [0]]),
    (
      "contextFlags",
      JSONSchema.object([("containerStarted", JSONSchema.flag), ("isCompat", JSONSchema.flag)])
    ),
    ("threadEntityId", id),
    ("processEntityId", id),
    ("parentEntityId", id),
    ("args", ["type": "array"]),
  ]

  private static let textOrNull: JSONValue = ["type": ["string", "null"]]

  /// What is known of the signature of a finding.
  private static let metadata = JSONSchema.object([
    ("Version", JSONSchema.text), ("Description", JSONSchema.text),
    ("Tags", ["type": ["array", "null"], "items": ["type": "string"]]),
    (
      "Properties",
      JSONSchema.object([
        ("Category", textOrNull),
        ("Severity", ["type": ["integer", "null"], "minimum": 0, "maximum": 4]),
        ("Technique", textOrNull), ("external_id", textOrNull), ("id", textOrNull),
        ("signatureID", JSONSchema.text), ("signatureName", JSONSchema.text),
      ])
    ),
  ])

  /// What follows from the number of a finding.
  private static let finding: JSONValue = [
    "if": ["properties": ["eventId": ["pattern": "^[67][0-9]{3}$"]]],
    "then": [
      "required": ["metadata"],
      "properties": [
        "args": [
          "items": JSONSchema.object([
            ("name", JSONSchema.text), ("type", JSONSchema.text), ("value", true),
          ]), "minItems": 1,
        ]
      ],
    ],
    "else": ["properties": ["metadata": false]],
  ]

  /// An object of texts, each of which is there only when it is known.
  private static func known(_ names: [String]) -> JSONValue {
    JSONSchema.object(names.map { ($0, JSONSchema.text) }, required: [])
  }

  /// Returns the schema of the id and arguments of an event, which depend on its name.
  private static func arguments(
    _ arguments: [EventArgument], of name: String, _ id: UInt32
  ) -> JSONValue {
    let schemas = arguments.map { argument in
      JSONSchema.object([
        ("name", JSONSchema.constant(argument.name)),
        ("type", JSONSchema.constant(argument.typeName)), ("value", argument.shape.schema),
      ])
    }
    let count = JSONValue.number(arguments.count)
    return [
      "if": ["properties": ["eventName": JSONSchema.constant(name)]],
      "then": [
        "properties": [
          "eventId": JSONSchema.constant(String(id)),
          "argsNum": ["const": count],
          "args": [
            "prefixItems": .list(schemas), "minItems": count, "maxItems": count,
          ],
        ]
      ],
    ]
  }
}

extension Shape {
  /// The schema of a value with this shape.
  fileprivate var schema: JSONValue {
    switch self {
    case .value(let type): type.schema
    case .structure(let members):
      JSONSchema.object(
        members.map { ($0.name, $0.shape.schema) },
        required: members.filter { $0.shape != .mark }.map(\.name))
    case .list(let element): JSONSchema.list(element.schema)
    case .listOrNull(let element): ["type": ["array", "null"], "items": element.schema]
    case .mark: ["const": true]
    case .texts: JSONSchema.map(JSONSchema.filledList(JSONSchema.text))
    }
  }
}

extension FieldType {
  /// The schema of a value of this type in an event.
  fileprivate var schema: JSONValue {
    switch self {
    case .integer(let maximum), .identifier(let maximum): JSONSchema.number(upTo: maximum)
    case .signedInteger: ["type": "integer"]
    case .port: JSONSchema.number(upTo: 65535)
    case .flag: JSONSchema.number(upTo: 1)
    case .address, .text, .name, .path, .executable, .containerID: JSONSchema.text
    case .enumeration(let enumeration):
      enumeration.isComplete ? JSONSchema.words(enumeration.symbols.map(\.name)) : JSONSchema.text
    }
  }
}

extension Enumeration {
  /// Whether every number up to the maximum has a name.
  fileprivate var isComplete: Bool {
    var next: UInt64 = 0
    for range in symbols.flatMap(\.numbers).sorted(by: { $0.lowerBound < $1.lowerBound }) {
      guard range.lowerBound <= next else { return false }
      next = max(next, range.upperBound + 1)
    }
    return next > maximum
  }
}
