// SPDX-License-Identifier: Apache-2.0

import CBPF
import Foundation
import Policy
import System
import TestSupport
import Testing

@testable import Pipeline

@Suite struct JSONWriterTests {
  /// What `docs/event-json.md` shows of a `net_packet_tcp` event, in the order of its keys, before `args`.
  ///
  /// The numbers of entities are left out: they are hashes of start times that the line does not show.
  static let published = """
    {"timestamp":1696255674450496178,"threadStartTime":1696249856019516599,"processorId":6,\
    "processId":1014858,"cgroupId":5650,"threadId":1014989,"parentProcessId":1729,\
    "hostProcessId":1014858,"hostThreadId":1014989,"hostParentProcessId":1729,"userId":1000,\
    "mountNamespace":4026531841,"pidNamespace":4026531836,"processName":"vlc",\
    "executable":{"path":""},"hostName":"rugged","containerId":"","container":{},"kubernetes":{},\
    "eventId":"2002","eventName":"net_packet_tcp","matchedPolicies":[""],"argsNum":6,\
    "returnValue":0,"syscall":"recvmsg","stackAddresses":[0],\
    "contextFlags":{"containerStarted":false,"isCompat":false},
    """
  static let publishedArguments = """
    "args":[{"name":"src","type":"const char*","value":"192.168.200.50"},\
    {"name":"dst","type":"const char*","value":"70.42.73.30"},\
    {"name":"src_port","type":"u16","value":40020},{"name":"dst_port","type":"u16","value":80},\
    {"name":"proto_tcp","type":"trace.ProtoTCP","value":{"srcPort":40020,"dstPort":80,\
    "seq":4173220235,"ack":2867625954,"dataOffset":8,"FIN":0,"SYN":0,"RST":0,"PSH":0,"ACK":1,\
    "URG":0,"ECE":0,"CWR":0,"NS":0,"window":2766,"checksum":6218,"urgent":0}},\
    {"name":"metadata","type":"trace.PacketMetadata","value":{"direction":"ingress"}}]}

    """

  @Test func `the published TCP event is written byte by byte`() throws {
    let boot: Int64 = 1_696_000_000_000_000_000
    var sample = SampleRecord(SamplePacket.ipv4(6, SamplePacket.tcp()))
    sample.header.time = 1_696_255_674_450_496_178 - UInt64(boot)
    sample.header.processor = 6
    sample.header.system_call = 47
    sample.header.owner.id = 1
    sample.header.owner.start_time = 1_696_249_856_019_516_599 - UInt64(boot)
    sample.header.owner.leader_start_time = sample.header.owner.start_time
    sample.header.owner.parent_start_time = 1_000_000_000
    (sample.header.owner.pid, sample.header.owner.ns_pid) = (1_014_858, 1_014_858)
    (sample.header.owner.tid, sample.header.owner.ns_tid) = (1_014_989, 1_014_989)
    (sample.header.owner.ppid, sample.header.owner.ns_ppid) = (1729, 1729)
    sample.header.owner.cgroup_id = 5650
    sample.header.owner.uid = 1000
    sample.header.owner.mount_namespace = 4_026_531_841
    sample.header.owner.pid_namespace = 4_026_531_836
    SampleRecord.fill(&sample.header.owner.comm, "vlc".utf8)
    SampleRecord.fill(&sample.header.owner.node_name, "rugged".utf8)

    let line = try json(sample, .tcp, clock: BootClock(epochOffset: boot))
    #if arch(x86_64)
      #expect(line.hasPrefix(Self.published))
    #endif
    #expect(line.hasSuffix(Self.publishedArguments))
    let between = line.dropFirst(Self.published.count).dropLast(Self.publishedArguments.count)
    let hash = EntityHash.of(id: 1_014_989, startTime: 1_696_249_856_019_516_599)
    let process = EntityHash.of(id: 1_014_858, startTime: 1_696_249_856_019_516_599)
    let parent = EntityHash.of(id: 1729, startTime: UInt64(boot) + 1_000_000_000)
    #expect(
      between
        == "\"threadEntityId\":\(hash),\"processEntityId\":\(process),\"parentEntityId\":\(parent),"
    )
  }

  @Test(
    arguments: [
      (
        .ipv4, SamplePacket.ipv4(132, [], fragment: 0x2007),
        """
        {"name":"src","type":"const char*","value":"192.168.200.50"},\
        {"name":"dst","type":"const char*","value":"70.42.73.30"},\
        {"name":"proto_ipv4","type":"trace.ProtoIPv4","value":{"version":4,"IHL":5,"TOS":16,\
        "length":20,"id":48879,"flags":1,"fragOffset":7,"TTL":64,"protocol":"SCTP",\
        "checksum":43605,"srcIP":"192.168.200.50","dstIP":"70.42.73.30"}}
        """
      ),
      (
        .ipv6, SamplePacket.ipv6(253, [1, 2]),
        """
        {"name":"src","type":"const char*","value":"2001:db8::1"},\
        {"name":"dst","type":"const char*","value":"fe80::abcd"},\
        {"name":"proto_ipv6","type":"trace.ProtoIPv6","value":{"version":6,"trafficClass":171,\
        "flowLabel":843504,"length":2,"nextHeader":"253","hopLimit":63,"srcIP":"2001:db8::1",\
        "dstIP":"fe80::abcd"}}
        """
      ),
      (
        .udp, SamplePacket.ipv6(17, SamplePacket.udp()),
        """
        {"name":"src","type":"const char*","value":"2001:db8::1"},\
        {"name":"dst","type":"const char*","value":"fe80::abcd"},\
        {"name":"src_port","type":"u16","value":5353},{"name":"dst_port","type":"u16","value":53},\
        {"name":"proto_udp","type":"trace.ProtoUDP","value":{"srcPort":5353,"dstPort":53,\
        "length":11,"checksum":4660}}
        """
      ),
      (
        .icmp, SamplePacket.ipv4(1, SamplePacket.icmp(3, 3)),
        """
        {"name":"src","type":"const char*","value":"192.168.200.50"},\
        {"name":"dst","type":"const char*","value":"70.42.73.30"},\
        {"name":"proto_icmp","type":"trace.ProtoICMP","value":{\
        "typeCode":"DestinationUnreachable(Port)","checksum":17185,"id":77,"seq":3}}
        """
      ),
      (
        .icmpv6, SamplePacket.ipv6(58, SamplePacket.icmp(143)),
        """
        {"name":"src","type":"const char*","value":"2001:db8::1"},\
        {"name":"dst","type":"const char*","value":"fe80::abcd"},\
        {"name":"proto_icmpv6","type":"trace.ProtoICMPv6","value":{\
        "typeCode":"MulticastListenerReportV2","checksum":17185}}
        """
      ),
    ] as [(EventKind, [UInt8], String)])
  func `an event without an owner is written byte by byte`(
    kind: EventKind, packet: [UInt8], arguments: String
  ) throws {
    let count = arguments.components(separatedBy: "{\"name\"").count
    let line = """
      {"timestamp":1000000000,"threadStartTime":0,"processorId":0,"processId":0,"cgroupId":0,\
      "threadId":0,"parentProcessId":0,"hostProcessId":0,"hostThreadId":0,"hostParentProcessId":0,\
      "userId":0,"mountNamespace":0,"pidNamespace":0,"processName":"","executable":{"path":""},\
      "hostName":"","containerId":"","container":{},"kubernetes":{},"eventId":"\(kind.rawValue)",\
      "eventName":"\(kind.name)","matchedPolicies":[""],"argsNum":\(count),"returnValue":0,\
      "syscall":"","stackAddresses":[0],\
      "contextFlags":{"containerStarted":false,"isCompat":false},"threadEntityId":0,\
      "processEntityId":0,"parentEntityId":0,"args":[\(arguments),\
      {"name":"metadata","type":"trace.PacketMetadata","value":{"direction":"egress"}}]}

      """
    var sample = SampleRecord(packet)
    sample.header.direction = UInt8(TP_EGRESS.rawValue)
    #expect(try json(sample, kind) == line)
  }

  @Test(
    arguments: [
      (0, 0, "EchoReply"), (8, 3, "EchoRequest(Code: 3)"),
      (3, 4, "DestinationUnreachable(FragmentationNeeded)"),
      (3, 99, "DestinationUnreachable(Code: 99)"), (5, 3, "Redirect(TOS+Host)"),
      (11, 0, "TimeExceeded(TTLExceeded)"), (12, 1, "ParameterProblem(MissingOption)"),
      (250, 7, "250(7)"),
    ] as [(UInt8, UInt8, String)])
  func `ICMP messages have names`(type: UInt8, code: UInt8, name: String) throws {
    let line = try json(SampleRecord(SamplePacket.ipv4(1, SamplePacket.icmp(type, code))), .icmp)
    #expect(line.contains("\"typeCode\":\"\(name)\""))
  }

  @Test(
    arguments: [
      (1, 0, "DestinationUnreachable(NoRouteToDst)"), (2, 0, "PacketTooBig"),
      (3, 0, "TimeExceeded(HopLimitExceeded)"), (4, 2, "ParameterProblem(UnrecognizedIPv6Option)"),
      (128, 0, "EchoRequest"), (130, 0, "MulticastListenerQuery"), (135, 0, "NeighborSolicitation"),
      (0, 0, "0(0)"),
    ] as [(UInt8, UInt8, String)])
  func `ICMPv6 messages have names`(type: UInt8, code: UInt8, name: String) throws {
    let line = try json(SampleRecord(SamplePacket.ipv6(58, SamplePacket.icmp(type, code))), .icmpv6)
    #expect(line.contains("\"typeCode\":\"\(name)\""))
  }

  @Test func `hostile texts make lines that a parser accepts and reads as repaired text`() throws {
    let hostile: [[UInt8]] = [
      Array("\"},{\"\\u".utf8), [0xff, 0xfe, 0x22, 0x5c], [0xed, 0xa0, 0x80],
      [0x1b, 0x5b, 0x32, 0x4a],
      Array(1...15), [0xf0, 0x9f, 0xa6], Array("line\nbreak".utf8),
      Array(repeating: 0x80, count: 16),
    ]
    for text in hostile {
      var sample = SampleRecord(SamplePacket.ipv4(6, SamplePacket.tcp()))
      sample.own()
      SampleRecord.fill(&sample.header.owner.comm, text)
      SampleRecord.fill(&sample.header.owner.executable, text + text)
      SampleRecord.fill(&sample.header.owner.node_name, text)
      SampleRecord.fill(&sample.header.owner.container_id, text)
      let line = try json(sample, .tcp)
      #expect(line.filter { $0 == "\n" }.count == 1)
      #expect(
        !line.unicodeScalars.dropLast().contains {
          $0.value < 0x20 || (0x7f..<0xa0).contains($0.value)
        })
      let object = try #require(
        JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
      #expect(object["processName"] as? String == String(decoding: text.prefix(16), as: UTF8.self))
      #expect((object["container"] as? [String: String])?["id"] == object["containerId"] as? String)
    }
  }

  @Test func `flags and a known container are shown`() throws {
    var sample = SampleRecord(SamplePacket.ipv4(6, SamplePacket.tcp()))
    sample.own()
    sample.header.owner.flags =
      TP_OWNER_COMPAT.rawValue | TP_OWNER_CONTAINER.rawValue | TP_OWNER_CONTAINER_STARTED.rawValue
    SampleRecord.fill(&sample.header.owner.container_id, String(repeating: "ab", count: 32).utf8)
    let line = try json(sample, .tcp)
    #expect(line.contains("\"contextFlags\":{\"containerStarted\":true,\"isCompat\":true}"))
    #expect(line.contains("\"container\":{\"id\":\"abab"))
  }

  @Test func `a 32-bit call of a packet counts, and of a packet without a call a 32-bit owner`()
    throws
  {
    var sample = SampleRecord(SamplePacket.ipv4(6, SamplePacket.tcp()))
    sample.own()
    let cases: [(call: Int32, packet: Bool, owner: Bool, name: String, isCompat: Bool)] = [
      (-1, false, false, "", false), (-1, true, false, "", false), (-1, false, true, "", true),
      (102, true, false, "socketcall", true), (102, false, true, "getuid", false),
      (370, true, true, "sendmsg", true), (1, false, false, "write", false),
    ]
    for (call, packet, owner, name, isCompat) in cases {
      sample.header.system_call = call
      sample.header.flags = packet ? TP_PACKET_COMPAT.rawValue : 0
      sample.header.owner.flags = owner ? TP_OWNER_COMPAT.rawValue : 0
      let line = try json(sample, .tcp)
      #expect(line.contains("\"isCompat\":\(isCompat)}"))
      #if arch(x86_64)
        #expect(line.contains("\"syscall\":\"\(name)\""))
        try sample.read { record, headers in
          let expected: [FieldValue]? = name.isEmpty ? nil : [.text(name)]
          #expect(headers.subject(of: record, content: nil).fields[.systemCall] == expected)
        }
      #endif
    }
  }

  @Test func `a checksum that is not computed yet is marked where a checksum is shown`() throws {
    for (kind, packet) in [
      (.ipv4, SamplePacket.ipv4(6, SamplePacket.tcp())),
      (.tcp, SamplePacket.ipv4(6, SamplePacket.tcp())),
      (.udp, SamplePacket.ipv6(17, SamplePacket.udp())),
      (.icmpv6, SamplePacket.ipv6(58, SamplePacket.icmp(128))),
      (.http, HTTPEventTests.segment(HTTPTests.request)),
    ] as [(EventKind, [UInt8])] {
      var sample = SampleRecord(packet)
      #expect(try !json(sample, kind).contains("checksumPartial"))
      sample.header.flags = TP_PACKET_CHECKSUM_PARTIAL.rawValue
      let isShown = kind != .ipv4 && kind != .http
      #expect(
        try json(sample, kind).contains(#"{"direction":"ingress","checksumPartial":true}"#)
          == isShown)
    }
  }

  @Test(
    arguments: [
      ([], "any"), (Array("eth0".utf8), "eth0"),
      (Array("0123456789abcdef".utf8), "0123456789abcdef"),
      ([0x22, 0xff, 0x0a], #"\"\u{fffd}\n"#),
    ] as [([UInt8], String)])
  func `the interface is the one that the record names`(name: [UInt8], shown: String) throws {
    var sample = SampleRecord(HTTPEventTests.segment(HTTPTests.request))
    SampleRecord.fill(&sample.header.interface_name, name)
    let text = shown.replacing("\\u{fffd}", with: "\u{fffd}")
    #expect(try json(sample, .httpRequest).contains("\"iface\":\"\(text)\""))
    let bare = name.isEmpty ? "any" : String(decoding: name, as: UTF8.self)
    try sample.read { record, headers in
      let field = try #require(PacketField(rawValue: "metadata.iface"))
      let values = headers.subject(of: record, content: .http).fields[field]
      #expect(values == [.text(bare)])
    }
    let field = try #require(PacketField(rawValue: "metadata.iface"))
    let clause = PacketClause(Clause(field, Condition(included: [.text(.exact(bare))])))
    var lender = FieldLender()
    try sample.decode(asking: .http) { packet in
      let holds = clause.holds(of: packet, isUnread: false, &lender)
      #expect(holds)
    }
  }

  private func json(
    _ sample: SampleRecord, _ kind: EventKind, clock: BootClock = BootClock(epochOffset: 0)
  ) throws -> String {
    var line = LineBuffer()
    try sample.decode(asking: kind.contentProtocol) { packet in
      JSONWriter(clock: clock).append(EventLabel(kind, policies: [""]), of: packet, to: &line)
    }
    _ = try TracedEvent(line: line.copy.dropLast())
    return String(decoding: line.copy, as: UTF8.self)
  }
}
