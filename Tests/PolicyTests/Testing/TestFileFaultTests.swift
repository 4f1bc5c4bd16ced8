// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import Policy

struct TestFileFaultTests {
  private static let packet = "egress tcp 10.0.0.5:1 > 1.1.1.1:80"

  /// The one finding about a file of tests.
  private func finding(_ tests: String) throws -> Diagnostic {
    let set = try TestWorld(tests: tests).set()
    #expect(set.suites.isEmpty, "\(set.suites.map(\.cases))")
    #expect(set.diagnostics.count == 1, "\(set.diagnostics.map(\.message))")
    return try #require(set.diagnostics.first)
  }

  private func file(_ test: String, owners: String = "{ curl: comm=curl }") -> String {
    "kind: PolicyTest\npolicies: [p.yaml]\nowners: \(owners)\ntests:\n  - \(test)\n"
  }

  @Test(arguments: [
    ("{ name: a, packt: 'PACKET', expect: {} }", "has no key `packt`"),
    ("{ name: a, expect: {} }", "must have the key `packet`, `steps` or `capture`"),
    ("{ name: a, packet: 'PACKET' }", "must have the key `expect`"),
    ("{ packet: 'PACKET', expect: {} }", "must have the key `name`"),
    ("{ name: a, packet: 'PACKET', capture: x.pcap, expect: [] }", "one of `packet`"),
    ("{ name: a, packet: 'PACKET', owner: crl, expect: {} }", "no owner is named `crl`"),
    ("{ name: a, packet: 'PACKET', expect: { wbe: [net_packet_tcp] } }", "is named `wbe`"),
    (
      "{ name: a, packet: 'PACKET', expect: { web: [net_packet_tpc] } }",
      "no event `net_packet_tpc`"
    ),
    ("{ name: a, packet: 'PACKET', expect: { web: [] } }", "is empty"),
    ("{ name: a, packet: 'PACKET', expect: [web] }", "must be a mapping"),
    ("{ name: a, packet: 'egress tcp 1.1.1.1:1 > [::1]:2', expect: {} }", "the other IPv6"),
    (
      "{ name: a, packet: 'PACKET', cases: { x: 1-2 }, expect: {} }",
      "no packet of the test has `{x}`"
    ),
    ("{ name: a, packet: 'PACKET {y}', cases: { x: [SYN] }, expect: {} }", "`{y}` is not a flag"),
    ("{ name: a, packet: 'PACKET', cases: { x: 0-65535, y: 0-65535 }, expect: {} }", "more than"),
    (
      "{ name: a, packet: 'PACKET', expect: { findings: [{ event: scan, count: 1 }] } }",
      "of `steps` or of a `capture`"
    ),
    (
      "{ name: a, steps: [{ packet: 'PACKET' }], expect: { findings: [{ event: scan, count: 1 }] } }",
      "no signature under test is named `scan`"
    ),
    (
      "{ name: a, steps: [{ packet: 'PACKET' }], expect: { findings: [{ count: 1 }] } }",
      "must have the key `event`"
    ),
    (
      "{ name: a, steps: [{ packet: 'PACKET' }], expect: { findings: [] } }", "`findings` is empty"
    ),
    (
      "{ name: a, steps: [{ packet: 'PACKET' }], expect: [{ count: 1, by: +1s }] }",
      "`by` is for findings"
    ),
    (
      "{ name: a, steps: [{ packet: 'PACKET' }], expect: [{ count: 1, by: 1s }] }",
      "not a time after the start"
    ),
    (
      "{ name: a, steps: [{ packet: 'PACKET', at: -1s }], expect: [{ count: 1 }] }", "not a time"
    ),
    (
      "{ name: a, steps: [{ packet: 'PACKET', at: +999999999h }], expect: [{ count: 1 }] }",
      "not a time"
    ),
    (
      "{ name: a, steps: [{ packet: 'PACKET', at: +60000h }, { packet: 'PACKET', at: +60000h }], expect: [{ count: 1 }] }",
      "more than ten years"
    ),
    ("{ name: a, packet: 'PACKET', flows: [], expect: {} }", "no place for `flows`"),
    ("{ name: a, steps: [{ packet: 'PACKET', at: soon }], expect: [{ count: 1 }] }", "not a time"),
    ("{ name: a, steps: [{ packet: 'PACKET' }], expect: {} }", "must have the key `findings`"),
    ("{ name: a, steps: [{ packet: 'PACKET' }], expect: [] }", "`expect` is empty"),
    ("{ name: a, steps: [], expect: [{ count: 1 }] }", "`steps` is empty"),
    ("{ name: a, steps: [{ packet: 'PACKET' }], expect: [{ count: -1 }] }", "whole number"),
    (
      "{ name: a, steps: [{ packet: 'PACKET' }], expect: [{ count: 1, where: [data.dst_prt=1] }] }",
      "data.dst_prt"
    ),
  ])
  func `what is wrong with a test is one finding with its place`(test: String, message: String)
    throws
  {
    let finding = try finding(file(test.replacing("PACKET", with: Self.packet)))
    #expect(finding.message.contains(message), "\(finding.message)")
    #expect(finding.severity == .error && finding.range?.start.line == 5)
  }

  @Test(arguments: [
    ("kind: PolicyTest\ntests: [{ name: a, packet: PACKET, expect: {} }]", "key `policies`"),
    (
      "kind: PolicyTest\npolicies: [nowhere.yaml]\ntests: [{ name: a, packet: PACKET, expect: {} }]",
      "nowhere.yaml"
    ),
    ("kind: PolicyTest\npolicies: [p.yaml]\ntests: []", "`tests` is empty"),
    (
      "kind: PolicyTest\npolicies: [p.yaml]\nowners: { a: comm=x, a: comm=y }\ntests: [{ name: a, packet: PACKET, expect: {} }]",
      "`a`"
    ),
    (
      "kind: PolicyTest\npolicies: [p.yaml]\nowners: { a: com=x }\ntests: [{ name: a, packet: PACKET, expect: {} }]",
      "`com`"
    ),
    (
      "kind: PolicyTest\npolicies: [p.yaml]\nlists: { a: b }\ntests: [{ name: a, packet: PACKET, expect: {} }]",
      "no policy under test has a list named `a`"
    ),
    ("type: policy\nname: x", "no test in this file"),
    ("kind: [", "did not find expected node content"),
    (
      "kind: PolicyTest\npolicies: [p.yaml]\ntests:\n- { name: a, packet: PACKET, expect: {} }\n- { name: a, packet: PACKET, expect: {} }",
      "is named `a` already"
    ),
  ])
  func `so is what is wrong with the file`(text: String, message: String) throws {
    let finding = try finding(text.replacing("PACKET", with: "'\(Self.packet)'"))
    #expect(finding.message.contains(message), "\(finding.message)")
  }

  @Test func `a policy that is wrong keeps its tests from running, and is reported once`() throws {
    var world = TestWorld(tests: file("{ name: a, packet: '\(Self.packet)', expect: {} }"))
    world.files["p.yaml"]? +=
      "\n---\ntype: policy\nname: x\nscope: [global]\nrules: [{ event: nonsense }]"
    let set = try world.set()
    #expect(set.suites.isEmpty && set.diagnostics.map(\.code) == ["unknown-event"])
    #expect(set.diagnostics.first?.source.hasSuffix("/p.yaml") == true)
  }

  @Test(arguments: [
    ("cases: { port: 1-65535 }, packet: 'egress ip 1.1.1.1 > 1.1.1.2'", "cases"),
    ("cases: { a: 1-200, b: 1-200 }, packet: 'egress ip 1.1.1.1 > 1.1.{b}.{a}'", "packets"),
  ])
  func `a file of more packets than may be is refused at the first beyond them`(
    action: String, noun: String
  ) throws {
    let tests = (0..<2).map { "  - { name: n\($0), \(action), expect: {} }\n" }.joined()
    let text = "kind: PolicyTest\npolicies: [p.yaml]\ntests:\n" + tests
    let set = Self.load(Array(text.utf8))
    #expect(set.suites.isEmpty)
    let finding = try #require(set.diagnostics.last)
    #expect(finding.message.hasSuffix("more than 65536 \(noun)"), "\(finding.message)")
    #expect(finding.range?.start.line == 5)
  }

  /// Reads tests, and policies of the usual world.
  private static func load(_ tests: [UInt8]) -> TestSet {
    TestSet.load(paths: ["t.test.yaml"]) { path throws(SourceFailure) in
      switch path {
      case "t.test.yaml": return SourceFile(name: path, bytes: tests)
      case "p.yaml": return SourceFile(name: path, bytes: Array(TestWorld.policy.utf8))
      default: throw SourceFailure(path: path, reason: "not there")
      }
    }
  }

  @Test func `whatever is written, it is read or refused`() throws {
    var random = SplitMix(state: 20_261_130)
    let whole = file(
      "{ name: a, cases: { x: [SYN] }, packet: '\(Self.packet) {x}', owner: curl, expect: { web: [net_packet_tcp] } }"
    )
    for _ in 0..<300 {
      var bytes = Array(whole.utf8)
      for _ in 0..<Int.random(in: 1...6, using: &random) {
        let place = Int.random(in: bytes.indices, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes.remove(at: place)
        default: bytes.insert(bytes[Int.random(in: bytes.indices, using: &random)], at: place)
        }
      }
      let set = Self.load(bytes)
      for suite in set.suites {
        var run = TestRun(suite, countsCoverage: true)
        for test in suite.cases { _ = run.failures(of: test) }
      }
    }
  }
}
