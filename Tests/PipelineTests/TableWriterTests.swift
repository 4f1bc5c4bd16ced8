import CBPF
import Foundation
import Policy
import System
import Testing

@testable import Pipeline

@Suite struct TableWriterTests {
  @Test func `a line has a field under each head, and the header too`() throws {
    let head = String(
      decoding: TableWriter(clock: BootClock(epochOffset: 0), colour: false).header, as: UTF8.self)
    var sample = SampleRecord(SamplePacket.ipv4(6, SamplePacket.tcp(flags: 0x12)))
    sample.own()
    let line = try table(sample, .tcp, policies: "web,dns")
    for (name, text) in [
      ("UID", "1000"), ("COMM", "curl"), ("PID", "100"), ("EVENT", "tcp"), ("POLICIES", "web,dns"),
      ("DIR", "in "), ("SOURCE", "192.168.200.50:40020 → 70.42.73.30:80 S."),
    ] {
      let range = try #require(head.range(of: name))
      let column = head.distance(from: head.startIndex, to: range.lowerBound)
      #expect(line.dropFirst(column).hasPrefix(text), "\(name)")
    }
  }

  @Test func `lines are of 120 columns at most, and only details are cut`() throws {
    var sample = SampleRecord(
      SamplePacket.ipv4(
        6, SamplePacket.tcp(from: 65535, to: 65535, flags: 0x1ff), source: [255, 255, 255, 255],
        destination: [255, 255, 255, 254]))
    sample.own()
    let line = try table(sample, .tcp, policies: "a-policy-with-a-very-long-name")
    #expect(line.unicodeScalars.count == 121)
    #expect(line.contains(" a-policy-… in  255.255.255.255:65535 → 255.255.255.254:65535 "))
  }

  @Test func `IPv6 addresses with ports are in brackets`() throws {
    let sample = SampleRecord(SamplePacket.ipv6(17, SamplePacket.udp()))
    #expect(try table(sample, .udp).contains("[2001:db8::1]:5353 → [fe80::abcd]:53 len 3\n"))
    #expect(try table(sample, .ipv6).contains(" 2001:db8::1 → fe80::abcd UDP hops 63 len 51\n"))
  }

  @Test func `nobody is a dash, and a name cannot steer the terminal`() throws {
    var sample = SampleRecord(SamplePacket.ipv4(1, SamplePacket.icmp(8)))
    #expect(try table(sample, .icmp).contains(" -     -               -       icmp"))
    sample.own()
    SampleRecord.fill(&sample.header.owner.comm, "\u{1b}]0;x\u{7}\n".utf8)
    let line = try table(sample, .icmp)
    #expect(line.contains(" \u{fffd}]0;x\u{fffd}\u{fffd}         100"))
    #expect(line.contains("EchoRequest id 77 s\n"))
    #expect(!line.contains("\u{1b}"))
  }

  @Test func `colours come only when told`() throws {
    let sample = SampleRecord(SamplePacket.ipv4(1, SamplePacket.icmp(8)))
    #expect(try table(sample, .icmp, colour: true).contains("\u{1b}[36micmp "))
  }

  private func table(
    _ sample: SampleRecord, _ kind: EventKind, policies: String = "p", colour: Bool = false
  ) throws -> String {
    var line = LineBuffer()
    let writer = TableWriter(clock: BootClock(epochOffset: 0), colour: colour)
    try sample.decode(asking: kind.contentProtocol) { packet in
      writer.append(EventLabel(kind, policies: [policies]), of: packet, to: &line)
    }
    return String(decoding: line.copy, as: UTF8.self)
  }
}
