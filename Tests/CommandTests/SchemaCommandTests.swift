// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// The schemas against a validator that others wrote.
struct SchemaCommandTests {
  static let hasValidator: Bool = {
    let python = Process()
    python.executableURL = URL(filePath: "/usr/bin/env")
    python.arguments = ["python3", "-c", "import jsonschema, yaml"]
    python.standardError = FileHandle.nullDevice
    guard (try? python.run()) != nil else { return false }
    python.waitUntilExit()
    return python.terminationStatus == 0
  }()

  /// Says for each file, which may hold several YAML documents, whether a schema accepts all of it.
  private func accepted(_ subject: String, _ texts: [String]) async throws -> [Bool] {
    let script = """
      import json, sys, subprocess, yaml, jsonschema
      schema = json.loads(subprocess.run([sys.argv[1], "schema", sys.argv[2]],
                                         capture_output=True, check=True).stdout)
      jsonschema.Draft202012Validator.check_schema(schema)
      check = jsonschema.Draft202012Validator(schema)
      for path in sys.argv[3:]:
          with open(path) as file:
              print(all(check.is_valid(document) for document in yaml.safe_load_all(file)))
      """
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let paths = try texts.enumerated().map { index, text in
      let file = folder.appending(path: "\(index).yaml")
      try text.write(to: file, atomically: true, encoding: .utf8)
      return file.path
    }
    let output = try await run(["python3", "-c", script, Tracer.path, subject] + paths)
    return output.split(separator: "\n").map { $0 == "True" }
  }

  private static let policy = """
    {type: policy, name: web, scope: ["comm=nginx,envoy", " uid >= 1000 ", not-container],
     rules: [{event: "net_packet_tcp,-net_packet_udp, tag=default,net_packet_dns*",
              filters: ["data.dst_port=80", "retval!=-1", "hostPid>5", "args.src=::1"],
              actions: [log]}], defaultActions: [print]}
    """
  private static let resource = """
    apiVersion: tracee.aquasec.com/v1beta1
    kind: Policy
    metadata: {name: a.b-c, annotations: {description: x}, labels: {a: b}}
    spec: {scope: [global], rules: [{event: openat*}]}
    """

  @Test(.enabled(if: hasValidator, "needs python3 with jsonschema and yaml"))
  func `the schema of policies accepts what is right and refuses what is not`() async throws {
    let wrong: [(String, String)] = [
      ("type: policy", "type: polcy"), ("name: web", "name: Web"), ("name: web", "nmae: web"),
      ("comm=nginx,envoy", "com=nginx"), ("uid >= 1000", "uid => 1000"),
      ("comm=nginx,envoy", "comm="),
      ("not-container", "container-not"), ("data.dst_port=80", "data=80"),
      ("data.dst_port=80", "data.dst_prot=80"), ("not-container", "global"), ("[log]", "[lgo]"),
      ("net_packet_tcp", "net_packet_tpc"), ("event:", "events:"), ("uid >= 1000", "hostTid"),
    ]
    let mutants = wrong.map { Self.policy.replacingOccurrences(of: $0, with: $1) }
    #expect(mutants.allSatisfy { $0 != Self.policy })
    let verdicts = try await accepted("policy", [Self.policy, Self.resource] + mutants)
    #expect(verdicts == [true, true] + mutants.map { _ in false })
  }

  @Test(.enabled(if: hasValidator, "needs python3 with jsonschema and yaml"))
  func `the schema of policies refuses nothing that lint takes`() async throws {
    let right = [
      ("name: web", "name: no"), ("name: web", "name: 123"),
      ("name: web", "name: web, version: 1.0"), ("name: web", "name: web, description: 5"),
      ("\"data.dst_port=80\"", "\"data.dst_port=80,\\n443\""),
      ("data.dst_port=80", "data.proto_http.headers.X-A=b"),
    ].map { Self.policy.replacingOccurrences(of: $0, with: $1) }
    #expect(right.allSatisfy { $0 != Self.policy })
    #expect(try await accepted("policy", right) == right.map { _ in true })
  }

  private static let event = """
    {"timestamp":1,"threadStartTime":1,"processorId":6,"processId":1,"cgroupId":5650,"threadId":1,
    "parentProcessId":1,"hostProcessId":1,"hostThreadId":1,"hostParentProcessId":1,"userId":1000,
    "mountNamespace":4026531841,"pidNamespace":4026531836,"processName":"vlc","executable":{"path":""},
    "hostName":"rugged","containerId":"","container":{},"kubernetes":{},"eventId":"2003",
    "eventName":"net_packet_udp","matchedPolicies":[""],"argsNum":6,"returnValue":0,"syscall":"sendto",
    "stackAddresses":[0],"contextFlags":{"containerStarted":false,"isCompat":false},
    "threadEntityId":1,"processEntityId":1,"parentEntityId":1,"args":[
    {"name":"src","type":"const char*","value":"::1"},{"name":"dst","type":"const char*","value":"::1"},
    {"name":"src_port","type":"u16","value":40020},{"name":"dst_port","type":"u16","value":80},
    {"name":"proto_udp","type":"trace.ProtoUDP","value":{"srcPort":1,"dstPort":2,"length":8,"checksum":0}},
    {"name":"metadata","type":"trace.PacketMetadata","value":{"direction":"egress"}}]}
    """

  private static let gap =
    event.replacingOccurrences(of: "net_packet_udp", with: "lost_events")
    .replacingOccurrences(of: #""2003""#, with: #""2999""#)
    .replacingOccurrences(of: #""argsNum":6"#, with: #""argsNum":5"#)
    .components(separatedBy: #""args":["#)[0] + #"""
      "args":[{"name":"count","type":"u64","value":3},
      {"name":"reason","type":"const char*","value":"ring_full"},
      {"name":"since","type":"u64","value":1},{"name":"until","type":"u64","value":2},
      {"name":"losses","type":"[]trace.Loss","value":[
      {"policies":["web"],"event":"net_packet_tcp","count":3}]}]}
      """#

  @Test(.enabled(if: hasValidator, "needs python3 with jsonschema and yaml"))
  func `the schema of events accepts what is right and refuses what is not`() async throws {
    let wrong: [(String, String)] = [
      (#""2003""#, "2003"), (#""2003""#, #""2002""#), ("net_packet_udp", "net_packet_tcp"),
      (#""container":{}"#, #""container":{"nam":""}"#), ("[0]", "[]"), ("[\"\"]", "[]"),
      (#""checksum":0"#, #""checksum":65536"#), (#","checksum":0"#, ""), ("egress", "out"),
      (#""src_port","type":"u16""#, #""src_port","type":"int""#),
      ("\"userId\":1000", "\"userId\":-1"),
      (#""argsNum":6"#, #""argsNum":5"#), (#""returnValue":0"#, #""returnValue":1"#),
      (#""processName":"vlc""#, #""processName":null"#), (#""path":"""#, #""path":1"#),
      (#""timestamp":1,"#, #""timestamp":1.5,"#), (#""isCompat":false"#, #""isCompat":0"#),
      (#""src","type""#, #""dst","type""#), (#"{"srcPort":1"#, #"{"srcPort":"1""#),
      (#""hostName":"rugged","#, ""), (#"{"timestamp""#, #"{"more":1,"timestamp""#),
      (#""userId":1000"#, #""userId":4294967296"#), (#""value":80}"#, #""value":65536}"#),
    ]
    let mutants = wrong.map { Self.event.replacingOccurrences(of: $0, with: $1) }
    #expect(mutants.allSatisfy { $0 != Self.event })
    let texts = [Self.event, Self.gap] + mutants
    let verdicts = try await accepted("event", texts)
    #expect(verdicts == [true, true] + mutants.map { _ in false })
    // What all tests ask of every line is what the validator asks.
    let schema = try SchemaFile.event.get()
    #expect(try texts.map { try schema.accepts($0.replacing("\n", with: "")) } == verdicts)
  }

  @Test func `a schema with a keyword that the tests do not know is refused`() throws {
    _ = try SchemaFile(text: "{\n  \"minimum\": 1\n}")
    #expect(throws: MisshapenEvent.self) {
      try SchemaFile(text: "{\n  \"items\": {\n    \"pattern\": \"x\"\n  }\n}")
    }
  }
}
