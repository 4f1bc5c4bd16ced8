// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

extension EndToEnd {
  /// What scopes ask about together with a value: whether it is new, and whether it has started.
  @Suite(.enabled(if: Machine.has("bash", "python3"), "needs bash and python3"))
  struct States {
    private static func wants(_ name: String, _ scope: String) -> String {
      policy(
        name, scope: scope, events: "net_packet_udp", "data.metadata.direction=egress",
        "data.dst=127.77.8.0/24")
    }

    @Test func `a container is told by its id, and by whether it is new and has started`()
      async throws
    {
      let script = """
        import socket, sys
        print("up", flush=True)
        sys.stdin.readline()
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", (sys.argv[1], 9))
        """
      try await withStage { stage in
        let old = try stage.make(stage.plannedGroup(container: "0a"))
        let tracer = try await stage.trace(
          Self.wants("old-id", "container=0a0a0a"), Self.wants("new-id", "container=1b1b"),
          Self.wants("other-id", "container!=1b1b"), Self.wants("new", "container=new"),
          Self.wants("not-new", "container\", \"container!=new"),
          Self.wants("started", "container=started"),
          Self.wants("old-or-started", "container=0a,started"))
        #expect(tracer.readyLine?.contains("user-space filters 0") == true)
        let young = try stage.make(stage.plannedGroup(container: "1b"))
        let running = try stage.make(stage.plannedGroup(container: "2c"))
        func sender(_ host: Int, in group: ControlGroup? = nil) throws -> ChildProcess {
          try stage.start(
            "python3", "-c", script, "127.77.8.\(host)", in: group, input: .open)
        }
        // Whoever is moved into a group has executed nothing in there.
        let (moved, beside) = (try sender(2), try sender(4))
        _ = try await moved.line(startingWith: "up")
        try young.take(moved)
        let senders = [try sender(1, in: old), moved, try sender(3, in: running), beside]
        for sender in senders {
          try sender.write("\n")
          try await sender.end()
        }
        let trace = try await tracer.stop()

        let policies = Dictionary(
          trace.events.map { ($0.destination, $0.matchedPolicies) }, uniquingKeysWith: +)
        #expect(
          policies == [
            "127.77.8.1": ["old-id", "other-id", "not-new", "started", "old-or-started"],
            "127.77.8.2": ["new-id", "new"],
            "127.77.8.3": ["other-id", "new", "started", "old-or-started"],
            "127.77.8.4": ["other-id"],
          ])
      }
    }

    @Test func `what is made within a container belongs to it, however long its path is`()
      async throws
    {
      try await withStage { stage in
        // As of a cluster within containers: the ids of its own stand where no key of a trie has room for them.
        let outer = try stage.make(stage.plannedGroup(container: "0a"))
        let middle = try stage.make(outer.below(String(repeating: "m", count: 150)))
        func inner(_ digits: String) throws -> ControlGroup {
          try stage.make(middle.below(String(repeating: digits, count: 32)))
        }
        let old = try inner("1b")
        let tracer = try await stage.trace(Self.wants("inside", "container"))
        for (host, group) in [(21, old), (22, try inner("2c"))] {
          try await stage.start(
            "bash", "-c", "echo > /dev/udp/127.77.8.\(host)/9", in: group
          ).end()
        }
        let trace = try await tracer.stop()
        #expect(
          trace.events.map(\.containerID)
            == Array(repeating: String(repeating: "0a", count: 32), count: 2))
      }
    }

    @Test func `a process is new when it was forked or has executed something since the start`()
      async throws
    {
      try await withStage { stage in
        let shell = try stage.start("bash", input: .open)
        let other = try stage.start("bash", input: .open)
        let tracer = try await stage.trace(
          Self.wants("new", "pid=new"), Self.wants("old", "pid!=new"),
          Self.wants("new-or-shell", "pid=new,\(shell.id)"),
          Self.wants("new-but-not-shell", "pid=new\", \"pid!=\(shell.id)"))
        #expect(tracer.readyLine?.contains("user-space filters 0") == true)
        func send(_ host: Int) -> String { "echo > /dev/udp/127.77.8.\(host)/9" }
        try other.write("\(send(11))\n")
        try await tracer.event("to host 11") { $0.destination == "127.77.8.11" }
        try shell.write("\(send(12))\n(\(send(13)))\nexec bash -c '\(send(14))'\n")
        try await tracer.event("to host 14") { $0.destination == "127.77.8.14" }
        let trace = try await tracer.stop()

        let policies = Dictionary(
          trace.events.map { ($0.destination, $0.matchedPolicies) }, uniquingKeysWith: +)
        #expect(
          policies == [
            "127.77.8.11": ["old"], "127.77.8.12": ["old", "new-or-shell"],
            "127.77.8.13": ["new", "new-or-shell", "new-but-not-shell"],
            "127.77.8.14": ["new", "new-or-shell"],
          ])
      }
    }
  }
}
