// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Policy

struct PolicyDifferenceTests {
  static func plan(_ text: String) throws -> ExplainedPlan {
    let checked = PolicySet.parse([SourceFile(name: "p.yaml", bytes: Array(text.utf8))]).checked()
    return try #require(ExplainedPlan(checked), "\(checked.diagnostics.map(\.message))\n\(text)")
  }

  private static func policy(_ rules: String..., scope: String = "global", name: String = "p")
    -> String
  {
    "type: policy\nname: \(name)\nscope: ['\(scope)']\nrules:\n"
      + rules.map { "  - \($0)\n" }.joined()
  }

  private func difference(_ old: String, _ new: String) throws -> PolicyDifference {
    PolicyDifference(from: try Self.plan(old), to: try Self.plan(new))
  }

  private static func tcp(_ filters: String...) -> String {
    "{ event: net_packet_tcp, filters: [\(filters.map { "'\($0)'" }.joined(separator: ", "))] }"
  }

  @Test func `only a filter that the kernel decided before can have left it`() throws {
    let field = "data.dns_questions.query"
    func dns(_ name: String) -> String {
      Self.policy("{ event: net_packet_dns_request, filters: ['\(field)=\(name)'] }")
    }
    #expect(try difference(dns("a.example.com"), dns("b.example.com")).fallen.isEmpty)
    let any = Self.policy("{ event: net_packet_dns_request, filters: ['data.dst=10.0.0.1'] }")
    #expect(
      try difference(any, dns("b.example.com")).fallen.map(\.words)
        == ["\(field)=b.example.com"])
  }

  @Test(arguments: [
    (tcp("data.dst_port=80"), tcp("data.dst_port=80,443"), "gained", ":443"),
    (tcp("data.dst_port=80,443"), tcp("data.dst_port=80"), "lost", ":443"),
    (tcp("data.dst!=10.0.0.0/8"), tcp("data.dst!=10.0.0.0/9"), "gained", "> 10.128.0.0:"),
    (tcp("data.proto_tcp.window>=10"), tcp("data.proto_tcp.window>=11"), "lost", "window=10"),
    (tcp("data.dst=1.1.1.1"), tcp("data.dst=1.1.1.1,fe80::/10"), "gained", "[fe80::]"),
  ])
  func `an edit of a rule is shown by a packet`(
    old: String, new: String, side: String, part: String
  ) throws {
    let difference = try difference(Self.policy(old), Self.policy(new))
    #expect(difference.changes.map(\.side.rawValue) == [side] && difference.doubts.isEmpty)
    let change = try #require(difference.changes.first)
    #expect(change.witness.packet.text.contains(part), "\(change.witness.packet.text)")
    #expect(change.rule.line == 5 && change.nearest?.line == 5 && !change.reasons.isEmpty)
  }

  @Test(arguments: [
    ([tcp("data.dst_port=80-90")], [tcp("data.dst_port=80-85"), tcp("data.dst_port=86-90")]),
    ([tcp("data.dst=10.0.0.0/8")], [tcp("data.dst=10.0.0.0/9"), tcp("data.dst=10.128.0.0/9")]),
    (
      [tcp("data.dst_port=80"), tcp("data.dst_port!=80")],
      [tcp("data.metadata.direction=egress"), tcp("data.metadata.direction=ingress")]
    ),
    ([tcp("data.proto_tcp.dstPort=80")], [tcp("data.dst_port=80")]),
    ([tcp("data.dst_port<1024", "data.dst_port!=80")], [tcp("data.dst_port=0-79,81-1023")]),
  ])
  func `other words of the same meaning are found to be that`(old: [String], new: [String]) throws {
    let before = old.reduce(into: "type: policy\nname: p\nscope: [global]\nrules:\n") {
      $0 += "  - \($1)\n"
    }
    let after = new.reduce(into: "type: policy\nname: p\nscope: [global]\nrules:\n") {
      $0 += "  - \($1)\n"
    }
    let difference = try difference(before, after)
    #expect(difference.isNothing, "\(difference.text)")
    #expect(difference.reworded.count == new.count)
  }

  @Test func `scopes differ by owners`() throws {
    let rule = Self.tcp("data.dst_port=80")
    let narrowed = try difference(Self.policy(rule), Self.policy(rule, scope: "comm=curl"))
    let lost = try #require(narrowed.changes.first)
    #expect(narrowed.changes.count == 1 && lost.side == .lost)
    #expect(lost.witness.owner?.text.hasPrefix("comm=") == true)
    let moved = try difference(
      Self.policy(rule, scope: "container=3f9a"), Self.policy(rule, scope: "container"))
    #expect(moved.changes.map(\.side) == [.gained])
    #expect(moved.changes.first?.witness.owner?.text.contains("container=") == true)
  }

  @Test func `policies that come and go are named with packets of theirs`() throws {
    let difference = try difference(
      Self.policy(Self.tcp("data.dst_port=80"), name: "a"),
      Self.policy(Self.tcp("data.dst_port=80"), name: "b"))
    #expect(difference.added == ["b"] && difference.removed == ["a"])
    #expect(difference.changes.map(\.policy) == ["a", "b"])
    #expect(difference.has(.gained) && difference.has(.lost))
  }

  @Test func `what cannot be decided is undecided, with the filter to blame`() throws {
    let dns = "{ event: net_packet_dns_request, filters: ['data.dns_questions.query=FILTER'] }"
    let same = try difference(
      Self.policy(dns.replacing("FILTER", with: "*.example.org")),
      Self.policy(dns.replacing("FILTER", with: "*.example.org")))
    #expect(same.isNothing)
    let wider = try difference(
      Self.policy(dns.replacing("FILTER", with: "*.example.org")),
      Self.policy(dns.replacing("FILTER", with: "*.org")))
    #expect(wider.changes.map(\.side) == [.gained] && wider.doubts.isEmpty, "\(wider.text)")
    let follow = Self.policy(
      "{ event: net_packet_tcp, filters: ['comm=*a*'] }",
      "{ event: net_packet_tcp, filters: ['comm!=*a*'] }")
    let all = Self.policy("{ event: net_packet_tcp, filters: ['comm=*'] }")
    let unknown = try difference(all, follow)
    #expect(unknown.changes.isEmpty)
    #expect(unknown.doubts.map(\.side) == [.lost])
    // Either of the two rules may be the one to blame.
    let blamed = Set(unknown.doubts.first?.filters ?? [])
    #expect(!blamed.isDisjoint(with: ["comm=*a*", "comm!=*a*"]), "\(unknown.doubts)")
  }

  private static func names(_ filters: String...) -> String {
    "type: policy\nname: p\nscope: [global]\nrules:\n"
      + filters.map(name).joined()
  }

  private static func name(_ filter: String) -> String {
    "  - { event: net_packet_dns_request, filters: ['data.dns_questions.query\(filter)'] }\n"
  }

  @Test func `a message with several questions is no witness when one of them is wanted anyway`()
    throws
  {
    let (old, new) = (Self.names("=b.org", "!=b.org"), Self.names("=a.org"))
    let difference = try difference(old, new)
    #expect(difference.changes.map(\.side) == [.lost, .lost] && difference.doubts.isEmpty)
    let many = try self.difference(
      Self.names("=b.org", "!=b.org", "=c.org", "!=c.org,d.org"), Self.names("=a.org"))
    #expect(!many.has(.gained), "\(many.text)")
  }

  @Test func `names and ends of names that move between rules have the same meaning`() throws {
    let hosts = (0..<40).map { "=h\($0).org" }
    let all = "=" + hosts.map { $0.dropFirst() }.joined(separator: ",")
    func rules(_ filters: [String]) -> String {
      filters.reduce(into: Self.names()) { $0 += Self.name($1) }
    }
    let moved = try difference(rules(hosts), rules([all]))
    #expect(moved.isNothing, "\(moved.text)")
    let ends = try difference(
      rules(["=*.a.org,*.b.org"]), rules(["=*.b.org", "=*.a.org", "=x.a.org"]))
    #expect(ends.isNothing, "\(ends.text)")
    let wider = try difference(rules(["=*.a.org", "=*.b.org"]), rules(["=*.org"]))
    #expect(wider.changes.map(\.side) == [.gained] && wider.doubts.isEmpty, "\(wider.text)")
  }

  @Test func `what a scope remembers is undecided when the scopes are not the same`() throws {
    func text(_ scope: String) -> String {
      "type: policy\nname: p\nscope: [\(scope)]\nrules: [{ event: net_packet_tcp }]\n"
    }
    let forgetful = try difference(text("follow, comm=sh"), text("comm=sh"))
    #expect(forgetful.changes.isEmpty)
    #expect(forgetful.doubts.map(\.side) == [.lost])
    #expect(forgetful.doubts.map(\.filters) == [["follow"]])
    let same = try difference(text("follow, comm=sh"), text("comm=sh, follow"))
    #expect(same.isNothing)
  }

  @Test func `a thousand rules that all changed are compared in bounded time`() throws {
    func rules(_ shift: Int) -> String {
      "type: policy\nname: p\nscope: [global]\nrules:\n"
        + (0..<1024).map { index in
          "  - { event: net_packet_tcp, filters: ['data.dst=10.\(index / 256).\(index % 256).0/24', "
            + "'data.dst_port=\(80 + shift)'] }\n"
        }.joined()
    }
    let difference = try difference(rules(0), rules(1))
    #expect(difference.changes.count == 2048 && difference.doubts.isEmpty)
  }
}
