// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import Signatures
import TestSupport
import Testing

/// Programs as signatures, over a capture.
struct SignatureProgramTests {
  private static let hello = """
    {"protocol":1,"signatures":[{"name":"many","selections":{"a":{"event":"net_packet_udp",\
    "filters":["data.dst_port=80"]}},"output":{"n":"number"}}]}
    """
  private static let policy = """
    type: policy
    name: p
    scope: [global]
    rules: [{ event: many, filters: ["data.n>=0"] }]
    """

  /// Runs `replay` with a program that does what a script says.
  ///
  /// - Parameter suffix: the options after the program's path.
  private func replay(
    _ script: String, suffix: String = "", _ options: String...
  ) async throws -> Outcome {
    // Where everybody can go, for it runs as another user.
    let folder = URL(filePath: "/tmp/signature-\(UUID().uuidString)")
    try FileManager.default.createDirectory(
      at: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o755])
    defer { try? FileManager.default.removeItem(at: folder) }
    let program = folder.appending(path: "program")
    let text = folder.appending(path: "text")
    try Data(script.utf8).write(to: text)
    // A file that this process wrote may still be open in what other tests start, and could not be executed.
    try await run("install", "-m", "755", text.path, program.path)
    let policy = folder.appending(path: "p.yaml")
    try Data(Self.policy.utf8).write(to: policy)
    let capture = folder.appending(path: "a.pcap")
    try Data(SampleCapture().pcap(ReplayTests.frames)).write(to: capture)
    return try await outcome(
      of: [
        Tracer.path, "replay", capture.path, "-p", policy.path, "-o", "json", "--signature",
        program.path + suffix,
      ] + options)
  }

  private func script(_ each: String, after: String = "") -> String {
    """
    #!/bin/sh
    echo '\(Self.hello)'
    while read -r line; do
      number=${line#*number\\":}; number=${number%%,*}
      \(each)
    done
    \(after)
    """
  }

  private static let found =
    #"echo "{\"signature\":\"many\",\"policy\":\"p\",\"event\":$number,\"data\":{\"n\":$number}}""#

  @Test func `what a program finds is an event, and it gets what it selects`() async throws {
    let replayed = try await replay(script(Self.found, after: "echo ended >&2"))
    #expect(replayed.ending == .exited(0), "\(replayed.errors)")
    let lines = replayed.output.split(separator: "\n")
    #expect(lines.count == 2 && lines.allSatisfy { $0.contains(#""eventName":"many""#) })
    #expect(lines.first?.hasPrefix(#"{"timestamp":1000001000,"#) == true)
    #expect(lines.last?.hasPrefix(#"{"timestamp":2000002000,"#) == true)
    #expect(replayed.output.contains(#"{"name":"n","type":"unsigned long","value":2}"#))
    #expect(replayed.errors.contains("unwanted 1, wanted 2; events 2, findings 2, "))
    #expect(replayed.errors.contains("ended\n"))
  }

  /// A program that finds something of each event and writes it to standard error.
  private static func reader(_ encoding: String, _ events: String) -> String {
    """
    #!/usr/bin/python3
    import json, sys
    print('\(hello.replacing("\"protocol\":1", with: "\"protocol\":1,\"encoding\":\"\(encoding)\""))', flush=True)
    \(events)
    for event in events:
        print("event", json.dumps(event, sort_keys=True), file=sys.stderr)
        print(json.dumps({"signature": "many", "policy": "p", "event": event["number"], "data": {"n": 1}}), flush=True)
    """
  }

  @Test(.enabled(if: ForwardServer.isThere, "needs python3 with msgpack"))
  func `a program reads the same events in both encodings`() async throws {
    let lines = try await replay(Self.reader("json", "events = map(json.loads, sys.stdin)"))
    let packed = try await replay(
      Self.reader(
        "msgpack", "import msgpack; events = msgpack.Unpacker(sys.stdin.buffer, read_size=1)"))
    func events(_ replayed: Outcome) -> [Substring] {
      replayed.errors.split(separator: "\n").filter { $0.hasPrefix("event ") }
    }
    #expect(lines.ending == .exited(0) && packed.ending == .exited(0), "\(packed.errors)")
    #expect(events(lines).count == 2 && events(packed) == events(lines), "\(packed.errors)")
    #expect(packed.output == lines.output)
  }

  @Test func `an encoding that does not exist is refused with the nearest one`() async throws {
    let replayed = try await replay(Self.reader("msgpak", "events = []"))
    #expect(replayed.ending == .exited(1))
    #expect(
      replayed.errors.contains("error[invalid-value]: `msgpak` is not an encoding"),
      "\(replayed.errors)")
    #expect(replayed.errors.contains("msgpack"))
  }

  @Test(arguments: [
    (",on-full=wait", "`on-full` is block or drop, not `wait`"),
    (",users=x", "a signature program has no option `users`"),
    (",user=nobody,on-full=wait", "`on-full` is block or drop, not `wait`"),
  ])
  func `options of a program that do not exist are refused`(
    suffix: String, fault: String
  ) async throws {
    let replayed = try await replay(script(Self.found), suffix: suffix)
    #expect(replayed.ending == .exited(64) && replayed.errors.contains(fault), "\(replayed)")
  }

  @Test func `a program runs with its options, in any order`() async throws {
    for suffix in [",user=nobody,on-full=block", ",on-full=drop,user=daemon"] {
      let replayed = try await replay(script(Self.found), suffix: suffix)
      #expect(replayed.ending == .exited(0), "\(replayed.errors)")
      #expect(replayed.output.split(separator: "\n").count == 2)
    }
  }

  @Test(arguments: [
    ("#!/bin/sh\nsleep 100\n", "did not say within 5.0 seconds which signatures it has"),
    ("#!/bin/sh\nexit 3\n", "ended without saying which signatures it has"),
    ("#!/nonexistent\n", "cannot be started: No such file or directory"),
    ("#!/bin/sh\nhead -c 3000000 /dev/zero\n", "said more than 1048576 bytes in its first line"),
  ])
  func `a program that does not begin is refused with a sentence`(
    script: String, fault: String
  ) async throws {
    let replayed = try await replay(script)
    #expect(replayed.ending == .exited(2))
    #expect(replayed.errors.contains(fault), "\(replayed.errors)")
  }

  @Test(arguments: [
    (
      #"{"protocol":2,"signatures":[{"name":"many","selections":{"a":{"event":"net_packet_udp"}}}]}"#,
      "protocol"
    ),
    (
      #"{"protocol":1,"signatures":[{"name":"many","selections":{"a":{"event":"net_packet_upd"}}}]}"#,
      "net_packet_udp"
    ),
    (
      #"{"protocol":1,"signatures":[{"name":"many","selections":{"a":{"event":"net_packet_udp"}},"output":{"n":"nmber"}}]}"#,
      "number"
    ),
    ("nothing of the sort", "error"),
  ])
  func `what a program says wrongly of itself is shown with its place`(
    hello: String, hint: String
  ) async throws {
    let replayed = try await replay("#!/bin/sh\necho '\(hello)'\ncat >/dev/null\n")
    #expect(replayed.ending == .exited(1))
    #expect(replayed.errors.contains("error["))
    #expect(replayed.errors.contains(hint), "\(replayed.errors)")
  }

  @Test func `lines that are no findings are counted, and no more`() async throws {
    let each = """
      echo nonsense; echo; echo '{"signature":"many","policy":"p","event":77}'
      echo '{"signature":"many","policy":"q","event":1}'; echo '[[[[[[[[[[[[[[[[[[[[[[[['
      head -c 70000 /dev/zero; echo; \(Self.found)
      """
    let replayed = try await replay(script(each))
    #expect(replayed.ending == .exited(0), "\(replayed.errors)")
    #expect(replayed.output.split(separator: "\n").count == 2)
    #expect(replayed.errors.contains("said what is no finding: nonsense"))
    #expect(replayed.errors.contains("program: 10 lines refused"), "\(replayed.errors)")
  }

  @Test func `a flood of findings is bounded by the events that they are about`() async throws {
    let each = "i=0; while [ $i -lt 1000 ]; do \(Self.found); i=$((i + 1)); done"
    let replayed = try await replay(script(each))
    #expect(replayed.ending == .exited(0), "\(replayed.errors)")
    #expect(replayed.output.split(separator: "\n").count == 200)
    #expect(replayed.errors.contains("program: 1800 lines refused"), "\(replayed.errors)")
  }

  @Test func `a program that reads nothing at all delays only the end`() async throws {
    let replayed = try await replay("#!/bin/sh\necho '\(Self.hello)'\nexec sleep 100\n")
    #expect(replayed.ending == .exited(0), "\(replayed.errors)")
    #expect(replayed.output.isEmpty)
  }

  @Test func `what the last event made a program find counts although it ends at once`()
    async throws
  {
    let replayed = try await replay(script("\(Self.found); kill -SEGV $$"))
    #expect(replayed.ending == .exited(0), "\(replayed.errors)")
    #expect(replayed.output.split(separator: "\n").count >= 1)
  }
}

/// The library that programs with signatures are written on.
struct SignatureSessionTests {
  private struct Counter: Signature {
    static let metadata = SignatureMetadata(name: "counter", data: ["count": .number])
    static let selectedEvents = [
      SelectedEvent("net_packet_dns", filters: ["data.dst_port=53"], origin: .container)
    ]
    private var count: Int64 = 0

    mutating func onEvent(_ event: Event) -> [Finding] {
      count += 1
      return [Finding(data: ["count": .integer(count)])]
    }
    mutating func onSignal(_ signal: Signal) { if case .lost = signal { count = 0 } }
  }

  private static func line(_ number: Int, policies: [String]) -> [UInt8] {
    let uses = policies.map { #"{"signature":"counter","policy":"\#($0)"}"# }
    let text =
      #"{"number":\#(number),"for":[\#(uses.joined(separator: ","))],"event":{"eventName":"net_packet_dns"}}"#
    return Array(text.utf8)
  }

  @Test func `it says what its signatures are in the words of the tracer`() {
    let hello = String(decoding: Session.hello([Counter.self]).line, as: UTF8.self)
    #expect(
      hello == """
        {"protocol":1,"signatures":[{"description":"","name":"counter","output":{"count":"number"},\
        "selections":{"events-1":{"event":"net_packet_dns","filters":["container",\
        "data.dst_port=53"]}},"tags":[],"version":"1.0.0"}]}
        """)
  }

  @Test func `each policy has an instance of its own`() {
    var session = Session([Counter.self])
    func counts(_ number: Int, _ policies: String...) -> [UInt64] {
      session.take(Self.line(number, policies: policies)).compactMap {
        $0["data"]["count"].unsigned
      }
    }
    #expect(counts(1, "a") == [1])
    #expect(counts(2, "a", "b") == [2, 1])
    #expect(session.take(Array(#"{"lost":3}"#.utf8)).isEmpty)
    #expect(counts(3, "b") == [1])
    #expect(session.take(Array("nonsense".utf8)).isEmpty)
    #expect(session.finish().isEmpty)
  }

  @Test func `JSON is read and written as it is, and what is none is refused`() {
    for text in [
      #"{"a":[1,-2,18446744073709551615,1.5,"x\u000ay",true,null,{}]}"#, #""\\\"""#, "[]", "0",
    ] {
      #expect(JSON(Array(text.utf8)).map { String(decoding: $0.line, as: UTF8.self) } == text)
    }
    #expect(JSON(Array(#""\ud83d\ude00\/\u00e4""#.utf8))?.text == "😀/ä")
    for text in ["", "{", "[1,]", "tru", "\"", "1 2", "{\"a\"}", String(repeating: "[", count: 99)]
    {
      #expect(JSON(Array(text.utf8)) == nil, "\(text)")
    }
  }
}
