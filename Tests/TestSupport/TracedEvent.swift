// SPDX-License-Identifier: Apache-2.0

/// One event as the tracer writes it, checked against `docs/event-json.md` and `schema/event.schema.json` while it is read.
public struct TracedEvent: Sendable {
  /// The whole object.
  public let json: JSONValue
  /// The packet's time, ns since the epoch.
  public let timestamp: UInt64
  /// The thread group as the host sees it; 0 without an owner.
  public let hostProcessID: UInt64
  /// The thread as the host sees it; 0 without an owner.
  public let hostThreadID: UInt64
  /// The thread group in its own pid namespace.
  public let processID: UInt64
  /// The real user id.
  public let userID: UInt64
  /// The id of the owner's cgroup.
  public let cgroupID: UInt64
  /// The owner's comm; empty without an owner.
  public let processName: String
  /// The container's id; empty on the host.
  public let containerID: String
  /// The event's name.
  public let name: String
  /// The names of the policies that wanted it.
  public let matchedPolicies: [String]
  /// The arguments by their names.
  public let arguments: [String: JSONValue]

  /// Reads a line.
  ///
  /// Throws when it is not JSON, its keys, their order or their types are not those of the document, or the schema refuses
  /// it.
  public init(line: [UInt8]) throws {
    let json = try JSONValue(parsing: line)
    try EventShape.check(json)
    try SchemaFile.event.get().check(json)
    self.json = json
    timestamp = try Self.number("timestamp", in: json)
    hostProcessID = try Self.number("hostProcessId", in: json)
    hostThreadID = try Self.number("hostThreadId", in: json)
    processID = try Self.number("processId", in: json)
    userID = try Self.number("userId", in: json)
    cgroupID = try Self.number("cgroupId", in: json)
    processName = try Self.text("processName", in: json)
    containerID = try Self.text("containerId", in: json)
    name = try Self.text("eventName", in: json)
    matchedPolicies = (json["matchedPolicies"]?.elements ?? []).compactMap(\.string)
    let pairs = (json["args"]?.elements ?? []).compactMap { argument in
      argument["name"]?.string.flatMap { name in argument["value"].map { (name, $0) } }
    }
    arguments = Dictionary(pairs, uniquingKeysWith: { first, _ in first })
  }

  private static func number(_ key: String, in json: JSONValue) throws -> UInt64 {
    guard let number = json[key]?.unsigned else { throw MisshapenEvent("\(key) is no number") }
    return number
  }

  private static func text(_ key: String, in json: JSONValue) throws -> String {
    guard let text = json[key]?.string else { throw MisshapenEvent("\(key) is no text") }
    return text
  }
}

extension TracedEvent {
  /// The source address as written.
  public var source: String { argument("src", "src_ip")?.string ?? "" }
  /// The destination address as written.
  public var destination: String { argument("dst", "dst_ip")?.string ?? "" }
  /// The source port; nil for an event without ports.
  public var sourcePort: UInt64? { argument("src_port", "src_port")?.unsigned }
  /// The destination port; nil for an event without ports.
  public var destinationPort: UInt64? { argument("dst_port", "dst_port")?.unsigned }

  /// An argument, or of an event that shows what the packet says, the member of its `metadata`.
  private func argument(_ name: String, _ member: String) -> JSONValue? {
    arguments[name] ?? arguments["metadata"]?[member]
  }

  /// `ingress` or `egress`; empty for an event that does not say.
  public var direction: String { arguments["metadata"]?["direction"]?.string ?? "" }

  /// Whether it says that events are missing here.
  public var isGap: Bool { name == "lost_events" }

  /// Whether the packet left its owner.
  public var leaves: Bool { direction == "egress" }

  /// The TCP flags that are set, as tcpdump writes them: `S.` for SYN and ACK.
  public var flags: String {
    let letters = [("FIN", "F"), ("SYN", "S"), ("RST", "R"), ("PSH", "P"), ("ACK", ".")]
    let set = letters.filter { arguments["proto_tcp"]?[$0.0]?.unsigned == 1 }
    return set.map(\.1).joined()
  }

  /// Enough to tell one event from another in a failed test.
  public var summary: String {
    let from = sourcePort.map { "\(source) \($0)" } ?? source
    let to = destinationPort.map { "\(destination) \($0)" } ?? destination
    let kind = arguments["proto_icmp"] ?? arguments["proto_icmpv6"]
    let detail = kind?["typeCode"]?.string ?? flags
    return "\(name) \(direction) \(from) → \(to) \(detail) \(processName)/\(hostProcessID)"
  }
}
