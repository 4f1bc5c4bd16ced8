// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

extension EndToEnd {
  @Suite struct Descent {
    @Test(.enabled(if: Machine.has("bash"), "needs bash"))
    func `a tree, who is new, and who is followed are known, also past parents that died`()
      async throws
    {
      try await withStage { stage in
        let shell = try stage.start("bash", input: .open)
        func wants(_ name: String, _ scope: String) -> String {
          policy(
            name, scope: scope, events: "net_packet_udp", "data.metadata.direction=egress",
            "data.dst=127.77.0.0/24")
        }
        let tracer = try await stage.trace(
          wants("family", "tree=\(shell.id)"), wants("strangers", "tree!=\(shell.id)"),
          wants("young", "pid=new"), wants("old", "pid!=new"),
          wants("followers", "follow\", \"pid=\(shell.id)"),
          wants("renamed", "follow\", \"comm=tpname"))
        func send(_ host: Int) -> String { "echo > /dev/udp/127.77.0.\(host)/9" }
        try shell.write("\(send(1))\n(\(send(2)))\n")
        // The middle one ends before its child sends.
        try shell.write("bash -c '(\(afterEnd(of: "$$")); \(send(3))) &'\n")
        _ = try stage.start("bash", "-c", send(4))
        let names = "printf tpname > /proc/self/comm; printf other > /proc/self/comm"
        _ = try stage.start("bash", "-c", "\(names); \(send(5))")
        for host in 1...5 {
          try await tracer.event("to host \(host)") { $0.destination == "127.77.0.\(host)" }
        }
        let trace = try await tracer.stop()

        let policies = Dictionary(
          trace.events.map { ($0.destination, $0.matchedPolicies) }, uniquingKeysWith: +)
        #expect(
          policies == [
            "127.77.0.1": ["family", "old", "followers"],
            "127.77.0.2": ["family", "young", "followers"],
            "127.77.0.3": ["family", "young", "followers"],
            "127.77.0.4": ["strangers", "young"],
            "127.77.0.5": ["strangers", "young", "renamed"],
          ])
      }
    }

    @Test(.enabled(if: Machine.has("bash"), "needs bash"))
    func `two clauses about a tree can be met by two ancestors, and the kernel decides`()
      async throws
    {
      try await withStage { stage in
        let shell = try stage.start("bash", input: .open)
        try shell.write("bash\necho child $$\n")
        let line = try await shell.line(startingWith: "child ")
        let child = try #require(line.split(separator: " ").last)
        func wants(_ name: String, _ scope: String, _ filters: String...) -> String {
          policy(
            name, scope: scope, events: "net_packet_udp", ["data.dst=127.77.1.0/24"] + filters)
        }
        let egress = "data.metadata.direction=egress"
        let tracer = try await stage.trace(
          wants("both", "tree=\(shell.id)", "tree=\(child)", egress),
          wants("either", "tree=\(shell.id),\(child)", egress),
          wants("elder", "tree=\(shell.id)", "tree!=\(child)", egress),
          wants("strangers", "tree!=\(shell.id)", egress),
          wants("all", "tree>0", egress), wants("none", "tree!=1", egress),
          wants("host", "tree=1", "hostPid>1", egress))
        #expect(tracer.readyLine?.contains("user-space filters 0") == true)
        func send(_ host: Int) -> String { "echo > /dev/udp/127.77.1.\(host)/9" }
        // Of the second one, everybody between it and the child ends before it sends.
        let last = "\(afterEnd(of: "$elder", "$younger")); bash -c '\(send(2))'"
        try shell.write(
          "\(send(1))\n(elder=$BASHPID; (younger=$BASHPID; (\(last)) &) &)\n")
        try await tracer.event("to host 2") { $0.destination == "127.77.1.2" }
        try shell.write("exit\n\(send(3))\n")
        _ = try stage.start("bash", "-c", send(4))
        for host in 3...4 {
          try await tracer.event("to host \(host)") { $0.destination == "127.77.1.\(host)" }
        }
        let trace = try await tracer.stop()

        let policies = Dictionary(
          trace.events.map { ($0.destination, $0.matchedPolicies) }, uniquingKeysWith: +)
        #expect(
          policies == [
            "127.77.1.1": ["both", "either", "all", "host"],
            "127.77.1.2": ["both", "either", "all", "host"],
            "127.77.1.3": ["either", "elder", "all", "host"],
            "127.77.1.4": ["strangers", "all", "host"],
          ])
      }
    }
  }
}
