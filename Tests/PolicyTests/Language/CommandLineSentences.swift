// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Policy

/// `docs/policy-language.md` §5, sentence by sentence, as far as `Plan` does not test it.
@Suite struct `Language 5, selection without a file` {
  private func plan(events: [String] = [], scopes: [String] = []) -> TracePlan? {
    let selection = CommandLineSelection(events: events, scopes: scopes)
    guard selection.diagnostics.isEmpty else { return nil }
    return PolicyCompiler.compile([selection.document]).plan
  }

  @Test
  func `events and scopes are repeatable and build one policy whose name is the empty string`() {
    let both = plan(
      events: ["net_packet_tcp", "net_packet_udp"], scopes: ["comm=a", "comm=b", "uid=0"])
    #expect(both?.policies == [""])
    #expect(both?.rules.map(\.event) == [.tcp, .udp])
    #expect(
      both?.rules
        == plan(events: ["net_packet_tcp,net_packet_udp"], scopes: ["comm=a,b", "uid=0"])?.rules)
  }

  @Test func `--events takes names, sets, tags, prefixes and exclusions`() {
    #expect(plan(events: ["net_packet_udp"])?.rules.map(\.event) == [.udp])
    #expect(plan(events: ["tag=network_events"])?.rules == plan(events: ["network_events"])?.rules)
    #expect(
      plan(events: ["net_packet_icmp*", "-net_packet_icmp"])?.rules.map(\.event) == [.icmpv6])
  }

  @Test(arguments: [
    ("net_packet_tcp.data.dst_port=80", "data.dst_port=80"),
    ("net_packet_tcp.data.dst_port!=80,443", "data.dst_port!=80,443"),
    ("net_packet_tcp.data.proto_tcp.window >= 8", "data.proto_tcp.window >= 8"),
    ("net_packet_tcp.retval<0", "retval<0"), ("net_packet_tcp.scope.comm=nc", "comm=nc"),
    ("net_packet_tcp.scope.container", "container"),
  ])
  func `--events takes data, retval and scope filters of one event`(
    argument: String, filter: String
  ) throws {
    let expected = try #require(rule(policy(filters: filter)))
    #expect(plan(events: [argument])?.rules == [expected])
  }

  @Test func `several filters for one event are filters of one rule`() throws {
    let one = plan(events: [
      "net_packet_tcp.data.dst_port=80", "net_packet_tcp.data.metadata.direction=egress",
    ])
    let expected = try #require(
      rule(policy(filters: "data.dst_port=80", "data.metadata.direction=egress")))
    #expect(one?.rules == [expected])
  }
}
