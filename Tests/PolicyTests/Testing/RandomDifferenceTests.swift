// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

@testable import Policy

/// Random pairs of sets: what is said of their difference against the reference and against `explain`.
struct RandomDifferenceTests {
  private struct World {
    var random: SplitMix

    mutating func pick<T>(_ choices: [T]) -> T {
      choices[Int.random(in: choices.indices, using: &random)]
    }

    private static let events: [(name: String, filters: [String])] = [
      (
        "net_packet_tcp",
        ports + ["data.proto_tcp.SYN=1", "data.proto_tcp.window<=1000", "data.proto_tcp.window>10"]
      ),
      ("net_packet_udp", ports + ["data.proto_udp.length=8-100", "data.proto_udp.length!=64"]),
      (
        "net_packet_ipv4",
        ["data.proto_ipv4.TTL<5", "data.proto_ipv4.TTL!=64", "data.proto_ipv4.protocol=TCP"]
          + addresses
      ),
      (
        "net_packet_ipv6",
        [
          "data.proto_ipv6.hopLimit=1-3", "data.proto_ipv6.hopLimit>2", "data.dst=fd00::/8",
          "data.src!=fe80::/10",
        ]
      ),
      (
        "net_packet_icmp",
        ["data.proto_icmp.typeCode=EchoRequest", "data.proto_icmp.typeCode!=EchoReply"] + addresses
      ),
      (
        "net_packet_dns_request",
        [
          "data.dns_questions.query=*.org", "data.dns_questions.query=a.org,b.org",
          "data.dns_questions.query!=a*", "data.dns_questions.query_type=A", "data.dst_port=53",
        ]
      ),
      (
        "net_packet_http_request",
        [
          "data.http_request.method=GET", "data.http_request.method!=GET,PUT",
          "data.http_request.host=*.org", "data.http_request.headers.X=a*",
          "data.http_request.headers.X=*", "data.dst_port=80",
        ]
      ),
    ]
    private static let addresses = [
      "data.dst=10.0.0.0/8", "data.dst!=10.1.0.0/16", "data.dst=1.1.1.1,10.2.0.1",
      "data.src=10.0.0.5", "data.src!=10.0.0.0/30",
    ]
    private static let ports =
      [
        "data.dst_port=80", "data.dst_port=80-90", "data.dst_port!=85", "data.dst_port>=90",
        "data.src_port<1024", "data.metadata.direction=egress", "data.dst=fd00::/8,10.0.0.0/8",
      ] + addresses
    private static let scopes = [
      "global", "global", "comm=a*", "comm!=curl", "comm=curl,ab", "uid<1000", "uid=0,1000",
      "container", "not-container", "cgroup=/a", "executable=/usr/bin/*", "tree=5", "container=3f",
      "uts=web", "hostPid=new",
    ]
    private static let ruleScopes = ["comm=ab", "uid!=0", "comm!=a*"]

    mutating func rule() -> String {
      let event = pick(Self.events)
      var filters = (0..<Int.random(in: 0...3, using: &random)).map { _ in pick(event.filters) }
      if Int.random(in: 0..<6, using: &random) == 0 { filters.append(pick(Self.ruleScopes)) }
      return
        "{ event: \(event.name), filters: [\(filters.map { "\"\($0)\"" }.joined(separator: ", "))] }"
    }

    typealias Policy = (scope: [String], rules: [String])

    mutating func policy() -> Policy {
      let scope = pick(Self.scopes)
      let more =
        scope == "global" || Bool.random(using: &random)
        ? [] : [pick(Self.scopes.filter { $0 != "global" })]
      return (
        [scope == "hostPid=new" ? "pid=new" : scope]
          + more.map { $0 == "hostPid=new" ? "pid=new" : $0 },
        (0..<Int.random(in: 1...4, using: &random)).map { _ in rule() }
      )
    }

    /// The same with a change or two.
    mutating func changed(_ policy: Policy) -> Policy {
      var policy = policy
      for _ in 0..<Int.random(in: 1...2, using: &random) {
        let place = Int.random(in: policy.rules.indices, using: &random)
        switch Int.random(in: 0..<5, using: &random) {
        case 0: policy.rules.append(rule())
        case 1 where policy.rules.count > 1: policy.rules.remove(at: place)
        case 2: policy.scope = self.policy().scope
        case 3: policy.rules.shuffle(using: &random)
        default: policy.rules[place] = rule()
        }
      }
      return policy
    }

    mutating func step() throws -> TestCase.Step {
      let isIPv4 = Int.random(in: 0..<4, using: &random) > 0
      let ends =
        isIPv4
        ? ["10.0.0.5", "10.0.0.1", "1.1.1.1", "10.1.0.1", "10.2.0.1", "192.168.0.1"]
        : ["[fd00::5]", "[fe80::1]", "[2001:db8::1]"]
      let bare = { (end: String) in end.filter { $0 != "[" && $0 != "]" } }
      let (source, destination) = (pick(ends), pick(ends))
      let ports = ["80", "85", "90", "53", "1023", "40000"]
      let direction = pick(["ingress", "egress"])
      var words: [String]
      switch Int.random(in: 0..<6, using: &random) {
      case 0:
        words =
          [
            "tcp", "\(source):\(pick(ports))", ">", "\(destination):\(pick(ports))", "no-content",
            "data.proto_tcp.window=\(pick(["1", "10", "11", "1000", "1001"]))",
          ] + [pick(["SYN", "ACK"])]
      case 1:
        words = [
          "udp", "\(source):\(pick(ports))", ">", "\(destination):\(pick(ports))", "no-content",
          "data.proto_udp.length=\(pick(["8", "64", "100", "101"]))",
        ]
      case 2:
        words =
          ["ip", bare(source), ">", bare(destination)]
          + (isIPv4
            ? [
              "data.proto_ipv4.TTL=\(pick(["1", "5", "64"]))",
              "data.proto_ipv4.protocol=\(pick(["6", "47"]))",
            ]
            : [
              "data.proto_ipv6.hopLimit=\(pick(["1", "2", "3", "4"]))",
              "data.proto_ipv6.nextHeader=6",
            ])
      case 3:
        words =
          isIPv4
          ? [
            "icmp", bare(source), ">", bare(destination),
            "data.proto_icmp.typeCode=\(pick(["EchoRequest", "EchoReply", "TimeExceeded"]))",
          ]
          : [
            "icmp6", bare(source), ">", bare(destination), "data.proto_icmpv6.typeCode=EchoRequest",
          ]
      case 4:
        words = [
          "udp", "\(source):40000", ">", "\(destination):53", "data.proto_udp.length=64",
          "dns-request",
          "data.dns_questions.query=\(pick(["a.org", "b.org", "x.com", "abc.org", "a.com"]))",
          "data.dns_questions.query_type=\(pick(["A", "AAAA"]))",
        ]
      default:
        words = [
          "tcp", "\(source):40000", ">", "\(destination):\(pick(ports))", "ACK",
          "data.proto_tcp.window=11",
          "data.http_request.method=\(pick(["GET", "PUT", "POST"]))",
          "data.http_request.host=\(pick(["a.org", "b.com"]))",
          pick([
            "!data.http_request.headers", "data.http_request.headers.X=ab",
            "data.http_request.headers.X=b",
          ]),
        ]
      }
      let owner = [
        "comm=\(pick(["curl", "ab", "a", "nginx"]))", "uid=\(pick(["0", "999", "1000"]))",
        pick(["not-container", "container=3fa", "container=a0"]),
        "cgroup=\(pick(["/a", "/a/b", "/ab", "/"]))",
        "executable=\(pick(["/usr/bin/curl", "/bin/sh"]))", "tree=\(pick(["5", "6"]))",
        "uts=\(pick(["web", "db"]))",
        pick(["pid=new", "!pid=new"]),
      ].joined(separator: " ")
      return TestCase.Step(
        packet: try PacketExpression(([direction] + words).joined(separator: " ")),
        owner: Int.random(in: 0..<8, using: &random) == 0 ? nil : try OwnerExpression(owner))
    }
  }

  private static func text(_ policies: [World.Policy]) -> String {
    policies.enumerated().map { index, policy in
      "type: policy\nname: p\(index)\nscope: [\(policy.scope.map { "\"\($0)\"" }.joined(separator: ", "))]\nrules:\n"
        + policy.rules.map { "  - \($0)\n" }.joined()
    }.joined(separator: "---\n")
  }

  /// The plan, whatever linting has against it, such as filters that contradict each other.
  private static func plan(_ text: String) throws -> ExplainedPlan? {
    ExplainedPlan(PolicySet.parse([SourceFile(name: "p.yaml", bytes: Array(text.utf8))]).checked())
  }

  @Test func `each witness is one, and no packet differs where nothing was named`() throws {
    let environment = ProcessInfo.processInfo.environment
    let seed = environment["SEED"].flatMap(UInt64.init) ?? UInt64.random(in: 0...UInt64.max)
    let wanted = environment["DECISIONS"].flatMap(Int.init) ?? 100_000
    var world = World(random: SplitMix(state: seed))
    var counts = (pairs: 0, packets: 0, differing: 0, witnesses: 0, doubts: 0, same: 0)
    while counts.packets < wanted {
      let old = (0..<Int.random(in: 1...2, using: &world.random)).map { _ in world.policy() }
      let new = old.map { world.changed($0) }
      guard let before = try Self.plan(Self.text(old)), let after = try Self.plan(Self.text(new))
      else {
        continue
      }
      let difference = PolicyDifference(from: before, to: after)
      counts.pairs += 1
      counts.doubts += difference.doubts.count
      if difference.isNothing { counts.same += 1 }
      for change in difference.changes {
        counts.witnesses += 1
        try Self.confirm(change, before, after, seed)
      }
      var (oldJudge, newJudge) = (TestJudge(before), TestJudge(after))
      for _ in 0..<200 {
        let step = try world.step()
        counts.packets += 1
        let verdicts = (oldJudge.verdicts(of: step), newJudge.verdicts(of: step))
        for event in Set(verdicts.0.keys).union(verdicts.1.keys) {
          let pair = (verdicts.0[event] ?? .no, verdicts.1[event] ?? .no)
          guard pair.0 != pair.1, pair.0 != .depends, pair.1 != .depends else { continue }
          counts.differing += 1
          let side: PolicyDifference.Side = pair.1 == .yes ? .gained : .lost
          let name = "p\(event.policy)"
          let isNamed =
            difference.changes.contains {
              $0.side == side && $0.policy == name && $0.event == event.event
            }
            || difference.doubts.contains {
              $0.side == side && $0.policy == name && $0.event == event.event
            }
          #expect(
            isNamed,
            "seed \(seed): \(step.packet.text), \(step.owner?.text ?? "nobody") is \(side.rawValue)\n\(Self.text(old))\n===\n\(Self.text(new))"
          )
          if !isNamed { return }
        }
      }
    }
    print("compared \(counts) with seed \(seed)")
    #expect(counts.differing > 100 && counts.same > 0)
    #expect(counts.doubts * 5 < counts.witnesses)
  }

  /// Puts a witness to the reference, and its text to `explain`, as a person would.
  private static func confirm(
    _ change: PolicyDifference.Change, _ old: ExplainedPlan, _ new: ExplainedPlan, _ seed: UInt64
  ) throws {
    let packet = try PacketExpression(change.witness.packet.text)
    let owner = try change.witness.owner.map { try OwnerExpression($0.text) }
    let (having, lacking) = change.side == .gained ? (new, old) : (old, new)
    func outcomes(_ plan: ExplainedPlan) -> [ExplainedMatch.Outcome] {
      ExplainedMatch(plan, packet: packet, owner: owner).outcomes.filter {
        $0.policy == change.policy && $0.rule.rule.event == change.event
      }
    }
    let (there, away) = (outcomes(having), outcomes(lacking))
    #expect(there.contains { $0.verdict == .yes }, "seed \(seed): \(change)")
    #expect(away.allSatisfy { $0.verdict == .no }, "seed \(seed): \(change)")
    #expect(
      there.contains {
        ReferenceMatcher.matches($0.rule.rule, owner: owner?.owner, packet: packet.packet)
      }, "seed \(seed): \(change)")
    #expect(
      !away.contains {
        ReferenceMatcher.matches($0.rule.rule, owner: owner?.owner, packet: packet.packet)
      }, "seed \(seed): \(change)")
  }
}
