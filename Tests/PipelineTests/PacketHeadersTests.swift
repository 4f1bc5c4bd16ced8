// SPDX-License-Identifier: Apache-2.0

import Policy
import TestSupport
import Testing

@testable import Pipeline

@Suite struct PacketHeadersTests {
  @Test func `reads IPv4 and TCP`() throws {
    let packet = try #require(read(SamplePacket.ipv4(6, SamplePacket.tcp(flags: 0x155))))
    guard case .ipv4(let ip) = packet.network, case .tcp(let tcp) = packet.transport else {
      Issue.record("not TCP over IPv4")
      return
    }
    #expect((ip.headerWords, ip.typeOfService, ip.length, ip.id) == (5, 0x10, 52, 0xbeef))
    #expect((ip.flags, ip.fragmentOffset, ip.timeToLive) == (2, 0, 64))
    #expect((ip.nextProtocol, ip.checksum) == (6, 0xaa55))
    #expect(
      (tcp.sequence, tcp.acknowledgement, tcp.dataOffset) == (4_173_220_235, 2_867_625_954, 8))
    #expect((tcp.window, tcp.checksum, tcp.urgent) == (2766, 6218, 0))
    #expect(tcp.flags == [.fin, .rst, .ack, .ece, .ns])
    #expect(packet.ports.map { [$0.source, $0.destination] } == [40020, 80])
    #expect(packet.source == IPAddress(ipv4: 0xc0a8_c832))
    #expect(packet.shape.rawValue == 1)
    #expect(packet.transportOffset == 20)
  }

  @Test func `steps over the options of IPv4`() {
    let packet = SamplePacket.ipv4(
      17, SamplePacket.udp(), options: [UInt8](repeating: 1, count: 40))
    #expect(read(packet)?.transportOffset == 60)
    #expect(read(packet)?.shape == PacketShape(.ipv4, .udp))
    #expect(read(Array(packet.prefix(59))) == nil, "options that are cut off are malformed")
  }

  @Test(arguments: [[], [0x45], [0x44], [0x50], [0x00], [0x60]] as [[UInt8]])
  func `what does not begin like IP is malformed`(start: [UInt8]) {
    #expect(read(start) == nil)
    if start.first != 0x45, start.first != 0x60 {
      #expect(read(start + [UInt8](repeating: 0, count: 80)) == nil)
    }
  }

  @Test func `a transport header that is not all there is none`() {
    for (number, needed, transport) in [
      (6 as UInt8, 20, PacketShape.Transport.tcp), (17, 8, .udp), (1, 8, .icmp),
    ] {
      let payload = number == 6 ? SamplePacket.tcp() : [UInt8](repeating: 0, count: 8)
      for count in 0...needed {
        let shape = read(SamplePacket.ipv4(number, Array(payload.prefix(count))))?.shape
        #expect(shape == PacketShape(.ipv4, count < needed ? .other : transport))
      }
    }
    for count in 0...4 {
      let shape = read(SamplePacket.ipv6(58, [UInt8](repeating: 0, count: count)))?.shape
      #expect(shape == PacketShape(.ipv6, count < 4 ? .other : .icmpv6))
    }
  }

  @Test func `a TCP header that says it is shorter than itself is none`() {
    let tcp = SamplePacket.tcp(dataOffset: 4)
    #expect(read(SamplePacket.ipv4(6, tcp))?.shape == PacketShape(.ipv4, .other))
  }

  @Test func `ICMP belongs to IPv4, ICMPv6 to IPv6`() {
    #expect(read(SamplePacket.ipv4(1, SamplePacket.icmp(8)))?.shape.transport == .icmp)
    #expect(read(SamplePacket.ipv4(58, SamplePacket.icmp(8)))?.shape.transport == .other)
    #expect(read(SamplePacket.ipv6(1, SamplePacket.icmp(8)))?.shape.transport == .other)
    #expect(read(SamplePacket.ipv6(58, SamplePacket.icmp(128)))?.shape.transport == .icmpv6)
  }

  @Test func `only the first fragment has a transport header`() {
    let udp = SamplePacket.udp()
    #expect(read(SamplePacket.ipv4(17, udp, fragment: 0x2000))?.shape.transport == .udp)
    #expect(read(SamplePacket.ipv4(17, udp, fragment: 0x2001))?.shape.transport == .other)
    #expect(read(SamplePacket.ipv6(44, [17, 0, 0, 1, 0, 0, 0, 9] + udp))?.shape.transport == .udp)
    #expect(
      read(SamplePacket.ipv6(44, [17, 0, 0, 8, 0, 0, 0, 9] + udp))?.shape.transport == .other)
  }

  @Test func `follows the extension headers of IPv6, eight of them and no more`() {
    let options: (UInt8) -> [UInt8] = { [$0, 0, 1, 4, 0, 0, 0, 0] }
    let mixed: [UInt8] =
      [60, 1] + [UInt8](repeating: 0, count: 14)  // hop-by-hop of 16 bytes
      + options(43) + options(51)
      + [17, 1] + [UInt8](repeating: 0, count: 10)  // authentication of 12 bytes
    let packet = read(SamplePacket.ipv6(0, mixed + SamplePacket.udp()))
    #expect(packet?.shape.transport == .udp)
    #expect(packet?.transportOffset == 40 + 16 + 8 + 8 + 12)
    for count in 1...10 {
      let chain = (1...count).flatMap { options($0 == count ? 17 : 60) }
      let shape = read(SamplePacket.ipv6(60, chain + SamplePacket.udp()))?.shape.transport
      #expect(shape == (count <= 8 ? .udp : .other), "\(count) headers")
    }
  }

  @Test func `why there is no transport is known, and counted for thousands of headers too`() {
    let options: (UInt8) -> [UInt8] = { [$0, 0, 1, 4, 0, 0, 0, 0] }
    let (udp, tcp) = (SamplePacket.udp(), SamplePacket.tcp())
    for number in [0, 43, 60] as [UInt8] {
      let headers = (1...1_000).flatMap { options($0 == 1_000 ? 17 : number) }
      #expect(hidden(SamplePacket.ipv6(number, headers + udp)) == .behindHeaders)
    }
    #expect(
      hidden(SamplePacket.ipv6(60, [17, 200] + [UInt8](repeating: 0, count: 1_606) + udp))
        == .behindHeaders)
    // Fragments that overlap the header of the first.
    for offset in [1, 2, 0x1fff] as [UInt16] {
      #expect(hidden(SamplePacket.ipv4(6, tcp, fragment: offset)) == .inFragment)
      #expect(hidden(SamplePacket.ipv4(6, tcp, fragment: 0x2000 | offset)) == .inFragment)
      let header = [6, 0] + SamplePacket.big(offset << 3 | 1) + [0, 0, 0, 9]
      #expect(hidden(SamplePacket.ipv6(44, header + tcp)) == .inFragment)
    }
    #expect(hidden(SamplePacket.ipv4(6, tcp, fragment: 0x2000)) == nil)
    #expect(hidden(SamplePacket.ipv4(6, Array(tcp.prefix(19)))) == .pastEnd)
    #expect(hidden(SamplePacket.ipv6(60, options(6) + tcp.prefix(19))) == .pastEnd)
    #expect(hidden(SamplePacket.ipv6(60, [6, 0, 1, 4, 0, 0, 0])) == .pastEnd)
    #expect(hidden(SamplePacket.ipv6(60, [6, 9, 1, 4, 0, 0, 0, 0])) == .pastEnd)
    #expect(hidden(SamplePacket.ipv4(6, SamplePacket.tcp(dataOffset: 4))) == .pastEnd)
    #expect(hidden(SamplePacket.ipv4(132, [])) == nil)
    #expect(hidden(SamplePacket.ipv6(59, [])) == nil)
  }

  @Test func `an authentication header counts words of four bytes, two of which it leaves out`() {
    for length in 0...255 as ClosedRange<UInt8> {
      let size = (Int(length) + 2) * 4
      let header = [17, length] + [UInt8](repeating: 0, count: size - 2)
      let packet = read(SamplePacket.ipv6(51, header + SamplePacket.udp()))
      #expect(packet?.transportOffset == (40 + size <= 960 ? 40 + size : 0))
    }
  }

  @Test func `a packet as a policy sees it has its fields and events`() throws {
    let bytes = SamplePacket.ipv6(6, SamplePacket.tcp())
    let headers = try #require(read(bytes))
    let subject = headers.subject(direction: .egress, bytes: bytes.span.bytes)
    #expect(subject.events == [.ipv6, .tcp])
    #expect(subject.fields[.sourcePort] == [.number(40020)])
    #expect(subject.fields[.destinationPort] == [.number(80)])
    #expect(subject.fields[.direction] == [.number(1)])
    #expect(subject.fields[.source] == [.address(IPAddress(high: 0x2001_0db8 << 32, low: 1))])
    let rest = SamplePacket.ipv4(47, [])
    let others = try #require(read(rest))
    let other = others.subject(direction: .ingress, bytes: rest.span.bytes)
    #expect(other.events == [.ipv4])
    #expect(other.fields[.sourcePort] == nil)
  }

  @Test func `reads the same headers again where the kernel found them`() {
    for bytes in [
      SamplePacket.ipv4(6, SamplePacket.tcp()), SamplePacket.ipv4(47, [1, 2]),
      SamplePacket.ipv6(0, [17, 0, 0, 0, 0, 0, 0, 0] + SamplePacket.udp()),
    ] {
      guard let first = read(bytes) else {
        Issue.record("malformed")
        continue
      }
      let again = PacketHeaders(
        bytes.span.bytes, shape: first.shape, transportOffset: first.transportOffset)
      #expect(again == first)
    }
  }

  private func hidden(_ bytes: [UInt8]) -> HiddenTransport? {
    read(bytes)?.hiddenTransport(in: bytes.span.bytes)
  }

  private func read(_ bytes: [UInt8]) -> PacketHeaders? { PacketHeaders(bytes.span.bytes) }
}
