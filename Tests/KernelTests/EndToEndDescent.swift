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
        try shell.write("bash -c '(sleep 0.3; \(send(3))) &'\n")
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
  }
}
