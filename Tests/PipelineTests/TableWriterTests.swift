// SPDX-License-Identifier: Apache-2.0

import CBPF
import Foundation
import Policy
import System
import TestSupport
import Testing

@testable import Pipeline

@Suite struct TableWriterTests {
  @Test func `a line has a field under each head, and the header too`() throws {
    let head = String(
      decoding: TableWriter(clock: BootClock(epochOffset: 0), style: TableStyle(width: 120)).header,
      as: UTF8.self)
    var sample = SampleRecord(SamplePacket.ipv4(6, SamplePacket.tcp(flags: 0x12)))
    sample.own()
    let line = try table(sample, .tcp, policies: ["web", "dns"])
    for (name, text) in [
      ("UID", "1000"), ("COMM", "curl"), ("PID", "100"), ("EVENT", "tcp"), ("POLICIES", "web,dns"),
      ("DIR", "in "), ("SOURCE", "192.168.200.50:40020 → 70.42.73.30:80 S."),
    ] {
      let range = try #require(head.range(of: name))
      let column = head.distance(from: head.startIndex, to: range.lowerBound)
      #expect(line.dropFirst(column).hasPrefix(text), "\(name)")
    }
  }

  @Test(arguments: [60, 72, 80, 100, 120, 132, 200, 400])
  func `no line is wider than the terminal, and details are there at any width`(width: Int) throws {
    var sample = Self.longest
    sample.own()
    for kind in [EventKind.tcp, .ipv6] {
      let line = try table(sample, kind, policies: ["a-policy-with-a-very-long-name", "b"], width)
      #expect(line.unicodeScalars.count <= width + 1, "\(line)")
      #expect(line.contains(kind == .tcp ? " SFRP.U" : " TCP hop"), "\(line)")
      #expect(line.contains(" → "), "\(line)")
    }
    let header = TableWriter(
      clock: BootClock(epochOffset: 0), style: TableStyle(width: width)
    ).header
    #expect(String(decoding: header, as: UTF8.self).unicodeScalars.count <= width + 1)
  }

  @Test func `a column begins where its head does, at any width`() throws {
    for width in [72, 80, 100, 120, 200] {
      let head = String(
        decoding: TableWriter(
          clock: BootClock(epochOffset: 0), style: TableStyle(width: width)
        ).header, as: UTF8.self)
      var sample = SampleRecord(SamplePacket.ipv4(6, SamplePacket.tcp(flags: 0x12)))
      sample.own()
      let line = try table(sample, .tcp, policies: ["web"], width)
      for (name, text) in [
        ("UID", "1000 "), ("COMM", "curl "), ("PID", "100 "), ("EVENT", "tcp "),
        ("POLICIES", "web "), ("DIR", "in  "), ("SOURCE", "1"),
      ] {
        guard let range = head.range(of: name) else {
          #expect(width < 120 && ["UID", "POLICIES"].contains(name), "\(name) at \(width)")
          continue
        }
        let column = head.distance(from: head.startIndex, to: range.lowerBound)
        #expect(line.dropFirst(column).hasPrefix(text), "\(name) at \(width): \(line)")
      }
    }
  }

  @Test func `a request with two long addresses has its method and path at 80 columns`() throws {
    let head = Array("GET /a/path/that/is/long HTTP/1.1\r\n\r\n".utf8)
    var sample = SampleRecord(
      SamplePacket.ipv6(6, SamplePacket.tcp(dataOffset: 5, optionsAndData: head)))
    // Between addresses that nothing shortens.
    sample.packet.replaceSubrange(8..<40, with: Self.longAddresses)
    let line = try table(sample, .httpRequest, 80)
    #expect(line.contains(" GET /a/path/that/i…\n"), "\(line)")
    #expect(line.contains(":40020 → ") && line.contains(":80 GET"), "\(line)")
    #expect(line.unicodeScalars.count == 81)
    let full = try table(sample, .httpRequest, nil)
    #expect(
      full.hasSuffix(
        " [2001:db8:1111:2222:3333:4444:5555:6666]:40020 → "
          + "[2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff]:80 GET /a/path/that/is/long\n"), "\(full)")
  }

  @Test(
    arguments: [
      (["web", "dns"], "web,dns   "), (["a-policy-with-a-very-long-name"], "a-policy-…"),
      (["web", "dns", "egress"], "web,dns +1"), (["web", "metadata", "b", "c"], "web +3    "),
      (["very-long-name", "b"], "very-l… +1"), (["ärger", "ßagut", "c"], "ärger +2  "),
      ((0..<120).map { "policy-\($0)" }, "poli… +119"), (["1234567890"], "1234567890"),
    ] as [([String], String)])
  func `policies that do not fit are counted`(names: [String], expected: String) throws {
    let sample = SampleRecord(SamplePacket.ipv4(1, SamplePacket.icmp(8)))
    let line = try table(sample, .icmp, policies: names)
    #expect(line.contains(" \(expected) in  "), "\(line)")
  }

  @Test func `a wide terminal has more room for policies, and for details`() throws {
    let sample = SampleRecord(SamplePacket.ipv4(1, SamplePacket.icmp(8)))
    let line = try table(sample, .icmp, policies: ["web", "metadata", "b", "c"], 200)
    #expect(line.contains(" web,metadata,b,c         in  "), "\(line)")
    #expect(line.hasSuffix(" EchoRequest id 77 seq 3\n"))
  }

  private static func longAddress(_ digits: ClosedRange<UInt8>) -> [UInt8] {
    [0x20, 0x01, 0x0d, 0xb8] + digits.flatMap { [$0 * 0x11, $0 * 0x11] }
  }

  private static let longAddresses = longAddress(1...6) + longAddress(10...15)

  /// A segment with every flag between addresses of the longest text.
  private static var longest: SampleRecord {
    var sample = SampleRecord(
      SamplePacket.ipv6(6, SamplePacket.tcp(from: 65535, to: 65535, flags: 0x1ff)))
    sample.packet.replaceSubrange(8..<40, with: longAddresses)
    return sample
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
    #expect(line.contains("EchoRequest id 77 …\n"), "\(line)")
    #expect(!line.contains("\u{1b}"))
  }

  @Test func `colours come only when asked for`() throws {
    let sample = SampleRecord(SamplePacket.ipv4(1, SamplePacket.icmp(8)))
    #expect(try table(sample, .icmp, isColoured: true).contains("\u{1b}[36micmp "))
  }

  private func table(
    _ sample: SampleRecord, _ kind: EventKind, policies: [String] = ["p"], _ width: Int? = 120,
    isColoured: Bool = false
  ) throws -> String {
    var line = LineBuffer()
    let writer = TableWriter(
      clock: BootClock(epochOffset: 0), style: TableStyle(width: width, isColoured: isColoured))
    try sample.decode(asking: kind.contentProtocol) { packet in
      writer.append(EventLabel(kind, policies: policies), of: packet, to: &line)
    }
    return String(decoding: line.copy, as: UTF8.self)
  }
}
