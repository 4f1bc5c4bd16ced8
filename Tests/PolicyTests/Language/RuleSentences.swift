// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Policy

/// `docs/policy-language.md` §4, sentence by sentence, as far as `Plan` does not test it.
@Suite struct `Language 4, rules` {
  private func rules(_ rules: (event: String, filters: [String])...) -> [PlanRule] {
    PolicyCompiler.compile([policy(rules: rules)]).plan?.rules ?? []
  }

  @Test func `an item is an event, a set with or without tag=, or a prefix with a trailing star`() {
    #expect(rules(("net_packet_udp", [])).map(\.event) == [.udp])
    #expect(rules(("network_events", [])).map(\.event) == EventKind.allCases)
    #expect(rules(("tag=network_events", [])).map(\.event) == EventKind.allCases)
    #expect(rules(("net_packet_icmp*", [])).map(\.event) == [.icmp, .icmpv6])
  }

  @Test func `blanks around an item are dropped, and an empty item is an error`() {
    #expect(rules((" net_packet_udp , net_packet_tcp ", [])).map(\.event) == [.tcp, .udp])
    #expect(findings(policy(filters: "data.dst_port=1", event: "net_packet_tcp,")).count == 1)
  }

  @Test func `-item excludes from the whole policy, whatever else selects it, in any rule`() {
    let both: [(event: String, filters: [String])] = [
      ("net_packet_tcp,net_packet_udp", []), ("-net_packet_udp", []), ("net_packet_udp", []),
    ]
    for order in [both, both.reversed()] {
      let plan = PolicyCompiler.compile([policy(rules: order)]).plan
      #expect(plan?.rules.map(\.event) == [.tcp])
    }
  }

  @Test func `an exclusion holds for its own policy only`() {
    let documents = [
      policy(name: "a", rules: [("net_packet_tcp,net_packet_udp,-net_packet_udp", [])]),
      policy(name: "b", rules: [("net_packet_udp", [])]),
    ]
    let plan = PolicyCompiler.compile(documents).plan
    #expect(
      plan?.rules.map { "\($0.policy) \($0.event.name)" } == [
        "0 net_packet_tcp", "1 net_packet_udp",
      ])
  }

  @Test func `only exclusions are the set default minus them`() {
    let standard = EventSet.standard.events
    #expect(
      rules(("-net_packet_icmpv6", [])).map(\.event) == standard.filter { $0 != .icmpv6 })
    #expect(standard.contains(.icmpv6))
  }

  @Test func `several rules for one event are alternatives`() {
    let either = rules(
      ("net_packet_tcp", ["data.dst_port=80"]), ("net_packet_tcp", ["data.src_port=80"]))
    let packets = [
      Packet("dst_port", .number(80)), Packet("src_port", .number(80)),
      Packet("dst_port", .number(81)),
    ]
    let wanted = packets.map { packet in
      either.contains { ReferenceMatcher.matches($0, owner: nil, packet: packet) }
    }
    #expect(wanted == [true, true, false])
  }

  @Test func `filters apply to each event the item expands to`() {
    let each = rules(("net_packet_tcp,net_packet_udp", ["data.dst_port=53"]))
    #expect(each.map(\.event) == [.tcp, .udp])
    #expect(each.map { $0.filters.map(\.field) } == [[.destinationPort], [.destinationPort]])
  }

  @Test
  func `a named event that lacks the field is an error, one of a set is left out with a warning`() {
    let named = PolicyCompiler.compile([
      policy(filters: "data.dst_port=53", event: "net_packet_tcp,net_packet_icmp")
    ])
    #expect(named.diagnostics.map(\.code) == ["unknown-field"])
    #expect(named.diagnostics.first?.message.contains("net_packet_icmp") == true)
    #expect(named.plan == nil)
    let wildcard = PolicyCompiler.compile([
      policy(filters: "data.dst_port=53", event: "net_packet_t*,net_packet_icmp*,net_packet_u*")
    ])
    #expect(wildcard.diagnostics.map(\.code) == ["event-left-out", "event-left-out"])
    #expect(wildcard.diagnostics.allSatisfy { $0.severity == .warning })
    #expect(wildcard.plan?.rules.map(\.event) == [.tcp, .udp])
  }

  @Test func `args.FIELD is the old spelling of data.FIELD, still accepted, with a warning`() {
    let old = PolicyCompiler.compile([policy(filters: "args.dst_port=80")])
    let new = PolicyCompiler.compile([policy(filters: "data.dst_port=80")])
    #expect(old.plan != nil)
    #expect(old.plan == new.plan)
    let text = """
      type: policy
      name: a
      scope: [uid=0]
      rules: [{event: net_packet_tcp, filters: [args.dst_port=80]}]
      """
    #expect(places(text) == ["4:43 deprecated-args"])
  }

  @Test func `filters take retval and the keys of the scope`() {
    #expect(
      rules(("net_packet_tcp", ["retval=0", "uid=0"])).map { $0.filters.map(\.field) } == [
        [.returnValue]
      ])
    #expect(rules(("net_packet_tcp", ["retval>=-1"])).count == 1)
    let keys = ScopeCatalog.keys.filter { $0.places.contains(.rule) && $0.field.isSupported }
    for key in keys {
      let value = key.type == .path ? "/7" : "7"
      for spelling in key.spellings {
        #expect(findings(policy(filters: "\(spelling)=\(value)")) == [], "\(spelling)")
      }
    }
  }

  @Test(arguments: [
    ("data.proto_tcp.SYN=1", EventKind.tcp), ("data.proto_ipv4.TTL<5", .ipv4),
    ("data.proto_dns.questions.name=*.example.com", .dns),
    ("data.proto_dns.answers.IP=10.0.0.0/8", .dns),
    ("data.proto_http.headers.Host=*.internal", .http), ("data.metadata.direction=egress", .tcp),
  ])
  func `a field reaches into structures and lists with dots`(filter: String, event: EventKind)
    throws
  {
    let key = try #require(filter.split(whereSeparator: { "=<".contains($0) }).first)
    let field = try #require(PacketField.find(String(key))).field
    #expect(field.description.events.contains(event))
    #expect(findings(policy(filters: filter, event: event.name)) == [])
    // As it is written in the document.
    #expect(try repositoryFile("docs/policy-language.md").contains("`\(filter)`"))
  }

  @Test
  func `src and dst can be used with every event, src_port and dst_port with all that have ports`()
  {
    for event in EventKind.allCases {
      #expect(findings(policy(filters: "data.src=10.0.0.1", event: event.name)) == [])
      #expect(findings(policy(filters: "data.dst=10.0.0.1", event: event.name)) == [])
    }
    #expect(PacketField.sourcePort.description.events == EventKind.allCases.filter(\.hasPorts))
    #expect(PacketField.destinationPort.description.events == EventKind.allCases.filter(\.hasPorts))
  }
}
