// SPDX-License-Identifier: Apache-2.0

import CBPF
import Policy
import TestSupport
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

  @Test func `the bits of a field are the number that its decoder finds`() throws {
    var random = SplitMix.ofTest()
    for (_, sample) in Self.samples {
      for _ in 0..<50 {
        var bytes = sample
        // All but what decides where the headers are: versions, lengths, protocols, fragments.
        let fixed = sample[0] >> 4 == 4 ? [0, 6, 7, 9] : [0, 6]
        for index in bytes.indices where !fixed.contains(index) {
          bytes[index] = UInt8.random(in: 0...255, using: &random)
        }
        let transport = sample[0] >> 4 == 4 ? 20 : 40
        if bytes.count > transport + 12 { bytes[transport + 12] |= 0x50 }
        guard let headers = PacketHeaders(bytes.span.bytes) else {
          Issue.record("no headers in \(bytes)")
          return
        }
        let packet = headers.subject(direction: .egress, bytes: bytes.span.bytes)
        for (path, number) in Self.numbers(of: headers) {
          let field = try #require(PacketField(rawValue: path))
          #expect(packet.fields[field] == [.number(number)], "\(path) of \(bytes)")
        }
      }
    }
    let decoded = Self.samples.flatMap { _, bytes in
      PacketHeaders(bytes.span.bytes).map { Array(Self.numbers(of: $0).keys) } ?? []
    }
    let known = PacketField.allCases.filter { $0.headerBits != nil }.map(\.rawValue)
    #expect(Set(decoded) == Set(known))
  }

  /// What the decoders say of each number in the headers.
  private static func numbers(of headers: PacketHeaders) -> [String: UInt64] {
    var numbers: [String: UInt64] = [:]
    func add(_ header: String, _ members: KeyValuePairs<String, any FixedWidthInteger>) {
      for (name, number) in members { numbers["proto_\(header).\(name)"] = UInt64(number) }
    }
    switch headers.network {
    case .ipv4(let ip):
      add(
        "ipv4",
        [
          "version": 4, "IHL": ip.headerWords, "TOS": ip.typeOfService, "length": ip.length,
          "id": ip.id, "flags": ip.flags, "fragOffset": ip.fragmentOffset, "TTL": ip.timeToLive,
          "protocol": ip.nextProtocol, "checksum": ip.checksum,
        ])
    case .ipv6(let ip):
      add(
        "ipv6",
        [
          "version": 6, "trafficClass": ip.trafficClass, "flowLabel": ip.flowLabel,
          "length": ip.length, "nextHeader": ip.nextHeader, "hopLimit": ip.hopLimit,
        ])
    }
    switch headers.transport {
    case .none: break
    case .tcp(let tcp):
      add(
        "tcp",
        [
          "srcPort": tcp.sourcePort, "dstPort": tcp.destinationPort, "seq": tcp.sequence,
          "ack": tcp.acknowledgement, "dataOffset": tcp.dataOffset, "window": tcp.window,
          "checksum": tcp.checksum, "urgent": tcp.urgent,
        ])
      let flags: KeyValuePairs<String, TCPHeader.Flags> = [
        "FIN": .fin, "SYN": .syn, "RST": .rst, "PSH": .psh, "ACK": .ack, "URG": .urg, "ECE": .ece,
        "CWR": .cwr, "NS": .ns,
      ]
      for (name, flag) in flags { add("tcp", [name: tcp.flags.contains(flag) ? 1 : 0]) }
    case .udp(let udp):
      add(
        "udp",
        [
          "srcPort": udp.sourcePort, "dstPort": udp.destinationPort, "length": udp.length,
          "checksum": udp.checksum,
        ])
    case .icmp(let icmp):
      add(
        "icmp",
        [
          "typeCode": Int(icmp.type) << 8 | Int(icmp.code), "checksum": icmp.checksum,
          "id": icmp.id, "seq": icmp.sequence,
        ])
    case .icmpv6(let icmp):
      add(
        "icmpv6",
        ["typeCode": Int(icmp.type) << 8 | Int(icmp.code), "checksum": icmp.checksum])
    }
    return numbers
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
      headers.subject(of: record, content: nil)
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
    return try sample.read { record, headers in
      headers.subject(of: record, content: nil)
    }
  }
}
