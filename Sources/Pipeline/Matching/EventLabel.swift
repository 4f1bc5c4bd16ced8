import Policy

/// What an output shows of an event besides its packet: its kind, and the policies that want it.
final class EventLabel: Sendable {
  let kind: EventKind
  /// The names of the policies that want it, without duplicates, in load order.
  let policies: [String]
  /// What the JSON of the event says before the name of the system call, from `eventId` on.
  let json: [UInt8]
  /// The names joined with commas, for people; safe to show.
  let text: [UInt8]

  init(_ kind: EventKind, policies: [String]) {
    self.kind = kind
    self.policies = policies
    var json = LineBuffer(capacity: 256)
    var text = LineBuffer(capacity: 256)
    json.append("\"eventId\":\"")
    json.append(decimal: kind.rawValue)
    json.append("\",\"eventName\":\"")
    json.append(Array(kind.name.utf8))
    json.append("\",\"matchedPolicies\":")
    json.append(policies: policies)
    json.append(",\"argsNum\":")
    json.append(decimal: UInt(kind.arguments.count))
    json.append(",\"returnValue\":0,\"syscall\":\"")
    for (index, name) in policies.enumerated() {
      if index > 0 { text.append(UInt8(ascii: ",")) }
      text.append(safeText: Array(name.utf8), columns: .max)
    }
    self.json = json.copy
    self.text = text.copy
  }
}

extension EventLabel {
  /// Whose events they are, for what is counted of those that are lost.
  var losses: Losses.Key { Losses.Key(event: kind, policies: policies) }
}

extension LineBuffer {
  /// Writes the names of policies as a JSON array.
  mutating func append(policies: [String]) {
    append(UInt8(ascii: "["))
    for (index, name) in policies.enumerated() {
      if index > 0 { append(UInt8(ascii: ",")) }
      append(jsonText: Array(name.utf8))
    }
    append(UInt8(ascii: "]"))
  }
}
