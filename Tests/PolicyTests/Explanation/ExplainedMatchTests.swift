// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import Policy

struct ExplainedMatchTests {
  private static let policies = """
    type: policy
    name: web
    scope: ["comm=curl", "uid>=1000"]
    rules:
      - event: net_packet_tcp
        filters: ["data.dst_port=80,443", "data.dst!=10.0.0.0/8"]
      - event: net_packet_tcp
        filters: ["data.proto_tcp.SYN=1", "data.proto_tcp.ACK=0"]
      - event: net_packet_icmp
    ---
    type: policy
    name: open
    scope: [global]
    rules:
      - event: net_packet_ipv4
      - event: net_packet_dns
    """

  private func match(_ packet: String, _ owner: String? = nil) throws -> ExplainedMatch {
    let source = SourceFile(name: "p.yaml", bytes: Array(Self.policies.utf8))
    let plan = try #require(ExplainedPlan(PolicySet.parse([source]).checked()))
    return ExplainedMatch(
      plan, packet: try PacketExpression(packet), owner: try owner.map { try OwnerExpression($0) })
  }

  @Test(
    arguments: [
      ("ingress icmp 10.0.0.5 > 1.1.1.1 data.proto_icmp.typeCode=EchoRequest", true),
      ("ingress icmp 10.0.0.5 > 1.1.1.1 data.proto_icmp.typeCode=TimeExceeded", true),
      ("ingress icmp 10.0.0.5 > 1.1.1.1 data.proto_icmp.typeCode=EchoReply", false),
      ("egress icmp 10.0.0.5 > 1.1.1.1 data.proto_icmp.typeCode=EchoRequest", false),
      ("ingress icmp 10.0.0.5 > 1.1.1.1", false),
      ("ingress icmp6 fd00::1 > fd00::2 data.proto_icmpv6.typeCode=NeighborSolicitation", true),
      ("ingress icmp6 fd00::1 > fd00::2 data.proto_icmpv6.typeCode=EchoReply", false),
      ("ingress ip 10.0.0.5 > 1.1.1.1 data.proto_ipv4.fragOffset=185", true),
      ("egress ip 10.0.0.5 > 1.1.1.1 data.proto_ipv4.fragOffset=185", false),
      ("ingress tcp 10.0.0.5:1 > 1.1.1.1:2 SYN", false),
    ])
  func `a packet that only a raw socket gets is said to be one`(packet: String, isHidden: Bool)
    throws
  {
    let match = try match(packet)
    #expect((match.unseen != nil) == isHidden)
    #expect(match.text.contains("\nnot seen live, unless a raw socket receives it: ") == isHidden)
  }

  @Test func `a person reads which rules match, and what the others have against it`() throws {
    #expect(
      try match("egress tcp 10.0.0.5:40000 > 1.1.1.1:8080", "comm=wget uid=1000").text == """
        egress tcp 10.0.0.5:40000 > 1.1.1.1:8080, owned by comm=wget uid=1000

        no match  web, rule 1: net_packet_tcp
                    comm=curl: the owner has wget
                    data.dst_port=80,443: the packet has 8080
        no match  web, rule 2: net_packet_tcp
                    comm=curl: the owner has wget
        no match  web, rule 3: net_packet_icmp
                    the packet gives only net_packet_ipv4, net_packet_tcp
        matches   open, rule 1: net_packet_ipv4
        no match  open, rule 2: net_packet_dns
                    the packet gives only net_packet_ipv4, net_packet_tcp

        1 of 5 rules matches: open

        """)
  }

  @Test(arguments: [
    ("egress tcp 10.0.0.5:4 > 1.1.1.1:443", "comm=curl uid=1000", "yes depends no yes no"),
    ("egress tcp 10.0.0.5:4 > 1.1.1.1:443 SYN", "comm=curl uid=1000", "yes yes no yes no"),
    ("egress tcp 10.0.0.5:4 > 1.1.1.1:443 SYN ACK", "comm=curl uid=1000", "yes no no yes no"),
    ("egress tcp 10.0.0.5:4 > 10.1.1.1:443", "comm=curl uid=1000", "no depends no yes no"),
    ("egress tcp 10.0.0.5:4 > 1.1.1.1", "comm=curl uid=1000", "depends depends no yes depends"),
    ("egress tcp 10.0.0.5:4 > 1.1.1.1:443", "comm=curl", "depends depends no yes no"),
    ("egress tcp 10.0.0.5:4 > 1.1.1.1:443", "comm=curl uid=999", "no no no yes no"),
    ("egress tcp 10.0.0.5:4 > 1.1.1.1:443", nil, "no no no yes no"),
    ("ingress icmp 10.0.0.5 > 1.1.1.1", "comm=curl uid=1000", "no no yes yes no"),
    (
      "ingress icmp 10.0.0.5 > 1.1.1.1 data.proto_icmp.typeCode=EchoRequest", nil,
      "no no no yes no"
    ),
    ("egress tcp 10.0.0.5:4 > 1.1.1.1:53", nil, "no no no yes depends"),
    ("ingress udp [fd00::1]:53 > [::1]:9", nil, "no no no no depends"),
    ("ingress udp [fd00::1]:54 > [::1]:9", nil, "no no no no no"),
    ("ingress udp [fd00::1]:54 > [ff02::fb]:5353", nil, "no no no no depends"),
    ("ingress ip 10.0.0.5 > 1.1.1.1", nil, "no no no yes no"),
    (
      "egress tcp 10.0.0.5:4 > 1.1.1.1:443 data.proto_tcp.SYN=1 data.proto_tcp.ACK=0",
      "comm=curl uid=1000", "yes yes no yes no"
    ),
  ])
  func `each rule says yes, no, or that it depends`(
    packet: String, owner: String?, verdicts: String
  ) throws {
    let outcomes = try match(packet, owner).outcomes
    #expect(outcomes.map(\.verdict.rawValue).joined(separator: " ") == verdicts)
  }

  @Test func `programs read the same, by keys that stay`() throws {
    let json = try match("egress tcp 10.0.0.5:4 > 1.1.1.1:53", nil).json
    guard case .object(let members) = json, case .list(let rules) = members[3].value else {
      Issue.record("\(json)")
      return
    }
    #expect(members.map(\.name) == ["packet", "owner", "unseen", "rules"])
    #expect(members[1].value == .null)
    #expect(
      rules[0] == [
        "bit": 0, "policy": "web", "rule": 1, "event": "net_packet_tcp", "matches": "no",
        "reason": .null,
        "clauses": [
          [
            "expressions": ["comm=curl"], "holds": "no", "values": [],
            "reason": "nobody owns the packet",
          ],
          [
            "expressions": ["uid>=1000"], "holds": "no", "values": [],
            "reason": "nobody owns the packet",
          ],
          [
            "expressions": ["data.dst_port=80,443"], "holds": "no", "values": ["53"],
            "reason": .null,
          ],
          [
            "expressions": ["data.dst!=10.0.0.0/8"], "holds": "yes", "values": ["1.1.1.1"],
            "reason": .null,
          ],
        ],
      ])
  }

  @Test(arguments: [
    ("", "the packet is incomplete"), ("egress tcp 1.1.1.1:1", "the packet is incomplete"),
    ("egres tcp 1.1.1.1:1 > 1.1.1.2:2", "did you mean `egress`"),
    ("egress tpc 1.1.1.1:1 > 1.1.1.2:2", "did you mean `tcp`"),
    ("egress tcp 1.1.1.1:1 > [::1]:2", "one address is IPv4 and the other IPv6"),
    ("egress icmp ::1 > ::1", "cannot be sent over IPv6"),
    ("egress icmp 1.1.1.1:1 > 1.1.1.1", "only tcp and udp have ports"),
    ("egress tcp 1.1.1.1:65536 > 1.1.1.1:1", "is not a port"),
    ("egress tcp 1.1.1.1: > 1.1.1.1:1", "is not a port"),
    ("egress tcp 1.1.1.1:+1 > 1.1.1.1:1", "is not a port"),
    ("egress tcp [::1 > [::1]:1", "has no `]`"),
    ("egress tcp [::1]x > [::1]:1", "is not an address"),
    ("egress tcp 1.1.1.256:1 > 1.1.1.1:1", "is not an address"),
    ("egress tcp 1.1.1.1:1 > 1.1.1.1:1 SYM", "did you mean `SYN`"),
    ("egress tcp 1.1.1.1:1 > 1.1.1.1:1 data.proto_tcp.SNY=1", "did you mean `data.proto_tcp.SYN`"),
    ("egress tcp 1.1.1.1:1 > 1.1.1.1:1 data.proto_udp.length=1", "this packet cannot have"),
    ("egress tcp 1.1.1.1:1 > 1.1.1.1:1 data.proto_tcp.window=1-9", "matches several"),
    ("egress tcp 1.1.1.1:1 > 1.1.1.1:1 data.proto_tcp.window=x", "takes integers"),
  ])
  func `a packet that cannot be understood is refused with what to write`(
    text: String, problem: String
  ) {
    let fault = #expect(throws: ExpressionFault.self) { try PacketExpression(text) }
    #expect(fault?.description.contains(problem) == true, "\(String(describing: fault))")
  }

  @Test(arguments: [
    ("", "at least one key"), ("com=curl", "did you mean `comm`"), ("curl", "is not a key"),
    ("uid=x", "takes integers"), ("uid=1-2", "matches several"),
    ("comm=c*", "matches several"),
  ])
  func `an owner that cannot be understood is refused with what to write`(
    text: String, problem: String
  ) {
    let fault = #expect(throws: ExpressionFault.self) { try OwnerExpression(text) }
    #expect(fault?.description.contains(problem) == true, "\(String(describing: fault))")
  }

  @Test func `whatever is written, it is read or refused`() {
    var random = SplitMix(state: SplitMix.seed(usually: 20_251_123))
    let words = [
      "egress", "ingress", "tcp", "udp", "icmp", "icmp6", "ip", ">", "1.1.1.1:1", "[::1]:1", "::1",
      "1.1.1.1", "SYN", "=", "data.proto_tcp.SYN=1", "comm=", "comm=x", "[", "]:", ":", "\u{0}",
      "é=é", "container", "container=new", "pid=new", "executable=host:/x", "tree=1", "cgroup=/",
    ]
    for _ in 0..<5000 {
      let text = (0..<Int.random(in: 0...8, using: &random)).map { _ in
        words[Int.random(in: words.indices, using: &random)]
      }.joined(separator: Bool.random(using: &random) ? " " : "")
      _ = try? PacketExpression(text)
      _ = try? OwnerExpression(text)
    }
    #expect(throws: ExpressionFault.self) {
      try PacketExpression(String(repeating: "x ", count: 1 << 20))
    }
  }
}

/// What a packet is told to carry.
struct PacketContentTests {
  private func events(_ text: String) throws -> [EventKind] {
    try PacketExpression(text).packet.events.sorted { $0.rawValue < $1.rawValue }
  }

  @Test(arguments: [
    ("egress udp 10.0.0.5:4 > 1.1.1.1:53 dns-request", [EventKind.ipv4, .udp, .dns, .dnsRequest]),
    ("egress udp 10.0.0.5:4 > 1.1.1.1:5353 dns-response", [.ipv4, .udp, .dns, .dnsResponse]),
    ("egress udp 10.0.0.5:4 > 1.1.1.1:53 no-content", [.ipv4, .udp]),
    ("egress udp 10.0.0.5:4 > 1.1.1.1:53", [.ipv4, .udp]),
    (
      "egress tcp 10.0.0.5:4 > 1.1.1.1:80 data.http_request.method=GET",
      [.ipv4, .tcp, .http, .httpRequest]
    ),
    (
      "egress tcp 10.0.0.5:4 > 1.1.1.1:80 data.proto_http.status_code=200",
      [.ipv4, .tcp, .http, .httpResponse]
    ),
  ])
  func `a message that is told gives its events`(text: String, events: [EventKind]) throws {
    #expect(try self.events(text) == events)
  }

  @Test func `what one event shows of a message, the other shows, too`() throws {
    let packet = try PacketExpression(
      "egress udp 10.0.0.5:4 > 1.1.1.1:53 data.proto_dns.questions.name=EXAMPLE.com"
    ).packet
    #expect(packet.fields[PacketField("dns_questions.query")] == [.text("example.com")])
    #expect(packet.fields[PacketField("proto_dns.QR")] == [.number(0)])
    let request = try PacketExpression(
      #"egress tcp 10.0.0.5:4 > 1.1.1.1:80 "data.http_request.headers.X-Y=a b" !data.http_request.host"#
    ).packet
    #expect(request.fields[PacketField("proto_http.headers")] == [.member("X-Y", "a b")])
    #expect(request.fields[PacketField("proto_http.host")] == [])
    #expect(request.fields[PacketField("proto_http.status_code")] == [])
  }

  @Test(arguments: [
    ("egress udp 10.0.0.5:4 > 1.1.1.1:80 dns-request", "carries no message"),
    ("egress udp 10.0.0.5:4 > 1.1.1.1:53 http-request", "carries no message"),
    ("egress icmp 10.0.0.5 > 1.1.1.1 dns-request", "carries no message"),
    ("egress udp 10.0.0.5:4 > 1.1.1.1:53 dns-request dns-response", "contradicts"),
    ("egress udp 10.0.0.5:4 > 1.1.1.1:53 dns-request data.proto_dns.QR=1", "contradicts"),
    (
      "egress tcp 10.0.0.5:4 > 1.1.1.1:80 data.proto_http.method=GET data.proto_http.status_code=1",
      "contradicts"
    ),
    ("egress tcp 10.0.0.5:4 > 1.1.1.1:53 dns-request data.http_request.method=GET", "contradicts"),
    ("egress tcp 10.0.0.5:4 > 1.1.1.1:80 !data.dst_port", "every such packet has"),
    ("egress tcp 10.0.0.5:4 > 1.1.1.1:80 !data.proto_udp.length", "every such packet has"),
    ("egress tcp 10.0.0.5:4 > 1.1.1.1:80 !data.http_reqest.host", "did you mean"),
    ("egress tcp 10.0.0.5:4 > 1.1.1.1:80 \"SYN", "a quote is not closed"),
  ])
  func `what no packet carries is refused`(text: String, problem: String) {
    let fault = #expect(throws: ExpressionFault.self) { try PacketExpression(text) }
    #expect(fault?.description.contains(problem) == true, "\(String(describing: fault))")
  }

  @Test func `an owner can be told to lack a text or a state`() throws {
    let owner = try OwnerExpression("!cgroup !executable !pid=new not-container comm=\"a b\"")
    #expect(owner.owner.comm == "a b")
    #expect(owner.determines(.cgroup, Condition(included: [.text(.exact("/a"))])))
    let isNew = Condition(included: [.member(FieldValue.state, .exact("new"))])
    #expect(owner.determines(.processID, isNew))
    #expect(throws: ExpressionFault.self) { try OwnerExpression("!uid") }
    #expect(throws: ExpressionFault.self) { try OwnerExpression("!pid=old") }
    #expect(try OwnerExpression("executable=host:/bin/sh").owner.isInHostMountNamespace)
  }
}
