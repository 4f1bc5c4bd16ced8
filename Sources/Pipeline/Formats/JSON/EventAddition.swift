// SPDX-License-Identifier: Apache-2.0

/// What the JSON of an event has in addition if an output asks for it; the raw value is its word in `add=`.
public enum EventAddition: String, CaseIterable, Sendable {
  /// The time of the event as RFC 3339 writes it, in UTC with nanoseconds.
  case time
  /// The same time under the key that Elasticsearch's data streams and Logstash need.
  case timestamp = "@timestamp"
  /// The name of the machine that traces; `hostName` is that of the owner's UTS namespace.
  case host
  /// The id of the machine that traces.
  case hostID = "host-id"
  /// The path of the owner's cgroup.
  case cgroup
  /// The labels of the policies that matched.
  case labels
  /// The annotations of the policies that matched.
  case annotations
  /// The digest of the policy files by which the event was judged.
  case digest

  /// Whether events in the Elastic Common Schema do not have it unless it is asked for.
  var isMissingInECS: Bool { [.cgroup, .labels, .annotations, .digest].contains(self) }
}

/// The keys after `args` that an output asks for.
///
/// Source: `docs/event-json.md`.
final class AdditionalKeys {
  private let hasTime: Bool
  private let hasTimestamp: Bool
  /// The paths of cgroups; nil if they are not asked for.
  private let cgroups: CgroupTexts?
  private let hasLabels: Bool
  private let hasAnnotations: Bool
  private let hasDigest: Bool
  /// The keys of the machine's name and id, with a comma before each; empty if they are not asked for.
  private let host: [UInt8]
  private let times = TimeText()
  private var sets = ShownSets()

  /// Creates the keys that are asked for.
  init(_ additions: Set<EventAddition>) {
    hasTime = additions.contains(.time)
    hasTimestamp = additions.contains(.timestamp)
    cgroups = additions.contains(.cgroup) ? CgroupTexts() : nil
    hasLabels = additions.contains(.labels)
    hasAnnotations = additions.contains(.annotations)
    hasDigest = additions.contains(.digest)
    var text = LineBuffer(capacity: 256)
    if additions.contains(.host) {
      text.append(",\"host\":")
      text.append(jsonText: HostName.current)
    }
    if additions.contains(.hostID) {
      text.append(",\"hostId\":")
      text.append(jsonText: HostName.identifier)
    }
    host = text.copy
  }

  /// Takes what events of a generation show of their policies.
  func take(_ set: ShownSet) { sets.take(set) }

  /// Takes what finds the path of a cgroup by its id; empty if it is not known.
  func take(cgroupPath: @escaping (UInt64) -> String) { cgroups?.path = cgroupPath }

  /// The labels of the newest set of policies.
  var labels: PolicyLabels { sets.labels }

  /// Writes the keys, each with a comma before it.
  ///
  /// - Parameters:
  ///   - time: of the event, in ns since the epoch.
  ///   - label: what the event shows of its policies.
  ///   - generation: of the plan that it was judged by; nil for the newest.
  ///   - cgroup: the id of the owner's cgroup; 0 if there is no owner.
  func append(
    _ time: UInt64, _ label: EventLabel, generation: UInt32?, cgroup: UInt64,
    to line: inout LineBuffer
  ) {
    if hasTime {
      line.append(",\"time\":\"")
      times.append(time, to: &line)
      line.append("\"")
    }
    if hasTimestamp {
      line.append(",\"@timestamp\":\"")
      times.append(time, to: &line)
      line.append("\"")
    }
    line.append(host)
    if let cgroups {
      line.append(",\"cgroup\":")
      if let text = cgroups.text(of: cgroup) { line.append(text) } else { line.append("\"\"") }
    }
    if hasLabels {
      line.append(",\"labels\":")
      line.append(label.labels)
    }
    if hasAnnotations {
      line.append(",\"annotations\":")
      line.append(label.annotations)
    }
    if hasDigest {
      line.append(",\"digest\":\"")
      sets.append(digestOf: generation, to: &line)
      line.append("\"")
    }
  }
}
