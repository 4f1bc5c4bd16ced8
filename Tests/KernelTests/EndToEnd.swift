// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

/// The built tracer, from outside: real programs in namespaces of their own, and what is written about them.
@Suite(
  .serialized, .enabled(if: Machine.canTrace, Comment(rawValue: Machine.refusal ?? "")),
  .timeLimit(.minutes(3)))
enum EndToEnd {}

extension EndToEnd {
  /// A policy file in the plain form, with one rule.
  static func policy(
    _ name: String, scope: String = "global", events: String, _ filters: String...
  ) -> String {
    policy(name, scope: scope, events: events, filters)
  }

  /// A policy file in the plain form, with one rule.
  static func policy(
    _ name: String, scope: String = "global", events: String, _ filters: [String]
  ) -> String {
    """
    type: policy
    name: \(name)
    scope: ["\(scope)"]
    rules:
      - event: \(events)
        filters: [\(filters.map { "\"\($0)\"" }.joined(separator: ", "))]

    """
  }

  /// Every packet within a network, as events of these kinds.
  static func everything(_ name: String = "all", in network: VirtualNetwork, events: String)
    -> String
  {
    policy(name, events: events, "data.src=\(network.ipv4),\(network.ipv6)")
  }
}

extension EndToEnd {
  /// Datagrams from the right to the left, one to each of the ports 1, 2, ….
  static func send(_ count: Int, _ stage: Stage, _ network: VirtualNetwork) async throws {
    for port in 1...count {
      let client = try stage.start(
        "nc", "-u", "-N", "-q", "0", network.left.ipv4, "\(port)", on: network.right,
        input: .text("x"))
      #expect(try await client.end() == .exited(0))
    }
  }

  /// Commands of bash that wait until processes have ended, whether anybody has asked how or not.
  static func afterEnd(of processes: String...) -> String {
    processes.map { process in
      "until ! read -r state < /proc/\(process)/stat || [[ $state == *\") \"[ZX]* ]]; "
        + "do sleep 0.01; done 2>/dev/null"
    }.joined(separator: "; ")
  }
}

/// Who a test knows to be at an address.
struct Peer: Equatable, CustomStringConvertible {
  let name: String
  let id: UInt64

  init(_ name: String, _ id: UInt64) {
    self.name = name
    self.id = id
  }

  init(_ name: String, _ process: ChildProcess) {
    self.init(name, UInt64(process.id))
  }

  /// Nobody: what the kernel sends by itself.
  static let nobody = Peer("", 0)

  var description: String { "\(name)/\(id)" }
}

extension TracedEvent {
  var owner: Peer { Peer(processName, hostProcessID) }

  /// The owner's own address: the source of what leaves, the destination of what comes in.
  var local: String { leaves ? source : destination }
}

extension Trace {
  /// The events without those answers of connections in TIME_WAIT that come from a socket of the kernel.
  ///
  /// Not every version of the kernel shows them. Such an answer is the last word of its side.
  var eventsOfSockets: [TracedEvent] {
    events.filter { event in
      guard event.leaves, event.flags == ".", event.owner == .nobody else { return true }
      return events.contains {
        $0.leaves && $0.source == event.source && $0.timestamp > event.timestamp
      }
    }
  }
}

/// Expects that each packet belongs to the peer at its own end.
func expectOwners(
  _ trace: Trace, _ peers: [String: Peer], sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(!trace.events.isEmpty, sourceLocation: sourceLocation)
  for event in trace.eventsOfSockets {
    let expected = peers[event.local]
    #expect(
      event.owner == expected, "\(event.summary)\nin\n\(trace.summary)",
      sourceLocation: sourceLocation)
  }
}
