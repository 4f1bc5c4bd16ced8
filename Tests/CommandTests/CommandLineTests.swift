// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// What the command line answers to small mistakes, and what it offers on demand.
struct CommandLineTests {
  private static let packet = "egress tcp 10.0.0.5:40000 > 1.1.1.1:443"

  @Test(arguments: [
    (["lnit"], "`lint`"), (["lnit", "--format", "json", "x.yaml"], "`lint`"), (["check"], "`lint`"),
    (["aply"], "`apply`"), (["schma", "event"], "`schema`"), (["valdate"], "`validate`"),
    (["trace"], "`apply`"),
  ])
  func `a misspelt command is a wrong use, with the nearest`(
    arguments: [String], command: String
  ) async throws {
    let used = try await outcome(of: [Tracer.path] + arguments)
    #expect(used.ending == .exited(64))
    #expect(used.output.isEmpty)
    #expect(
      used.errors.contains(
        "there is no command and no file `\(arguments[0])`: did you mean \(command)?"),
      "\(used.errors)")
  }

  @Test(arguments: ["qwertzui", "./lnit", "lnit.yaml"])
  func `a word that is near no command is a file that cannot be opened`(word: String) async throws {
    let used = try await outcome(of: [Tracer.path, word])
    #expect(used.ending == .exited(2))
    #expect(used.errors.contains("\(word): cannot open it"), "\(used.errors)")
  }

  @Test func `an explanation exits as it is expected to`() async throws {
    func code(_ event: String, _ flags: String, _ expected: String) async throws -> Ending {
      try await outcome(
        of: [
          Tracer.path, "explain", "-e", event, "--packet", "\(Self.packet) \(flags)", "--expect",
          expected,
        ]
      ).ending
    }
    let syn = "net_packet_tcp.data.proto_tcp.SYN=1"
    #expect(try await code(syn, "S", "match") == .exited(0))
    #expect(try await code(syn, "S.", "match") == .exited(0))
    #expect(try await code(syn, "P.", "match") == .exited(1))
    #expect(try await code(syn, "P.", "no-match") == .exited(0))
    #expect(try await code(syn, "none", "no-match") == .exited(0))
    #expect(try await code(syn, "S", "no-match") == .exited(1))
    // It depends on flags that are not given.
    #expect(try await code(syn, "", "match") == .exited(1))
    #expect(try await code(syn, "", "no-match") == .exited(1))
    #expect(try await code(syn, "Sx", "match") == .exited(64))
    let alone = try await outcome(of: [Tracer.path, "explain", "-e", syn, "--expect", "match"])
    #expect(alone.ending == .exited(64))
  }

  @Test func `an owner has one value for a key`() async throws {
    let used = try await outcome(
      of: [
        Tracer.path, "explain", "-e", "net_packet_tcp", "--packet", Self.packet, "--owner",
        "comm=curl,wget",
      ])
    #expect(used.ending == .exited(64))
    #expect(
      used.errors.contains("`comm` takes a single value here, and `curl,wget` is a list"),
      "\(used.errors)")
  }

  @Test func `all values of a field are listed on demand`() async throws {
    let short = try await run(Tracer.path, "list", "events", "net_packet_dns")
    let full = try await run(Tracer.path, "list", "events", "net_packet_dns", "--values")
    #expect(short.contains(", …)") && !full.contains("…"))
    #expect(full.count > short.count, "\(full)")
    let json = try await run(Tracer.path, "list", "events", "net_packet_dns", "--format", "json")
    #expect(json.contains("\"values\""))
    let alone = try await outcome(of: [Tracer.path, "list", "events", "--values"])
    #expect(alone.ending == .exited(64))
  }

  @Test func `an event after a minus is left out of the default set`() async throws {
    let plan = try await run(Tracer.path, "explain", "-e", "-net_packet_dns_request")
    #expect(plan.contains(" net_packet_dns_response, "), "\(plan)")
    #expect(!plan.contains("net_packet_dns_request"), "\(plan)")
  }

  @Test func `no help names a file that may not be installed`() async throws {
    for command in ["apply", "lint", "explain", "replay", "list", "schema", "doctor"] {
      let help = try await run(Tracer.path, command, "--help")
      #expect(!help.contains("docs/"), "\(help)")
    }
  }
}
