// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import TestSupport
import Testing

/// What a service needs of a tracer: a start with broken files, metrics, variables, and word for systemd.
extension EndToEnd.Control {
  @Test func `broken files at the start are traced by the last good set, and that is said`()
    async throws
  {
    try await withStage { stage in
      let state = try stage.folder()
      let broken = ["a.yaml": "name: ["]
      let without = try await outcome(
        of: [
          TestSupport.Tracer.path, "apply", "-p", try stage.folder(broken), "--state", state,
          "-o", "none",
        ])
      #expect(without.ending == .exited(1))

      let good = try await Scene(stage, state: state)
      try await eventually("the last good set") { access(state + "/last-good", F_OK) == 0 }
      #expect(try await good.ctl("stop").ending == .exited(0))
      #expect(try await good.tracer.process.end() == .exited(0))

      let next = try await Scene(stage, broken, state: state)
      #expect(
        next.tracer.process.errorText.contains("the policies were refused; tracing with the last")
      )
      let status = try await next.ctl("status")
      #expect(status.ending == .exited(1) && status.output.contains("THE LAST GOOD SET"))
      #expect(try await next.metric("tracee_policy_last_good_set") == "1")
      try await next.send()
      _ = try await next.tracer.event("the datagram") { $0.matchedPolicies == ["first"] }
      try next.write(Scene.policy("fixed"))
      #expect(try await next.ctl("reload").ending == .exited(0))
      #expect(try await next.ctl("status").ending == .exited(0))
      #expect(try await next.metric("tracee_policy_last_good_set") == "0")
      _ = try await next.tracer.stop()
    }
  }

  @Test func `the last good set has the lists that its policies name, and its signatures`()
    async throws
  {
    try await withStage { stage in
      let state = try stage.folder()
      let files = [
        "a.yaml": Scene.policy("first").replacing("data.dst=127.79.0.1", with: "data.dst=@own")
          .replacing("rules:", with: "lists: { own: own.txt }\nrules:")
          + "\n  - event: datagrams\n",
        "b.yaml": """
        type: signature
        name: datagrams
        selections: { seen: { event: net_packet_udp, filters: [data.dst=@own] } }
        lists: { own: own.txt }
        """, "own.txt": "127.79.0.1\n",
      ]
      let good = try await Scene(stage, files, state: state)
      try await eventually("the last good set") { access(state + "/last-good", F_OK) == 0 }
      #expect(try await good.ctl("stop").ending == .exited(0))
      #expect(try await good.tracer.process.end() == .exited(0))

      // The same files, of which the list is broken now.
      try good.write("127.79.0.1\nnonsense\n", as: "own.txt")
      let tracer = try await stage.tracer([
        "apply", "-p", good.folder, "-o", "json", "--control", good.socket, "--state", state,
      ])
      #expect(tracer.process.errorText.contains("\(good.folder)/own.txt:2:1"))
      #expect(
        tracer.process.errorText.contains("the policies were refused; tracing with the last"))
      try await good.send()
      // Findings have a key more than other events.
      for name in ["net_packet_udp", "datagrams"] {
        try await eventually("\(name)", instead: { tracer.process.errorText }) {
          tracer.process.outputLines().contains {
            String(decoding: $0, as: UTF8.self)
              .contains("\"eventName\":\"\(name)\",\"matchedPolicies\":[\"first\"]")
          }
        }
      }
      try good.write("127.79.0.1\n", as: "own.txt")
      #expect(try await good.ctl("reload").ending == .exited(0))
      #expect(try await good.ctl("status").ending == .exited(0))
      tracer.process.send(SIGINT)
      #expect(try await tracer.process.end() == .exited(0))
    }
  }

  @Test(.enabled(if: Machine.has("promtool", "curl"), "needs promtool and curl"))
  func `metrics are Prometheus', by policy, and health is that of tracing`() async throws {
    try await withStage { stage in
      let folder = try stage.folder([
        "a.yaml": """
        type: policy
        name: two
        scope: [global]
        rules:
          - {event: net_packet_udp, filters: [data.dst=127.79.0.1, data.dst_port=9]}
          - {event: net_packet_udp, filters: [data.dst=127.79.0.1, data.metadata.direction=egress]}

        """,
        "b.yaml": Scene.policy("one"),
        "c.yaml": "{type: policy, name: found, scope: [global], rules: [{event: ports}]}",
        "d.yaml": """
        type: signature
        name: ports
        selections:
          leaving:
            event: net_packet_udp
            filters: [data.metadata.direction=egress, data.dst=127.79.0.1]
        correlation:
          type: event_count
          group-by: [data.src_port]
          timespan: 1m
          condition: { gte: 1 }
          suppress: 1m
        """,
      ])
      let state = try stage.folder()
      let tracer = try await stage.tracer([
        "apply", "-p", folder, "-o", "json", "--metrics", "unix:\(state)/m.sock",
        "--metrics-file", "\(state)/m.prom",
      ])
      func get(_ page: String) async throws -> Outcome {
        try await outcome(
          of: ["curl", "-sS", "-w", "%{http_code}", "--unix-socket", "\(state)/m.sock"]
            + ["http://tracer\(page)"])
      }
      for _ in 0..<3 {
        try await stage.start("nc", "-u", "-N", "-q", "0", "127.79.0.1", "9", input: .text("x"))
          .end()
      }
      let wanted = [
        #"tracee_policy_events_total{policy="two",event="net_packet_udp"} "#,
        #"tracee_policy_events_total{policy="one",event="net_packet_udp"} 3"#,
        #"tracee_policy_findings_total{policy="found",signature="ports"} 3"#,
        #"tracee_policy_signature_state_entries{policy="found",signature="ports"} 3"#,
        #"tracee_policy_signature_missed_events_total{reason="late"} 0"#,
      ]
      var text = ""
      try await eventually("the events") {
        text = try await get("/metrics").output
        return wanted.allSatisfy { text.contains($0) }
      }
      // Three left; those that came to the socket's address and port came too, if anybody took them. Each counts once,
      // although two rules of the policy want it.
      let two = text.split(separator: "\n").first { $0.hasPrefix(wanted[0]) }
        .flatMap { Int($0.dropFirst(wanted[0].count)) }
      #expect((3...6).contains(two ?? 0))
      #expect(text.hasSuffix("200"))
      try await run("promtool", "check", "metrics", input: .text(String(text.dropLast(3))))
      #expect(try await get("/healthz").output == "attached and reading\n200")
      for page in ["/status", "/reload", "/stop", "/x"] {
        #expect(try await get(page).output.hasSuffix("404"))
      }
      let file = try String(contentsOfFile: "\(state)/m.prom", encoding: .utf8)
      try await run("promtool", "check", "metrics", input: .text(file))
      // Findings have a key more than other events.
      tracer.process.send(SIGINT)
      #expect(try await tracer.process.end() == .exited(0))
      let last = try String(contentsOfFile: "\(state)/m.prom", encoding: .utf8)
      #expect(last.contains(wanted[1]))
    }
  }

  @Test func `variables are read again with the policies`() async throws {
    try await withStage { stage in
      let folder = try stage.folder([
        "a.yaml": Scene.policy("host").replacing("127.79.0.1", with: "${HOST}")
      ])
      let state = try stage.folder()
      func configure(_ address: String) throws {
        let text = """
          policies: [\(folder)]
          outputs: [json]
          control: \(state)/ctl.sock
          variables: {HOST: \(address)}

          """
        try Data(text.utf8).write(to: URL(filePath: "\(state)/config.yaml"), options: .atomic)
      }
      try configure("127.79.0.1")
      let tracer = try await stage.tracer(["apply", "--config", "\(state)/config.yaml"])
      func ctl(_ word: String) async throws -> Outcome {
        try await outcome(
          of: [TestSupport.Tracer.path, "ctl", word, "--control", "\(state)/ctl.sock"])
      }
      func send(_ address: String) async throws {
        try await stage.start("nc", "-u", "-N", "-q", "0", address, "9", input: .text("x")).end()
      }
      try await send("127.79.0.2")
      try await send("127.79.0.1")
      try await tracer.event("the first") { $0.matchedPolicies == ["host"] }
      try configure("127.79.0.2")
      #expect(try await ctl("reload").output.hasPrefix("generation 2, "))
      try await send("127.79.0.1")
      try await send("127.79.0.2")
      try await eventually("the second") { try tracer.events().count == 2 }
      try configure("[")
      #expect(try await ctl("reload").ending == .exited(1))
      _ = try await tracer.stop()
    }
  }

  @Test func `systemd is told what is in force, and that the tracer lives`() async throws {
    try await withStage { stage in
      let state = try stage.folder()
      let listener = try stage.start(
        "python3", "-uc",
        """
        import socket, sys
        s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        s.bind(sys.argv[1])
        print("bound")
        while True:
            print(s.recv(4096).decode().replace("\\n", "|"))
        """, "\(state)/notify")
      _ = try await listener.line(startingWith: "bound")
      let folder = try stage.folder(["a.yaml": Scene.policy("first")])
      let tracer = try stage.start(
        "env", "NOTIFY_SOCKET=\(state)/notify", "WATCHDOG_USEC=300000", TestSupport.Tracer.path,
        "apply", "-p", folder, "-o", "none")
      let ready = try await listener.line(startingWith: "READY=1|STATUS=")
      #expect(ready.hasPrefix("generation 1, 1 policy, digest "))
      _ = try await listener.line(startingWith: "WATCHDOG=1")
      try Data("name: [".utf8).write(to: URL(filePath: "\(folder)/a.yaml"), options: .atomic)
      tracer.send(SIGHUP)
      _ = try await listener.line(startingWith: "RELOADING=1|MONOTONIC_USEC=")
      try await eventually("the refusal", instead: { listener.outputText }) {
        listener.outputText.contains("the last reload was refused: \(folder)/a.yaml:1:")
      }
      tracer.send(SIGTERM)
      _ = try await listener.line(startingWith: "STOPPING=1")
      #expect(try await tracer.end() == .exited(0))
    }
  }
}
