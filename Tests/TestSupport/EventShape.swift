// SPDX-License-Identifier: Apache-2.0

/// An event that is not as `docs/event-json.md` says.
public struct MisshapenEvent: Error, CustomStringConvertible {
  /// What differs.
  public let description: String

  init(_ description: String) {
    self.description = description
  }
}

/// The keys of an event, of its parts and of its arguments, in order, with their types.
enum EventShape {
  indirect enum Kind: Sendable {
    case number, signedNumber, string, boolean
    case array(Kind)
    /// `null` when there are no elements.
    case arrayOrNull(Kind)
    /// Arrays of texts by names that sort.
    case texts
    case object([(String, Kind)])
    /// Members that are written only when they are known, still in this order.
    case partial([(String, Kind)])
    case anything
  }

  /// Checks one event, its arguments too.
  static func check(_ event: JSONValue) throws {
    try check(event, is: .object(keys), at: "event")
    let name = event["eventName"]?.string ?? ""
    if name == "lost_events" {
      try require(event["eventId"] == .string("2999"), "eventId of \(name)")
      try require(event["argsNum"] == .number("5"), "argsNum of \(name)")
      return try check(event["args"] ?? .null, is: .array(gapArgument), at: name)
    }
    guard let (number, expected) = events[name] else {
      throw MisshapenEvent("no such event: \(name)")
    }
    try require(event["eventId"] == .string(number), "eventId of \(name)")
    try require(event["returnValue"] == .number("0"), "returnValue")
    try require(event["stackAddresses"] == .array([.number("0")]), "stackAddresses")
    let arguments = event["args"]?.elements ?? []
    try require(event["argsNum"] == .number(String(arguments.count)), "argsNum")
    try require(arguments.count == expected.count, "number of arguments of \(name)")
    for (argument, (key, type, kind)) in zip(arguments, expected) {
      let shape = Kind.object([("name", .string), ("type", .string), ("value", kind)])
      try check(argument, is: shape, at: "\(name).\(key)")
      try require(argument["name"] == .string(key), "\(key) in its place in \(name)")
      try require(argument["type"] == .string(type), "type of \(name).\(key)")
    }
    guard arguments.last?["type"]?.string == "trace.PacketMetadata" else { return }
    let direction = arguments.last?["value"]?["direction"]?.string
    try require(direction == "ingress" || direction == "egress", "direction")
  }

  private static func require(_ holds: Bool, _ what: String) throws {
    guard holds else { throw MisshapenEvent("not as it should be: \(what)") }
  }

  private static func check(_ value: JSONValue, is kind: Kind, at place: String) throws {
    switch (value, kind) {
    case (.string, .string), (.boolean, .boolean), (_, .anything): return
    case (.number(let text), .number):
      try require(UInt64(text) != nil, "\(place), a whole number, is \(text)")
    case (.number(let text), .signedNumber):
      try require(Int64(text) != nil, "\(place), a whole number, is \(text)")
    case (.null, .arrayOrNull): return
    case (.object(let members), .texts):
      try require(
        members.map(\.key) == Set(members.map(\.key)).sorted(), "order in \(place)")
      for member in members {
        try require(member.value.elements?.isEmpty == false, "values of \(place).\(member.key)")
        try check(member.value, is: .array(.string), at: "\(place).\(member.key)")
      }
    case (.array(let elements), .array(let kind)), (.array(let elements), .arrayOrNull(let kind)):
      for element in elements { try check(element, is: kind, at: place) }
    case (.object(let members), .object(let kinds)):
      try require(members.map(\.key) == kinds.map(\.0), "keys of \(place): \(members.map(\.key))")
      for (member, kind) in zip(members, kinds) {
        try check(member.value, is: kind.1, at: "\(place).\(member.key)")
      }
    case (.object(let members), .partial(let kinds)):
      let known = kinds.filter { kind in members.contains { $0.key == kind.0 } }
      try check(.object(members), is: .object(known), at: place)
    default:
      throw MisshapenEvent("type of \(place): \(value)")
    }
  }

  private static let gapArgument = Kind.object([
    ("name", .string), ("type", .string), ("value", .anything),
  ])

  static func numbers(_ names: String) -> [(String, Kind)] {
    names.split(separator: " ").map { (String($0), .number) }
  }

  private static let container: [(String, Kind)] = [
    ("id", .string), ("name", .string), ("image", .string), ("imageDigest", .string),
  ]
  private static let kubernetes: [(String, Kind)] = [
    ("podName", .string), ("podNamespace", .string), ("podUID", .string),
  ]

  private static let keys: [(String, Kind)] =
    numbers(
      """
      timestamp threadStartTime processorId processId cgroupId threadId parentProcessId \
      hostProcessId hostThreadId hostParentProcessId userId mountNamespace pidNamespace
      """)
    + [
      ("processName", .string), ("executable", .object([("path", .string)])),
      ("hostName", .string), ("containerId", .string), ("container", .partial(container)),
      ("kubernetes", .partial(kubernetes)), ("eventId", .string), ("eventName", .string),
      ("matchedPolicies", .array(.string)), ("argsNum", .number), ("returnValue", .number),
      ("syscall", .string), ("stackAddresses", .array(.number)),
      ("contextFlags", .object([("containerStarted", .boolean), ("isCompat", .boolean)])),
      ("threadEntityId", .number), ("processEntityId", .number), ("parentEntityId", .number),
      ("args", .array(.object([("name", .string), ("type", .string), ("value", .anything)]))),
    ]
}
