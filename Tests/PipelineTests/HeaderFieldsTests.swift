import Policy
import Testing

@testable import Pipeline

/// What a policy can ask about headers, compared with the catalog and with what events show.
@Suite struct HeaderFieldsTests {
  private static let samples: [(EventKind, [UInt8])] = [
    (.ipv4, SamplePacket.ipv4(17, SamplePacket.udp())),
    (.ipv6, SamplePacket.ipv6(17, SamplePacket.udp())),
    (.tcp, SamplePacket.ipv4(6, SamplePacket.tcp(flags: 0x155))),
    (.udp, SamplePacket.ipv6(17, SamplePacket.udp())),
    (.icmp, SamplePacket.ipv4(1, SamplePacket.icmp(3, 3))),
    (.icmpv6, SamplePacket.ipv6(58, SamplePacket.icmp(135))),
  ]

  @Test func `a packet has every field that the catalog says its events have`() throws {
    #expect(Set(Self.samples.map(\.0)) == Set(EventKind.allCases.filter(\.isSupported)))
    for (event, bytes) in Self.samples {
      let headers = try #require(read(bytes))
      let packet = headers.subject(direction: .egress)
      #expect(packet.events.contains(event))
      let missing = event.fields.filter { $0.isSupported && packet.fields[$0]?.isEmpty != false }
      #expect(missing.map(\.key) == [], "\(event)")
      let known = packet.events.flatMap(\.fields)
      #expect(packet.fields.keys.filter { !known.contains($0) }.map(\.key) == [], "\(event)")
    }
  }

  @Test(arguments: [
    ("data.proto_tcp.RST=1", true), ("data.proto_tcp.SYN=1", false),
    ("data.proto_tcp.SYN!=1", true),
    ("data.proto_tcp.window<2767", true), ("data.proto_tcp.window<2766", false),
    ("data.proto_tcp.seq=4173220235", true), ("data.proto_tcp.NS=true", true),
    ("retval=0", true), ("retval<0", false), ("retval>=-1", true),
  ])
  func `a filter on the header decides`(filter: String, matches: Bool) throws {
    let bytes = SamplePacket.ipv4(6, SamplePacket.tcp(flags: 0x155))
    let headers = try #require(read(bytes))
    let selection = CommandLineSelection(
      events: ["net_packet_tcp." + filter], scopes: [])
    let plan = try #require(PolicyCompiler.compile([selection.document]).plan)
    #expect(
      ReferenceMatcher.matches(
        plan.rules[0], owner: nil, packet: headers.subject(direction: .egress)) == matches)
  }

  @Test func `names of protocols are those that events show`() {
    for number in UInt8.min...(.max) {
      var line = LineBuffer(capacity: 64)
      NameTable.ipProtocol.append(UInt16(number), to: &line)
      let shown = String(decoding: line.copy, as: UTF8.self)
      #expect(Enumeration.ipProtocol.name(of: UInt64(number)) ?? "\(number)" == shown)
    }
  }

  @Test func `names of ICMP messages are those that events show`() {
    for type in UInt8.min...(.max) {
      for code in UInt8(0)...20 {
        let number = UInt64(type) << 8 | UInt64(code)
        for (names, enumeration) in [
          (NameTable.icmp, Enumeration.icmp), (NameTable.icmpv6, .icmpv6),
        ] {
          var line = LineBuffer(capacity: 64)
          names.append(type: type, code: code, to: &line)
          let shown = String(decoding: line.copy, as: UTF8.self)
          // A code or a type without a name is shown by its number, which is no name of the table.
          if shown.contains("(Code: ") || shown.first?.isNumber == true {
            #expect(enumeration.symbols.allSatisfy { $0.name != shown })
          } else {
            #expect(
              enumeration.symbols.contains { symbol in
                symbol.name == shown && symbol.numbers.contains { $0.contains(number) }
              }, "\(shown)")
          }
        }
      }
    }
  }

  private func read(_ bytes: [UInt8]) -> PacketHeaders? { PacketHeaders(bytes.bytes) }
}
