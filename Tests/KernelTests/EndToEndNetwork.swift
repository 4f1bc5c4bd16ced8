// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import TestSupport
import Testing

extension EndToEnd {
  /// Outputs to other programs, from a tracer that may do nothing else.
  @Suite(.enabled(if: Machine.has("nc"), "needs nc"))
  struct Network {
    @Test(arguments: ["127.0.0.1", "localhost"])
    func `a server of TCP gets every event, and the next one what this one has not got`(
      host: String
    ) async throws {
      try await withStage { stage in
        let network = try await stage.network()
        let port = try TCPServer().port
        let tracer = try await start(stage, network, "tcp:\(host):\(port)")
        for round in 1...2 {
          try await send(2, stage, network)
          let server = try stage.start("nc", "-l", host, "\(port)")
          try await eventually("events of round \(round)", instead: { tracer.process.errorText }) {
            server.outputLines().count == 2
          }
          for line in server.outputLines() {
            #expect(try TracedEvent(line: line).name == "net_packet_udp")
          }
          try await server.remove()
        }
        try await end(tracer, events: 4)
      }
    }

    @Test(.enabled(if: ForwardServer.isThere, "needs python3 with msgpack"))
    func `a server of Forward confirms every event`() async throws {
      try await withStage { stage in
        let network = try await stage.network()
        let server = try await ForwardServer(stage)
        let tracer = try await start(stage, network, "forward:localhost:\(server.port),tag=net")
        try await send(3, stage, network)
        try await eventually("events", instead: { tracer.process.errorText }) {
          try await server.batches(1).flatMap(\.records).count == 3
        }
        try await end(tracer, events: 3)
        #expect(try await server.batches(1).allSatisfy { $0.tag == "net" })
      }
    }

    @Test(
      .enabled(if: Rsyslog.isThere, "needs rsyslogd"), arguments: ["udp", "tcp", "unix"])
    func `a daemon of syslog gets every event`(transport: String) async throws {
      try await withStage { stage in
        let network = try await stage.network()
        let daemon = try await Rsyslog(stage)
        let tracer = try await start(stage, network, daemon.place(transport))
        try await send(3, stage, network)
        for message in try await daemon.messages(3) {
          #expect(try TracedEvent(line: Array(message.text.utf8)).name == "net_packet_udp")
        }
        try await end(tracer, events: 3)
      }
    }

    @Test(
      .enabled(
        if: Rsyslog.hasTLS && ForwardServer.isThere,
        "needs rsyslogd with rsyslog-openssl, and python3 with msgpack"))
    func `servers of syslog and Forward get every event over TLS`() async throws {
      try await withStage { stage in
        let network = try await stage.network()
        let certificate = try await stage.certificate()
        let daemon = try await Rsyslog(stage, certificate: certificate)
        let server = try await ForwardServer(stage, certificate: certificate)
        let tracer = try await start(
          stage, network, "\(daemon.place("tls")),ca=\(certificate),certificate=\(certificate)",
          "forward:tls:127.0.0.1:\(server.port),ca=\(certificate)")
        try await send(3, stage, network)
        for message in try await daemon.messages(3) {
          #expect(try TracedEvent(line: Array(message.text.utf8)).name == "net_packet_udp")
        }
        try await eventually("events", instead: { tracer.process.errorText }) {
          try await server.batches(1).flatMap(\.records).count == 3
        }
        try await end(tracer, events: 3)
      }
    }

    @Test(.enabled(if: Journal.canBeHad, "needs root, systemd-journald and journalctl"))
    func `the journal gets every event`() async throws {
      try await withStage { stage in
        let network = try await stage.network()
        let journal = try await Journal(stage)
        let tracer = try await start(stage, network, "journald:\(journal.space)")
        try await send(3, stage, network)
        for entry in try await journal.entries(3) {
          let line = Array((entry["MESSAGE"]?.string ?? "").utf8)
          #expect(try TracedEvent(line: line).name == "net_packet_udp")
          #expect(entry["TRACEE_EVENT"] == .string("net_packet_udp"))
        }
        try await end(tracer, events: 3)
      }
    }

    @Test(.enabled(if: Machine.has("python3", "openssl"), "needs python3 and openssl"))
    func `servers of HTTP, with TLS and without, confirm every event`() async throws {
      try await withStage { stage in
        let network = try await stage.network()
        let certificate = try await stage.certificate()
        let plain = try await HTTPServer(stage)
        let secure = try await HTTPServer(stage, certificate: certificate)
        let tracer = try await start(
          stage, network, "http://localhost:\(plain.port)/,compress=gzip",
          "https://127.0.0.1:\(secure.port)/,ca=\(certificate)")
        try await send(3, stage, network)
        for server in [plain, secure] {
          try await eventually("events", instead: { tracer.process.errorText }) {
            try await server.requests(1).flatMap(\.lines).count == 3
          }
          for line in try await server.requests(1).flatMap(\.lines) {
            #expect(try TracedEvent(line: Array(line.utf8)).name == "net_packet_udp")
          }
        }
        try await end(tracer, events: 3)
      }
    }

    @Test(.enabled(if: KafkaCluster.canBeHad, "needs librdkafka, python3 and kcat"))
    func `a topic of Kafka gets every event`() async throws {
      try await withStage { stage in
        let network = try await stage.network()
        let cluster = try await KafkaCluster(stage)
        let tracer = try await start(stage, network, "kafka:\(cluster.brokers)/events")
        try await send(3, stage, network)
        for message in try await cluster.messages(3, of: "events") {
          #expect(try TracedEvent(line: Array(message.text.utf8)).name == "net_packet_udp")
        }
        try await end(tracer, events: 3)
      }
    }

    @Test func `a server that is never there is said, and what it should have got is lost`()
      async throws
    {
      try await withStage { stage in
        let network = try await stage.network()
        let port = try TCPServer().port
        let tracer = try await start(stage, network, "forward:127.0.0.1:\(port)")
        try await send(3, stage, network)
        try await eventually("the word of it", instead: { tracer.process.errorText }) {
          tracer.process.errorText.contains(
            "cannot open 'forward:127.0.0.1:\(port)': Connection refused; check the server")
        }
        tracer.process.send(SIGINT)
        #expect(try await tracer.process.end() == .exited(2))
        #expect(try Ledger(parsing: tracer.process.errorText).lost == 3)
      }
    }

    /// What an intruder can do beside an output over TCP, and what the kernel answers.
    @Test(
      .enabled(if: access(Hardening.intruder, R_OK) == 0, "needs the built intruder"),
      arguments: [
        ("inet", "done"), ("datagrams", "ENOSYS"), ("raw", "ENOSYS"), ("connect", "EACCES"),
      ])
    func `only connections to the ports of outputs can be made`(
      order: String, answer: String
    ) async throws {
      try await withStage { stage in
        let policies = try stage.folder([
          "a.yaml": policy("one", events: "net_packet_udp", "data.dst=127.79.0.1")
        ])
        let server = try TCPServer()
        let other = try TCPServer()
        let process = try stage.start([
          "env", "LD_PRELOAD=\(Hardening.intruder)", "INTRUDE=\(order)",
          "INTRUDE_AT=\(other.port)", Tracer.path, "-p", policies,
          "-o", "tcp:127.0.0.1:\(server.port)",
        ])
        try await eventually("start of the tracer", instead: { process.errorText }) {
          process.errorText.contains("ready: ")
        }
        process.send(SIGUSR2)
        try await eventually("answer", instead: { process.errorText }) {
          process.errorText.contains("intruder: ")
        }
        #expect(process.errorText.contains("intruder: \(answer)\n"), "\(process.errorText)")
      }
    }

    private func start(
      _ stage: Stage, _ network: VirtualNetwork, _ outputs: String...
    ) async throws -> Tracer {
      let policies = try stage.folder([
        "1.yaml": everything(in: network, events: "net_packet_udp")
      ])
      return try await stage.tracer(["apply", "-p", policies] + outputs.flatMap { ["-o", $0] })
    }

    private func end(_ tracer: Tracer, events: UInt64) async throws {
      tracer.process.send(SIGINT)
      #expect(try await tracer.process.end() == .exited(0), "\(tracer.process.errorText)")
      let ledger = try Ledger(parsing: tracer.process.errorText)
      #expect(ledger.events == events && ledger.lost == 0, "\(ledger)")
    }
  }
}
