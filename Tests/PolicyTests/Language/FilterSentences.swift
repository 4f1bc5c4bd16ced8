// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Policy

/// `docs/policy-language.md` §2, sentence by sentence, as far as its neighbours do not test it.
@Suite struct `Language 2, filter expressions` {
  private func address(_ text: String) throws -> FieldValue {
    .address(try #require(IPAddress(text)))
  }

  @Test func `blanks around key, operator and each value are dropped, blanks inside a value stay`()
  {
    let owner = Owner { $0.comm = "a b" }
    #expect(wants(scope: [" comm = x , a b "], owner: owner))
    #expect(!wants(scope: ["comm=ab"], owner: owner))
  }

  @Test func `a value in double quotes keeps its commas, and quotes and backslashes inside`() {
    #expect(wants(scope: [#"comm="a,b",c"#], owner: Owner { $0.comm = "a,b" }))
    #expect(wants(scope: [#"comm="a\"b""#], owner: Owner { $0.comm = #"a"b"# }))
    #expect(wants(scope: [#"comm="a\\b""#], owner: Owner { $0.comm = #"a\b"# }))
  }

  @Test(arguments: [
    ("comm=", "empty-value"), ("comm=a,", "empty-value"), (#"comm="""#, "empty-value"),
    (#"comm=a"b""#, "invalid-value"), (#"comm="a"b"#, "invalid-value"),
  ])
  func `an empty value, a quote inside a value, and text behind a closing quote are errors`(
    scope: String, code: String
  ) {
    #expect(PolicyCompiler.compile([policy(scope: scope)]).diagnostics.map(\.code) == [code])
  }

  @Test func `a value matches that is in U or U is empty, is not in X, and satisfies every bound`()
    throws
  {
    // Every pair of sets over four ports, with every pair of bounds.
    let subsets = (0..<16).map { bits in (0..<4).filter { bits >> $0 & 1 == 1 } }
    let bounds: [(String, (Int) -> Bool)] = [
      ("", { _ in true }), ("<2", { $0 < 2 }), ("<=2", { $0 <= 2 }), (">1", { $0 > 1 }),
      (">=1", { $0 >= 1 }),
    ]
    let packets = (0..<4).map { Packet("dst_port", .number(UInt64($0))) }
    for union in subsets {
      for exclusions in subsets {
        for bound in bounds {
          let key = "data.dst_port"
          let filters =
            union.map { "\(key)=\($0)" } + exclusions.map { "\(key)!=\($0)" }
            + (bound.0.isEmpty ? [] : [key + bound.0])
          let document = policy(rules: [("net_packet_tcp", filters)])
          let rule = try #require(PolicyCompiler.compile([document]).plan?.rules.first)
          for (port, packet) in packets.enumerated() {
            let expected =
              (union.isEmpty || union.contains(port)) && !exclusions.contains(port)
              && bound.1(port)
            #expect(
              ReferenceMatcher.matches(rule, owner: nil, packet: packet) == expected,
              "\(filters) \(port)")
          }
        }
      }
    }
  }

  @Test func `comm=a and comm=b is comm=a,b`() {
    #expect(rule(policy(scope: "comm=a", "comm=b")) == rule(policy(scope: "comm=a,b")))
    #expect(rule(policy(scope: "comm=a,b")) != nil)
  }

  @Test func `uid=0 and uid>=1000 can never match, which the linter says`() {
    let text = "type: policy\nname: a\nscope: [uid=0, uid>=1000]\nrules: [{event: net_packet_tcp}]"
    #expect(places(text) == ["3:9 never-matches"])
  }

  @Test func `the meaning is the same in scopes and in rules`() {
    for expression in ["uid=0,5", "uid!=5", "uid>3", "uid=1-5", "comm=a*", "comm!=*b", "container"]
    {
      for number: UInt32 in [0, 3, 4, 5, 6] {
        let owner = Owner {
          $0.userID = number
          $0.comm = number == 0 ? "ab" : "xb"
          $0.containerID = number > 4 ? "3f" : ""
        }
        let inScope = wants(scope: [expression], owner: owner)
        #expect(inScope == wants(filters: [expression], owner: owner), "\(expression) \(number)")
      }
    }
  }

  @Test func `a field that a packet does not have matches no = and no bound, and passes !=`() {
    let none = Packet(events: [.tcp], fields: [:])
    #expect(!wants(filters: ["data.dst_port=0-65535"], packet: none))
    #expect(!wants(filters: ["data.dst_port>=0"], packet: none))
    #expect(wants(filters: ["data.dst_port!=80"], packet: none))
  }

  @Test func `integers are decimal without leading zeros, or hexadecimal`() {
    let owner = Owner { $0.userID = 8 }
    #expect(wants(scope: ["uid=8"], owner: owner))
    #expect(wants(scope: ["uid=0x8"], owner: owner))
    #expect(
      findings(policy(scope: "uid=010")).first?.hasPrefix(
        "invalid-value 2:5-8 `010` is not an integer") == true)
    #expect(!findings(policy(filters: "data.dst=10.0.0.010")).isEmpty)
  }

  @Test func `lo-hi is an inclusive range`() {
    let ports = [9, 10, 20, 21].map { Packet("dst_port", .number($0)) }
    #expect(
      ports.map { wants(filters: ["data.dst_port=10-20"], packet: $0) } == [
        false, true, true, false,
      ])
  }

  @Test func `a port is from 0 to 65535`() {
    #expect(findings(policy(filters: "data.dst_port=0,65535")) == [])
    #expect(findings(policy(filters: "data.dst_port=65536")).count == 1)
  }

  @Test func `10.1.* is 10.1.0.0/16`() {
    #expect(
      rule(policy(filters: "data.dst=10.1.*")) == rule(policy(filters: "data.dst=10.1.0.0/16")))
    #expect(rule(policy(filters: "data.dst=10.1.*")) != nil)
  }

  @Test func `a range of addresses is of one family`() {
    #expect(findings(policy(filters: "data.dst=10.0.0.1-10.0.0.9,::1-::9")) == [])
    #expect(
      findings(policy(filters: "data.dst=10.0.0.1-::9")).first?.hasPrefix(
        "invalid-value 4:10-22 the ends of a range must be of the same family") == true)
  }

  @Test func `an IPv4 value also matches the address that IPv6 maps, and != passes all other IPv6`()
    throws
  {
    let mapped = Packet("dst", try address("::ffff:10.0.0.1"))
    let other = Packet("dst", try address("fe80::1"))
    #expect(wants(filters: ["data.dst=10.0.0.1"], packet: mapped))
    #expect(!wants(filters: ["data.dst!=10.0.0.1"], packet: mapped))
    #expect(!wants(filters: ["data.dst=0.0.0.0/0"], packet: other))
    #expect(wants(filters: ["data.dst!=0.0.0.0/0"], packet: other))
  }

  @Test(arguments: ["::/0", "::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "::/64"])
  func `an IPv6 range that holds the whole block of IPv4 leaves it out`(value: String) throws {
    let inside = try ["10.0.0.1", "0.0.0.0", "255.255.255.255"].map {
      Packet("dst", try address($0))
    }
    let outside = try ["::1", "::fffe:ffff:ffff", "::1:0:0:0"].map {
      Packet("dst", try address($0))
    }
    #expect(!inside.contains { wants(filters: ["data.dst=\(value)"], packet: $0) })
    #expect(outside.allSatisfy { wants(filters: ["data.dst=\(value)"], packet: $0) })
    #expect(wants(filters: ["data.dst=::ffff:0:0/96"], packet: inside[0]))
  }

  @Test(arguments: [
    ("nc", ["nc"]), ("nc*", ["nc", "ncat"]), ("*nc", ["nc", "rsync", "/nc"]),
    ("*c*", ["nc", "ncat", "NC c", "rsync", "/nc"]), ("NC*", ["NC c"]),
  ])
  func `text is exact, a prefix, a suffix or contained, and case matters`(
    pattern: String, matching: [String]
  ) {
    let all = ["nc", "ncat", "NC c", "rsync", "/nc"]
    let matched = all.filter { name in
      wants(scope: ["comm=\(pattern)"], owner: Owner { $0.comm = name })
    }
    #expect(matched == matching)
  }

  @Test func `an enumeration is its name or its number, and an ICMP type alone is all its codes`() {
    func codes(_ value: String) -> [UInt64] {
      let document = policy(
        rules: [("net_packet_icmp", ["data.proto_icmp.typeCode=\(value)"])])
      let rule = PolicyCompiler.compile([document]).plan?.rules.first
      return [0x0300, 0x0303, 0x03ff, 0x0800, 0x0b00].filter { number in
        let packet = Packet(
          events: [.icmp], fields: [PacketField("proto_icmp.typeCode"): [.number(number)]])
        return rule.map { ReferenceMatcher.matches($0, owner: nil, packet: packet) } ?? false
      }
    }
    #expect(codes("DestinationUnreachable(Port)") == [0x0303])
    #expect(codes("771") == [0x0303])
    #expect(codes("DestinationUnreachable") == [0x0300, 0x0303, 0x03ff])
    #expect(codes("EchoRequest") == [0x0800])
  }

  @Test func `a flag is 0, 1, true or false`() {
    let packets = [Packet("proto_tcp.SYN", .number(0)), Packet("proto_tcp.SYN", .number(1))]
    func matched(_ value: String) -> [Bool] {
      packets.map { wants(filters: ["data.proto_tcp.SYN=\(value)"], packet: $0) }
    }
    #expect(["1", "true"].map(matched) == [[false, true], [false, true]])
    #expect(["0", "false"].map(matched) == [[true, false], [true, false]])
  }
}
