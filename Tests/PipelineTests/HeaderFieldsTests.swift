import CBPF
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
    #expect(
      Set(Self.samples.map(\.0)) == Set(EventKind.allCases.filter { $0.contentProtocol == nil }))
    for (event, bytes) in Self.samples {
      let packet = try packet(bytes)
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
    ("scope.processorId=3", true), ("scope.processorId>3", false), ("scope.syscall=accept", false),
    ("data.src=192.168.200.50", true), ("data.metadata.direction=egress", false),
    ("retval=0", true), ("retval<0", false), ("retval>=-1", true),
  ])
  func `a filter on the header decides`(filter: String, matches: Bool) throws {
    let bytes = SamplePacket.ipv4(6, SamplePacket.tcp(flags: 0x155))
    let packet = try packet(bytes)
    let selection = CommandLineSelection(
      events: ["net_packet_tcp." + filter], scopes: [])
    let rule = try #require(PolicyCompiler.compile([selection.document]).plan?.rules.first)
    #expect(
      ReferenceMatcher.matches(rule, owner: nil, packet: packet) == matches)
  }

  @Test func `the system call is known by its name, and absent outside of one`() throws {
    let bytes = SamplePacket.ipv4(6, SamplePacket.tcp())
    let name = try #require(SystemCallNames.native.name(of: 1))
    #expect(try packet(bytes).fields[.systemCall] == [.text(name)])
    let outside = try SampleRecord(bytes).read { record, headers in
      headers.subject(of: record, InterfaceNames())
    }
    #expect(outside.fields[.systemCall] == nil)
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
    var wrong: [String] = []
    for type in UInt8.min...(.max) {
      for code in UInt8(0)...20 {
        let number = UInt64(type) << 8 | UInt64(code)
        for (names, enumeration) in [
          (NameTable.icmp, Enumeration.icmp), (NameTable.icmpv6, .icmpv6),
        ] {
          var line = LineBuffer(capacity: 64)
          names.append(type: type, code: code, to: &line)
          let shown = String(decoding: line.copy, as: UTF8.self)
          let symbol = enumeration.symbols.first { $0.name == shown }
          // A type or a code without a name is shown by its number, which is no name of the table.
          let isNumber = shown.contains("(Code: ") || shown.first?.isNumber == true
          let isRight =
            isNumber
            ? symbol == nil : symbol?.numbers.contains { $0.contains(number) } == true
          if !isRight { wrong.append("\(type) \(code) \(shown)") }
        }
      }
    }
    #expect(wrong == [])
  }

  /// The packet of a record, which processor 3 handled in the system call number 1.
  private func packet(_ bytes: [UInt8]) throws -> Packet {
    var sample = SampleRecord(bytes)
    sample.header.processor = 3
    sample.header.system_call = 1
    return try sample.read { record, headers in headers.subject(of: record, InterfaceNames()) }
  }
}
