// SPDX-License-Identifier: Apache-2.0

import CBPF
import Foundation
import Policy
import System
import TestSupport
import Testing

@testable import Pipeline

/// Events in the Elastic Common Schema.
@Suite struct ECSWriterTests {
  private static let clock = BootClock(epochOffset: 1_764_509_820_000_000_000)
  private static let query = SampleDNS.message(
    id: 9, flags: 0x0100, counts: [1, 0, 0, 0], SampleDNS.question("example.org", 28))
  private static let addresses = SampleDNS.message(
    id: 9, flags: 0x8180, counts: [1, 2, 0, 0],
    SampleDNS.question("example.org", 1)
      + SampleDNS.record("example.org", 5, class: 1, 60, SampleDNS.name("web.example"))
      + SampleDNS.record("web.example", 1, class: 1, 60, [192, 0, 2, 7]))

  /// A packet for each kind of event.
  private static func packet(_ kind: EventKind) -> [UInt8] {
    switch kind {
    case .ipv4: SamplePacket.ipv4(132, [], fragment: 0x2007)
    case .tcp: SamplePacket.ipv4(6, SamplePacket.tcp(flags: 0x12))
    case .ipv6: SamplePacket.ipv6(253, [1, 2])
    case .udp: SamplePacket.ipv6(17, SamplePacket.udp())
    case .icmp: SamplePacket.ipv4(1, SamplePacket.icmp(3, 3))
    case .icmpv6: SamplePacket.ipv6(58, SamplePacket.icmp(143))
    case .dns, .dnsResponse:
      SamplePacket.ipv4(17, SamplePacket.udp(from: 53, to: 40000, addresses))
    case .dnsRequest: SamplePacket.ipv4(17, SamplePacket.udp(from: 40000, query))
    case .http, .httpRequest: HTTPEventTests.segment(HTTPTests.request)
    case .httpResponse: HTTPEventTests.segment(HTTPTests.response + "0\r\n\r\n")
    }
  }

  private static let labels: PolicyLabels = {
    var plan = TracePlan(policies: ["web", "all"], rules: [])
    plan.labels = [
      "web": ["team": "edge", "severity": "high"],
      "all": ["team": "core", "app.kubernetes.io/part-of": "net"],
    ]
    plan.annotations = ["web": ["a.b": "HTTP \"in\""]]
    return PolicyLabels(plan)
  }()

  private static let set = ShownSet(
    generation: 1, digest: String(repeating: "5e", count: 32), labels: labels)

  private static let finding: SignatureFinding = {
    var threat = Signature.Threat()
    (threat.severity, threat.category, threat.externalID) = (3, "discovery", "T1046")
    threat.technique = "Network Service Discovery"
    let signature = Signature(
      name: "scan", id: "S-1", version: "1.2.0", title: "Port scan", description: "Many ports.",
      tags: ["recon"], threat: threat, selections: [], correlation: nil, output: [])
    return SignatureFinding(
      signature, number: 0, policies: ["web"], base: .tcp, event: 0, time: 0,
      data: [
        FindingDatum(name: "port", value: .number(80)),
        FindingDatum(name: "a.b", value: .texts(["x", "y"])),
        FindingDatum(name: "none", value: .none), FindingDatum(name: "true", value: .truth(true)),
      ], isApproximate: true, isIncomplete: false)
  }()

  private static let gap = Gap(
    reason: .ringFull, count: 3, since: 1_000_000_000, until: 2_500_000_000,
    losses: [Gap.Loss(policies: ["web"], event: EventKind.tcp.id, count: 3)])

  /// One event of each sort, in order: of each kind with and without an owner, a finding, and a gap.
  private static func lines(_ additions: Set<EventAddition>) throws -> [String] {
    let writer = ECSWriter(clock: clock, additions: additions)
    writer.take(set)
    var line = LineBuffer()
    for isOwned in [true, false] {
      for kind in EventKind.allCases {
        var sample = SampleRecord(packet(kind))
        if isOwned {
          sample.own()
          sample.header.system_call = 1
          sample.header.direction = UInt8(TP_EGRESS.rawValue)
          SampleRecord.fill(&sample.header.interface_name, "eth0".utf8)
          SampleRecord.fill(
            &sample.header.owner.container_id, String(repeating: "ab", count: 32).utf8)
        }
        let label = EventLabel(kind, policies: ["web", "all"], labels: labels)
        try sample.decode(asking: kind.contentProtocol) { packet in
          writer.append(label, of: packet, to: &line)
        }
      }
    }
    let label = EventLabel(
      finding.id, policies: ["web"], argumentCount: finding.argumentCount, labels: labels)
    try SampleRecord(packet(.tcp)).decode(asking: nil) { packet in
      writer.append(label, of: finding, packet, to: &line)
    }
    writer.append(gap, to: &line)
    return String(decoding: line.copy, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  /// The object `host`, which differs from machine to machine.
  private static var host: String {
    var text = LineBuffer()
    text.append("\"host\":{\"name\":")
    text.append(jsonText: HostName.current)
    if !HostName.identifier.isEmpty {
      text.append(",\"id\":")
      text.append(jsonText: HostName.identifier)
    }
    text.append("}")
    return String(decoding: text.copy, as: UTF8.self)
  }

  #if arch(x86_64)
    /// With `UPDATE_DOCS=1` in the environment the document is written, not compared.
    @Test func `one event of each sort is written byte by byte, as the document has it`() throws {
      let file = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../docs/event-ecs.jsonl").standardizedFileURL
      let lines = try Self.lines([.labels, .digest]).map { line in
        #expect(line.contains(Self.host))
        return line.replacing(Self.host, with: #""host":{"name":"tracer","id":"1"}"#)
      }
      if ProcessInfo.processInfo.environment["UPDATE_DOCS"] != nil {
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: file)
        return
      }
      let expected = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
      #expect(lines.count == expected.count)
      for (line, wanted) in zip(lines, expected) { #expect(line == wanted) }
    }
  #endif

  @Test func `a key has the same type in all events, and no list has names and values`() throws {
    var types: [String: Set<String>] = [:]
    for line in try Self.lines([.labels, .digest]) {
      Self.collect(try TestSupport.JSONValue(parsing: Array(line.utf8)), "", &types)
    }
    #expect(types.count > 80)
    for (key, found) in types.sorted(by: { $0.key < $1.key }) {
      #expect(found.count == 1, "\(key) is \(found.sorted().joined(separator: " and "))")
    }
    #expect(!types.keys.contains { $0.contains(".args") })
  }

  private static func collect(
    _ value: TestSupport.JSONValue, _ key: String, _ types: inout [String: Set<String>]
  ) {
    switch value {
    case .object(let members):
      if !key.isEmpty { types[key, default: []].insert("object") }
      for member in members {
        #expect(!member.key.contains("."))
        collect(member.value, key.isEmpty ? member.key : "\(key).\(member.key)", &types)
      }
    case .array(let elements):
      types[key, default: []].insert("list")
      for element in elements { collect(element, key + "[]", &types) }
    case .string: types[key, default: []].insert("text")
    case .number: types[key, default: []].insert("number")
    case .boolean: types[key, default: []].insert("truth")
    case .null: types[key, default: []].insert("null")
    }
  }

  @Test func `labels, annotations and digest are there only if asked for`() throws {
    let keys = [#""labels":"#, #""annotations":"#, #""digest":"#]
    for line in try Self.lines([]) { #expect(!keys.contains(where: line.contains)) }
    for line in try Self.lines([.annotations]) {
      let event = try #require(
        JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
      let tracee = event["tracee"] as? [String: Any]
      let annotations = tracee?["annotations"] as? [String: [String: String]]
      #expect(annotations == ["web": ["a_b": "HTTP \"in\""]], "\(line)")
    }
  }

  @Test func `hostile texts make lines that a parser accepts`() throws {
    for text in [Array("\"},{\"\\u".utf8), [0xff, 0x22, 0x5c], Array(1...15)] as [[UInt8]] {
      var sample = SampleRecord(Self.packet(.tcp))
      sample.own()
      SampleRecord.fill(&sample.header.owner.comm, text)
      SampleRecord.fill(&sample.header.owner.executable, text)
      SampleRecord.fill(&sample.header.owner.node_name, text)
      SampleRecord.fill(&sample.header.owner.container_id, text)
      SampleRecord.fill(&sample.header.interface_name, text)
      var line = LineBuffer()
      try sample.decode(asking: nil) { packet in
        ECSWriter(clock: Self.clock).append(
          EventLabel(.tcp, policies: ["\"p\""]), of: packet, to: &line)
      }
      let value = try JSONSerialization.jsonObject(with: Data(line.copy))
      let process = try #require((value as? [String: Any])?["process"] as? [String: Any])
      #expect(process["name"] as? String == String(decoding: text.prefix(16), as: UTF8.self))
    }
  }

  @Test(
    arguments: [
      ("example.org:8080", "example.org", 8080), ("example.org", "example.org", nil),
      ("[::1]:80", "[::1]", 80), ("example.org:99999", "example.org:99999", nil),
      ("example.org:", "example.org:", nil), (":80", "", 80), ("80", "80", nil),
    ] as [(String, String, Int?)])
  func `a host is a domain and a port`(host: String, domain: String, port: Int?) throws {
    let sample = SampleRecord(
      HTTPEventTests.segment("GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n"))
    var line = LineBuffer()
    try sample.decode(asking: .http) { packet in
      ECSWriter(clock: Self.clock).append(
        EventLabel(.httpRequest, policies: ["p"]), of: packet, to: &line)
    }
    let value = try JSONSerialization.jsonObject(with: Data(line.copy)) as? [String: Any]
    let url = try #require(value?["url"] as? [String: Any])
    #expect(url["domain"] as? String == domain)
    #expect(url["port"] as? Int == port)
  }

  @Test func `senders read the time of an event`() throws {
    for time in [0, 951_826_554_000_000_001, 1_709_164_800_123_456_789, 4_107_542_399_999_999_999]
      as [UInt64]
    {
      var line = LineBuffer()
      line.append("{\"@timestamp\":\"")
      TimeText().append(time, to: &line)
      line.append("\"}")
      #expect(JSONLine.time(of: line.bytes) == time)
    }
    for text in ["{\"@timestamp\":\"1970-01-01T00:00:00.0000000", "{\"@timestamp\":\"x\"}", "{}"] {
      let padded = Array((text + String(repeating: "x", count: 40)).utf8)
      #expect(JSONLine.time(of: padded.span.bytes) == nil)
    }
  }
}

/// Labels and digests of policies in events.
@Suite struct ShownSetTests {
  private func events(_ additions: Set<EventAddition>, _ work: (inout Emitter) throws -> Void)
    throws -> [[String: Any]]
  {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appending(path: "events").path
    var destination = Destination(.json, path: path)
    destination.additions = additions
    var emitter = Emitter(outputs: [try Output(destination, clock: BootClock(epochOffset: 0))])
    try work(&emitter)
    _ = try emitter.outputs.finish()
    let text = try String(contentsOfFile: path, encoding: .utf8)
    return try text.split(separator: "\n").map { line in
      try SchemaFile.event.get().check(TestSupport.JSONValue(parsing: Array(line.utf8)))
      return try #require(
        JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }
  }

  private func record(_ generation: UInt32, row: UInt64) -> [UInt8] {
    var sample = SampleRecord(EmitterTests.packet, row: [row])
    sample.header.generation = generation
    return sample.bytes
  }

  @Test func `an event has the labels of the policies that matched, and a gap those of the newest`()
    throws
  {
    var plan = EmitterTests.plan
    plan.labels = ["web": ["severity": "high", "team": "a\"b"], "late": ["team": "c"]]
    plan.annotations = ["web": ["description": "HTTP\n"], "late": ["owner": "d"]]
    let events = try events([.labels, .annotations]) { emitter in
      emitter.add(plan, generation: 1)
      emitter.consume(record(1, row: 0b0001).span.bytes)
      emitter.consume(record(1, row: 0b0010).span.bytes)
      emitter.outputs.append(
        Gap(
          reason: .ringFull, count: 1, since: 1, until: 2,
          losses: [Gap.Loss(policies: ["late"], event: EventKind.udp.id, count: 1)]))
    }
    #expect(
      events.map { $0["labels"] as? [String: [String: String]] } == [
        ["web": ["severity": "high", "team": "a\"b"]], [:], ["late": ["team": "c"]],
      ])
    #expect(
      events.map { $0["annotations"] as? [String: [String: String]] } == [
        ["web": ["description": "HTTP\n"]], [:], ["late": ["owner": "d"]],
      ])
    #expect(events.allSatisfy { $0["digest"] == nil })
  }

  @Test func `an event has the path of its owner's cgroup, once it is known`() throws {
    var paths: [UInt64: String] = [:]
    var asked = 0
    func record(_ cgroup: UInt64) -> [UInt8] {
      var sample = SampleRecord(EmitterTests.packet, row: [1])
      sample.own()
      sample.header.generation = 1
      sample.header.owner.cgroup_id = cgroup
      return sample.bytes
    }
    let events = try events([.cgroup]) { emitter in
      emitter.add(EmitterTests.plan, generation: 1)
      emitter.consume(record(7).span.bytes)
      emitter.outputs.take(cgroupPath: {
        asked += 1
        return paths[$0] ?? ""
      })
      emitter.consume(record(7).span.bytes)
      paths = [7: "/a\"\u{1}b", 8: "/c"]
      for cgroup in [7, 8, 7, 0] { emitter.consume(record(UInt64(cgroup)).span.bytes) }
      emitter.outputs.append(
        Gap(
          reason: .ringFull, count: 1, since: 1, until: 2,
          losses: [Gap.Loss(policies: ["web"], event: EventKind.tcp.id, count: 1)]))
    }
    #expect(
      events.map { $0["cgroup"] as? String }
        == ["", "", "/a\"\u{1}b", "/c", "/a\"\u{1}b", "", ""])
    #expect(asked == 3)
  }

  @Test func `an event has the digest of the set that it was judged by`() throws {
    let digests = ["a", "b", "c"].map { String(repeating: $0, count: 64) }
    let gap = Gap(
      reason: .ringFull, count: 1, since: 1, until: 2,
      losses: [Gap.Loss(policies: ["web"], event: EventKind.tcp.id, count: 1)])
    let events = try events([.digest]) { emitter in
      emitter.add(EmitterTests.plan, generation: 1)
      emitter.consume(record(1, row: 1).span.bytes)
      emitter.show(digest: digests[0])
      emitter.consume(record(1, row: 1).span.bytes)
      emitter.add(EmitterTests.plan, generation: 2)
      emitter.show(digest: digests[1])
      emitter.consume(record(2, row: 1).span.bytes)
      // A record that was in the ring when the other plan came into force.
      emitter.consume(record(1, row: 1).span.bytes)
      emitter.remove(generation: 1)
      // Files that differ in a comment.
      emitter.show(digest: digests[2])
      emitter.consume(record(2, row: 1).span.bytes)
      emitter.outputs.append(gap)
    }
    #expect(
      events.map { $0["digest"] as? String }
        == ["", digests[0], digests[1], digests[0], digests[2], digests[2]])
  }

  @Test func `labels of both forms are in the plan, and a change of them is a change`() throws {
    func plan(_ labels: String) throws -> TracePlan {
      let text = """
        apiVersion: tracee.aquasec.com/v1beta1
        kind: Policy
        metadata:
          name: web
          labels: { team: edge, severity: high }
          annotations: { description: a gate }
        spec: { scope: [global], rules: [{ event: net_packet_tcp }] }
        ---
        type: policy
        name: dns
        labels: \(labels)
        scope: [global]
        rules: [{ event: net_packet_udp }]

        """
      let checked = PolicySet.parse([SourceFile(name: "x", bytes: Array(text.utf8))]).checked()
      return try #require(checked.plan, "\(checked.diagnostics.map(ConciseRenderer.line))")
    }
    let old = try plan("{ tier: 1 }")
    #expect(old.labels == ["web": ["team": "edge", "severity": "high"], "dns": ["tier": "1"]])
    #expect(old.annotations == ["web": ["description": "a gate"]])
    #expect(try plan("{}").labels["dns"] == nil)
    #expect(PlanChange(from: old, to: try plan("{ tier: 2 }")).changed == ["dns"])
    #expect(try old != plan("{ tier: 2 }"))
  }
}
