// SPDX-License-Identifier: Apache-2.0

import Policy
import Testing

struct EventCatalogTests {
  @Test func `has the twelve events of Tracee by number and name`() {
    #expect(
      EventKind.allCases.map { "\($0.rawValue) \($0.name)" } == [
        "2000 net_packet_ipv4", "2001 net_packet_ipv6", "2002 net_packet_tcp",
        "2003 net_packet_udp", "2004 net_packet_icmp", "2005 net_packet_icmpv6",
        "2006 net_packet_dns", "2007 net_packet_dns_request", "2008 net_packet_dns_response",
        "2009 net_packet_http", "2010 net_packet_http_request", "2011 net_packet_http_response",
      ])
    #expect(EventKind.allCases.allSatisfy { EventKind(name: $0.name) == $0 })
  }

  @Test func `finds what a word means`() {
    #expect(EventCatalog.find("net_packet_tcp") == .event(.tcp))
    #expect(EventCatalog.find("network_events") == .several(EventKind.allCases))
    #expect(
      EventCatalog.find("tag=default")
        == .several([.icmp, .icmpv6, .dnsRequest, .dnsResponse, .httpRequest, .httpResponse]))
    #expect(EventCatalog.find("net_packet_dns*") == .several([.dns, .dnsRequest, .dnsResponse]))
    #expect(EventCatalog.find("openat") == .unsupported)
    #expect(EventCatalog.find("sched_process_exec") == .unsupported)
    #expect(EventCatalog.find("anti_debugging") == .unsupported)
    #expect(EventCatalog.find("tag=syscalls") == .unsupported)
    #expect(EventCatalog.find("tag=nothing") == .unknownSet)
    #expect(EventCatalog.find("nothing*") == .unmatched)
    #expect(EventCatalog.find("net*tcp") == .unmatched)
    #expect(EventCatalog.find("net_packet_tpc") == .unknown)
    #expect(EventCatalog.find("Net_packet_tcp") == .unknown)
  }

  @Test func `knows which events have a field, and what it takes`() throws {
    func description(_ path: String) throws -> FieldDescription {
      try #require(PacketField(rawValue: path)).description
    }
    #expect(try description("src").events == EventKind.allCases)
    #expect(try description("src_port").events == EventKind.allCases.filter(\.hasPorts))
    #expect(try description("proto_tcp.SYN").type == .flag)
    #expect(try description("proto_tcp.SYN").events == [.tcp])
    #expect(try description("proto_ipv4.TTL").type == .integer(maximum: 255))
    #expect(try description("proto_dns.questions.name").isList)
    #expect(try description("proto_dns.answers.IP").type == .address)
    #expect(try description("proto_dns.answers.SOA.MName").isList)
    #expect(try description("proto_http.headers").hasMembers)
    #expect(
      try description("metadata.src_ip").events == [
        .dnsRequest, .dnsResponse, .httpRequest, .httpResponse,
      ])
    #expect(PacketField(rawValue: "proto_tcp") == nil)
  }

  @Test(arguments: [
    ("data.proto_http.headers.user-agent", "proto_http.headers", "User-Agent"),
    ("data.proto_http.headers.Host", "proto_http.host", nil),
    ("data.http_response.headers.host", "http_response.headers", "Host"),
    ("args.src", "src", nil), ("syscall", "syscall", nil),
  ])
  func `finds the field of a key`(key: String, path: String, member: String?) throws {
    let found = try #require(PacketField.find(key))
    #expect(found.field.rawValue == path)
    #expect(found.member == member)
  }

  @Test(arguments: [
    "src", "data.syscall", "data.", "data.proto_http.headers", "data.proto_http.headers.", "args",
    "",
  ])
  func `finds no field where there is none`(key: String) {
    #expect(PacketField.find(key) == nil)
  }

  @Test func `the fields are those of the events and nothing else`() {
    #expect(Set(PacketField.allCases.map(\.key)).count == PacketField.allCases.count)
    #expect(PacketField.allCases.allSatisfy { PacketField(key: $0.key) == $0 })
    #expect(PacketField.allCases.allSatisfy { PacketField(rawValue: $0.rawValue) == $0 })
    #expect(
      EventKind.icmpv6.fields.map(\.rawValue) == [
        "src", "dst", "metadata.direction", "proto_icmpv6.typeCode", "proto_icmpv6.checksum",
        "retval", "processorId", "timestamp", "syscall",
      ])
  }

  @Test func `every number of an enumeration has at most one name, or a part and a whole`() throws {
    for enumeration in [Enumeration.dnsType, .dnsClass, .dnsOperation, .dnsResponseCode] {
      var next: UInt64 = 0
      for range in enumeration.symbols.flatMap(\.numbers).sorted(by: {
        $0.lowerBound < $1.lowerBound
      }) {
        #expect(range.lowerBound == next)
        next = range.upperBound + 1
      }
      #expect(next == enumeration.maximum + 1)
    }
  }
}
