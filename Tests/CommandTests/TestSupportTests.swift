// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import TestSupport
import Testing

/// What the other tests stand on has to hold by itself.
@Suite struct `Test support` {
  private static let line = """
    {"timestamp":1,"threadStartTime":2,"processorId":0,"processId":3,"cgroupId":1,"threadId":3,\
    "parentProcessId":1,"hostProcessId":3,"hostThreadId":3,"hostParentProcessId":1,"userId":0,\
    "mountNamespace":4,"pidNamespace":5,"processName":"nc","executable":{"path":"/bin/nc"},\
    "hostName":"h","containerId":"","container":{},"kubernetes":{},"eventId":"2003",\
    "eventName":"net_packet_udp","matchedPolicies":["a","b"],"argsNum":6,"returnValue":0,\
    "syscall":"","stackAddresses":[0],"contextFlags":{"containerStarted":false,"isCompat":false},\
    "threadEntityId":1,"processEntityId":1,"parentEntityId":2,"args":[\
    {"name":"src","type":"const char*","value":"10.0.0.1"},\
    {"name":"dst","type":"const char*","value":"10.0.0.2"},\
    {"name":"src_port","type":"u16","value":1000},{"name":"dst_port","type":"u16","value":53},\
    {"name":"proto_udp","type":"trace.ProtoUDP","value":\
    {"srcPort":1000,"dstPort":53,"length":9,"checksum":0}},\
    {"name":"metadata","type":"trace.PacketMetadata","value":{"direction":"egress"}}]}
    """

  @Test func `an event is read as it is written`() throws {
    let event = try TracedEvent(line: Array(Self.line.utf8))
    #expect(event.matchedPolicies == ["a", "b"])
    #expect(event.summary == "net_packet_udp egress 10.0.0.1 1000 → 10.0.0.2 53  nc/3")
  }

  @Test(arguments: [
    ("\"timestamp\":1,\"threadStartTime\":2", "\"threadStartTime\":2,\"timestamp\":1"),
    ("\"userId\":0", "\"userId\":\"0\""), ("\"userId\":0", "\"userId\":-1"),
    ("\"userId\":0,", ""), ("\"userId\":0", "\"userId\":0,\"extra\":0"),
    ("\"2003\"", "2003"), ("\"2003\"", "\"2002\""), ("[0]", "[]"),
    ("\"argsNum\":6", "\"argsNum\":5"),
    ("\"length\":9,\"checksum\":0", "\"checksum\":0,\"length\":9"), ("u16", "u32"),
    ("\"egress\"", "\"out\""), ("\"nc\"", "\"n\u{1}c\""), ("\"nc\"", "\"n\\ud800c\""),
    ("{\"timestamp\"", "{ \"timestamp\""), ("}]}", "}]} "), ("}]}", "}]"),
  ])
  func `an event that differs from the document is refused`(part: String, other: String) throws {
    try #require(Self.line.contains(part))
    let line = Self.line.replacing(part, with: other, maxReplacements: 1)
    #expect(throws: (any Error).self) { try TracedEvent(line: Array(line.utf8)) }
  }

  @Test func `invalid UTF-8 is refused`() throws {
    let (before, after) = ("[\"".utf8, "\"]".utf8)
    #expect(throws: MalformedJSON.self) { try JSONValue(parsing: before + [0xff] + after) }
    #expect(try JSONValue(parsing: before + [0xc3, 0xa9] + after) == .array([.string("é")]))
  }

  @Test func `a ledger has to add up`() throws {
    let line = """
      tracee-policy: done: seen 10, unwanted 3, wanted 7: submitted 6, ring full 1; \
      events 6, rejected 0, undecodable 0, lost 0
      """
    let ledger = try Ledger(parsing: "a word before\n\(line)\n")
    #expect([ledger.seen, ledger.unwanted, ledger.wanted, ledger.events] == [10, 3, 7, 6])
    try ledger.check(events: 6)
    let rare = try Ledger(parsing: "\(line), incomplete 4, after the limit 2")
    #expect([rare.events, rare.lost, rare.incomplete, rare.further] == [6, 0, 4, 0])
    #expect(throws: UnbalancedLedger.self) { try ledger.check(events: 7) }
    let lossy = try Ledger(parsing: line.replacing("ring full 1", with: "ring full 0"))
    #expect(throws: UnbalancedLedger.self) { try lossy.check(events: 6) }
    #expect(throws: UnbalancedLedger.self) { try Ledger(parsing: "no ledger") }
    #expect(throws: UnbalancedLedger.self) { try Ledger(parsing: "\(line)\n\(line)") }
  }

  @Test func `a process is heard to its end, and told from one that was killed`() async throws {
    let echo = try await outcome(
      of: ["sh", "-c", "cat; echo end >&2; exit 3"], input: .text("line\nrest"))
    #expect(echo.ending == .exited(3))
    #expect(echo.output == "line\nrest")
    #expect(echo.errors == "end\n")
    let sleeper = try ChildProcess(["sleep", "1000"])
    sleeper.send(SIGKILL)
    #expect(try await sleeper.end() == .signalled(SIGKILL))
    #expect(throws: SystemCallFailed.self) { try ChildProcess(["/no/such/program"]) }
  }

  @Test func `what does not come in time is an error`() async throws {
    let sleeper = try ChildProcess(["sleep", "1000"])
    await #expect(throws: DeadlineMissed.self) {
      try await sleeper.end(within: .milliseconds(20))
    }
  }

  @Test func `a stage is empty after the play, even one that fails`() async throws {
    struct Interruption: Error {}
    var folder = ""
    var process: ChildProcess?
    await #expect(throws: Interruption.self) {
      try await withStage { stage in
        folder = try stage.folder(["file": "text"])
        process = try stage.start("sleep", "1000")
        throw Interruption()
      }
    }
    #expect(!FileManager.default.fileExists(atPath: folder))
    #expect(process?.ending == .signalled(SIGKILL))
  }

  @Test(.enabled(if: geteuid() == 0 && Machine.has("ip", "ping"), "namespaces need root"))
  func `a network carries both versions, and is gone after the play`() async throws {
    var names: [String] = []
    try await withStage { stage in
      let network = try await stage.network()
      names = [network.left.name, network.right.name]
      for version in IPVersion.allCases {
        try await network.right.run("ping", "-c", "1", "-W", "5", network.left.address(version))
      }
    }
    for name in names { #expect(!FileManager.default.fileExists(atPath: "/run/netns/\(name)")) }
  }

  @Test(.enabled(if: geteuid() == 0 && Machine.has("ip"), "namespaces need root"))
  func `what a killed test run left goes, however many look for it`() async throws {
    // No process has a number above 4,194,304 (PID_MAX_LIMIT of the kernel).
    let names = (0..<4).map { "tptest-\(4_194_304 + getpid())-\($0)l" }
    for name in names { try await run("ip", "netns", "add", name) }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<8 { group.addTask { try await VirtualNetwork.removeLeftovers() } }
      try await group.waitForAll()
    }
    for name in names { #expect(!FileManager.default.fileExists(atPath: "/run/netns/\(name)")) }
  }
}
