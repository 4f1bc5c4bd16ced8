// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import TestSupport
import Testing

extension EndToEnd {
  /// Signatures over real traffic.
  @Suite struct Signatures {}
}

extension EndToEnd.Signatures {
  private static let examples = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "examples/signatures")

  private func signature(_ name: String) throws -> String {
    let file = Self.examples.appending(path: "\(name)/signature.yaml")
    return try String(contentsOf: file, encoding: .utf8) + "---\n"
  }

  /// The lines of a tracer that show findings.
  private func findings(_ tracer: Tracer) -> [String] {
    tracer.process.outputLines().map { String(decoding: $0, as: UTF8.self) }.filter {
      $0.contains("\"metadata\":{\"Version\"")
    }
  }

  private func end(_ tracer: Tracer) async throws {
    tracer.process.send(SIGINT)
    let ending = try await tracer.process.end()
    #expect(ending == .exited(0), "\(tracer.process.errorText)")
  }

  /// A name server that answers as that of the page that signatures come from.
  private func nameServer(_ stage: Stage, on side: VirtualNetwork.Side) async throws {
    let zone = "03756f6c03636f6d02627200"
    let primary = "05656c696f74" + zone
    let mailbox = "04726f6f74" + zone
    let numbers = String(repeating: "00000001", count: 5)
    let file = try stage.folder([
      "dnsmasq.conf": """
      no-resolv
      no-hosts
      user=root
      pid-file=
      bind-interfaces
      listen-address=\(side.ipv4)
      local=/uol.com.br/
      mx-host=uol.com.br,mx.uol.com.br,10
      txt-record=uol.com.br,"v=spf1 include:spf.uol.com.br ~all"
      dns-rr=uol.com.br,2,\(primary)
      dns-rr=uol.com.br,6,\(primary)\(mailbox)\(numbers)

      """
    ])
    _ = try stage.start(
      "dnsmasq", "--keep-in-foreground", "--conf-file=\(file)/dnsmasq.conf", on: side)
    try await side.listens(udp: true, on: 53)
  }

  @Test(.enabled(if: Machine.has("dnsmasq", "dig"), "needs dnsmasq and dig"))
  func `four answers in any order are one finding, and four more the next`() async throws {
    try await withStage { stage in
      let network = try await stage.network()
      try await nameServer(stage, on: network.left)
      let policy = EndToEnd.policy("dns", scope: "comm=dig,isc-net-*", events: "DNS")
        .replacing("\n    filters: []", with: "")
      let tracer = try await stage.trace(try signature("e2e-dns") + policy)
      for (round, order) in [["MX", "NS", "SOA", "TXT"], ["TXT", "SOA", "MX", "MX", "NS"]]
        .enumerated()
      {
        for kind in order {
          try await network.right.run("dig", "+short", "@\(network.left.ipv4)", "uol.com.br", kind)
        }
        try await eventually("finding \(round + 1)", instead: { tracer.process.errorText }) {
          findings(tracer).count > round
        }
      }
      try await end(tracer)
      let lines = findings(tracer)
      #expect(lines.count == 2, "\(lines)")
      #expect(
        lines.allSatisfy { $0.contains("\"eventName\":\"DNS\",\"matchedPolicies\":[\"dns\"]") })
      #expect(
        lines.allSatisfy {
          $0.contains("\"processName\":\"isc-net-0000\"") || $0.contains("\"processName\":\"dig\"")
        })
      #expect(tracer.process.outputLines().count == 2, "only findings are events")
    }
  }

  @Test func `a scan of many ports is one finding`() async throws {
    try await withStage { stage in
      let network = try await stage.network()
      let policy = """
        type: policy
        name: web
        scope: [comm=bash]
        rules: [{ event: port-scan }]
        """
      let tracer = try await stage.trace(
        try signature("port-scan") + policy)
      let scan = """
        for port in $(seq 1 60); do : 2>/dev/null > /dev/tcp/\(network.left.ipv4)/$port; done
        true
        """
      try await network.right.run("bash", "-c", scan)
      try await eventually("a finding of the scan", instead: { tracer.process.errorText }) {
        findings(tracer).contains { $0.contains("\"eventName\":\"port-scan\"") }
      }
      try await end(tracer)
      let scans = findings(tracer).filter { $0.contains("\"eventName\":\"port-scan\"") }
      #expect(scans.count == 1)
      #expect(scans[0].contains("{\"name\":\"ports\",\"type\":\"unsigned long\",\"value\":50}"))
    }
  }

  /// Starts the tracer with a program that does what a script says with each event, and the policy `p` that asks for it.
  ///
  /// - Parameter isConfigured: whether a configuration names both instead of options.
  private func trace(
    _ stage: Stage, _ network: VirtualNetwork, _ each: String, isConfigured: Bool = false
  ) async throws -> Tracer {
    let hello = """
      {"protocol":1,"signatures":[{"name":"pings","selections":{"a":{"event":"net_packet_icmp",\
      "filters":["data.src=\(network.right.ipv4)","data.metadata.direction=egress"]}}}]}
      """
    let script = """
      #!/bin/sh
      echo '\(hello)'
      while read -r line; do
        case $line in '{"lost"'*) continue ;; esac
        number=${line#*number\\":}; number=${number%%,*}
        \(each)
      done
      """
    let folder = try stage.folder(["text": script])
    chmod(folder, 0o755)
    // A file that this process wrote may still be open in what other tests start, and could not be executed.
    try await run("install", "-m", "755", folder + "/text", folder + "/program")
    let policy = EndToEnd.policy("p", events: "pings").replacing("\n    filters: []", with: "")
    guard isConfigured else {
      return try await stage.trace([policy], options: ["--signature", folder + "/program"])
    }
    let files = try stage.folder(["p.yaml": policy])
    let configuration = "{policies: [\(files)], outputs: [json], signatures: [\(folder)/program]}"
    let file = try stage.folder(["config.yaml": configuration]) + "/config.yaml"
    return try await stage.tracer(["apply", "--config", file])
  }

  @Test func `a service runs the programs that its configuration names`() async throws {
    try await withStage { stage in
      let network = try await stage.network()
      let tracer = try await trace(stage, network, Self.found, isConfigured: true)
      try await network.right.run("ping", "-c", "1", network.left.ipv4.description)
      try await eventually("a finding", instead: { tracer.process.errorText }) {
        findings(tracer).count == 1
      }
      try await end(tracer)
    }
  }

  private static let found =
    #"echo "{\"signature\":\"pings\",\"policy\":\"p\",\"event\":$number,\"data\":{}}""#

  @Test func `a program that crashes is started again, and finds again`() async throws {
    try await withStage { stage in
      let network = try await stage.network()
      let tracer = try await trace(stage, network, "\(Self.found); kill -SEGV $$")
      for round in 1...2 {
        try await eventually("finding \(round)", instead: { tracer.process.errorText }) {
          if findings(tracer).count < round {
            _ = try? await network.right.run("ping", "-c", "1", network.left.ipv4.description)
          }
          return findings(tracer).count >= round
        }
      }
      try await end(tracer)
      let errors = tracer.process.errorText
      #expect(errors.contains("was ended by signal 11: what it remembered is gone"))
      #expect(errors.contains("started "))
      let gaps = tracer.process.outputLines().map { String(decoding: $0, as: UTF8.self) }
        .filter { $0.contains("\"program_ended\"") }
      #expect(!gaps.isEmpty)
      #expect(findings(tracer).last?.contains("\"incomplete\"") == true)
    }
  }

  @Test func `a program has neither privileges nor the tracer's user`() async throws {
    try await withStage { stage in
      let network = try await stage.network()
      let status = "grep -E '^(Uid|CapEff|CapBnd|NoNewPrivs):' /proc/self/status >&2"
      let tracer = try await trace(stage, network, "\(status); \(Self.found)")
      try await network.right.run("ping", "-c", "1", network.left.ipv4.description)
      try await eventually("a finding", instead: { tracer.process.errorText }) {
        !findings(tracer).isEmpty
      }
      try await end(tracer)
      let errors = tracer.process.errorText
      #expect(errors.contains("Uid:\t65534\t65534\t65534\t65534"), "\(errors)")
      #expect(errors.contains("CapEff:\t0000000000000000"))
      #expect(errors.contains("CapBnd:\t0000000000000000"))
      #expect(errors.contains("NoNewPrivs:\t1"))
    }
  }
}
