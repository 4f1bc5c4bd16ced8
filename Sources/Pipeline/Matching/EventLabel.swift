// SPDX-License-Identifier: Apache-2.0

import Policy

/// What an output shows of an event whoever it is about: its identity, and the policies that want it.
final class EventLabel: Sendable {
  let event: EventID
  /// The kind of an event of the catalog; nil for others.
  let kind: EventKind?
  /// The names of the policies that want it, without duplicates, in load order.
  let policies: [String]
  /// The labels of these policies: an object by policy, in JSON.
  let labels: [UInt8]
  /// The annotations of these policies: an object by policy, in JSON.
  let annotations: [UInt8]
  /// What the JSON of the event says before the name of the system call, from `eventId` on.
  let json: [UInt8]
  /// The objects `rule` and `event` in the Elastic Common Schema, each with a comma before it; the brace that closes the second
  /// is missing.
  let ecs: [UInt8]
  /// The labels of these policies in the Elastic Common Schema: an object in JSON.
  let mergedLabels: [UInt8]
  /// The annotations of these policies in the Elastic Common Schema: an object by policy, in JSON.
  let mergedAnnotations: [UInt8]
  /// The name of the event.
  let name: [UInt8]
  /// The names of the policies joined with commas, for people; safe to show.
  let text: [UInt8]
  /// Where each name ends in ``text``.
  let nameEnds: [Int]

  /// Creates the label of an event of the catalog.
  convenience init(_ kind: EventKind, policies: [String], labels: PolicyLabels = .none) {
    self.init(
      kind.id, kind, policies: policies, argumentCount: kind.arguments.count, labels: labels)
  }

  /// Creates a label.
  ///
  /// - Parameters:
  ///   - argumentCount: the elements of `args`.
  ///   - labels: those of all policies.
  init(
    _ event: EventID, _ kind: EventKind? = nil, policies: [String], argumentCount: Int,
    labels: PolicyLabels = .none
  ) {
    self.event = event
    self.kind = kind
    self.policies = policies
    self.labels = labels.json(of: policies)
    annotations = labels.annotationsJSON(of: policies)
    mergedLabels = labels.merged(of: policies)
    mergedAnnotations = labels.mergedAnnotations(of: policies)
    ecs = Self.ecs(event, kind, policies)
    name = Array(event.name.utf8)
    var json = LineBuffer(capacity: 256)
    var text = LineBuffer(capacity: 256)
    json.append("\"eventId\":\"")
    json.append(decimal: event.number)
    json.append("\",\"eventName\":")
    json.append(jsonText: Array(event.name.utf8))
    json.append(",\"matchedPolicies\":")
    json.append(policies: policies)
    json.append(",\"argsNum\":")
    json.append(decimal: UInt(argumentCount))
    json.append(",\"returnValue\":0,\"syscall\":\"")
    var nameEnds: [Int] = []
    for (index, name) in policies.enumerated() {
      if index > 0 { text.append(UInt8(ascii: ",")) }
      text.append(safeText: Array(name.utf8), columns: .max)
      nameEnds.append(text.count)
    }
    self.nameEnds = nameEnds
    self.json = json.copy
    self.text = text.copy
  }
}

extension EventLabel {
  /// Whose events they are, for what is counted of those that are lost.
  var losses: Losses.Key { Losses.Key(event: event, policies: policies) }
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
