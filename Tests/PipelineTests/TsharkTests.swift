import Foundation
import Glibc
import Policy
import Testing

@testable import Pipeline

private let tsharkPath = ["/usr/bin/tshark", "/usr/local/bin/tshark"].first { (path: String) in
  access(path, X_OK) == 0
}

/// The headers that are read are those that Wireshark reads from the same capture.
@Suite(.enabled(if: tsharkPath != nil, "tshark is not installed"))
struct TsharkTests {
  /// What is compared, by Wireshark's names; not `ip.frag_offset`, whose unit depends on the version.
  static let fields = [
    "ip.src", "ip.dst", "ip.hdr_len", "ip.dsfield", "ip.len", "ip.id", "ip.flags",
    "ip.ttl", "ip.proto", "ip.checksum", "ipv6.src", "ipv6.dst", "ipv6.tclass",
    "ipv6.flow", "ipv6.plen", "ipv6.nxt", "ipv6.hlim", "tcp.srcport", "tcp.dstport",
    "tcp.seq_raw", "tcp.ack_raw", "tcp.hdr_len", "tcp.flags", "tcp.window_size_value",
    "tcp.checksum", "tcp.urgent_pointer", "udp.srcport", "udp.dstport", "udp.length",
    "udp.checksum", "icmp.type", "icmp.code", "icmp.checksum", "icmp.ident", "icmp.seq",
    "icmpv6.type", "icmpv6.code", "icmpv6.checksum",
  ]

  @Test func `a thousand packets have the same headers`() throws {
    var generator = SystemRandomNumberGenerator()
    let packets = (0..<1_000).map { Self.packet($0, &generator) }
    let rows = try withTemporaryFolder { folder in
      let capture = folder + "/packets.pcap"
      try Data(Self.capture(packets)).write(to: URL(filePath: capture))
      return try Self.tshark(reading: capture)
    }
    try #require(rows.count == packets.count)
    for (packet, row) in zip(packets, rows) {
      let read = PacketHeaders(packet.span.bytes)
      let headers = try #require(read)
      let ours = Self.fields(of: headers)
      for (name, theirs) in zip(Self.fields, row) {
        #expect(ours[name] ?? "" == theirs, "\(name) of \(packet)")
      }
    }
  }

  /// The fields of headers, written as Wireshark's are after ``number(_:)``.
  private static func fields(of headers: PacketHeaders) -> [String: String] {
    var fields: [String: String] = [:]
    func set(_ name: String, _ number: some BinaryInteger) { fields[name] = String(number) }
    func text(_ address: IPAddress) -> String {
      var line = LineBuffer()
      line.append(address, in: headers.shape.family)
      return String(decoding: line.copy, as: UTF8.self)
    }
    switch headers.network {
    case .ipv4(let ip):
      fields["ip.src"] = text(ip.source)
      fields["ip.dst"] = text(ip.destination)
      set("ip.hdr_len", Int(ip.headerWords) * 4)
      set("ip.dsfield", ip.typeOfService)
      set("ip.len", ip.length)
      set("ip.id", ip.id)
      set("ip.flags", ip.flags)
      set("ip.ttl", ip.timeToLive)
      set("ip.proto", ip.nextProtocol)
      set("ip.checksum", ip.checksum)
    case .ipv6(let ip):
      fields["ipv6.src"] = text(ip.source)
      fields["ipv6.dst"] = text(ip.destination)
      set("ipv6.tclass", ip.trafficClass)
      set("ipv6.flow", ip.flowLabel)
      set("ipv6.plen", ip.length)
      set("ipv6.nxt", ip.nextHeader)
      set("ipv6.hlim", ip.hopLimit)
    }
    switch headers.transport {
    case .none: break
    case .tcp(let tcp):
      set("tcp.srcport", tcp.sourcePort)
      set("tcp.dstport", tcp.destinationPort)
      set("tcp.seq_raw", tcp.sequence)
      set("tcp.ack_raw", tcp.acknowledgement)
      set("tcp.hdr_len", Int(tcp.dataOffset) * 4)
      set("tcp.flags", tcp.flags.rawValue)
      set("tcp.window_size_value", tcp.window)
      set("tcp.checksum", tcp.checksum)
      set("tcp.urgent_pointer", tcp.urgent)
    case .udp(let udp):
      set("udp.srcport", udp.sourcePort)
      set("udp.dstport", udp.destinationPort)
      set("udp.length", udp.length)
      set("udp.checksum", udp.checksum)
    case .icmp(let icmp):
      set("icmp.type", icmp.type)
      set("icmp.code", icmp.code)
      set("icmp.checksum", icmp.checksum)
      set("icmp.ident", icmp.id)
      set("icmp.seq", icmp.sequence)
    case .icmpv6(let icmp):
      set("icmpv6.type", icmp.type)
      set("icmpv6.code", icmp.code)
      set("icmpv6.checksum", icmp.checksum)
    }
    return fields
  }

  /// A well-formed packet of one of several sorts, with random fields.
  private static func packet(
    _ index: Int, _ generator: inout SystemRandomNumberGenerator
  ) -> [UInt8] {
    func some(_ count: Int) -> [UInt8] { (0..<count).map { _ in .random(in: 0...255) } }
    // Ports that no dissector claims, so that nothing is read into the payload.
    let ports =
      SamplePacket.big(UInt16.random(in: 50_100...50_900))
      + SamplePacket.big(UInt16.random(in: 51_100...51_900))
    let words = UInt8.random(in: 5...15, using: &generator)
    let flags = UInt8.random(in: 0...1, using: &generator)
    let tcp =
      ports + some(8) + [words << 4 | flags] + some(7)
      + [UInt8](repeating: 1, count: (Int(words) - 5) * 4)
    let udp = ports + SamplePacket.big(UInt16(12)) + some(2) + some(4)
    let echo = [8, 0] + some(6)
    let options: (UInt8) -> [UInt8] = { [$0, 0, 1, 4, 0, 0, 0, 0] }
    switch index % 9 {
    case 0: return SamplePacket.ipv4(6, tcp)
    case 1: return SamplePacket.ipv4(17, udp, source: some(4), destination: some(4))
    case 2: return SamplePacket.ipv4(1, echo, options: [UInt8](repeating: 1, count: 8))
    case 3: return SamplePacket.ipv4(6, some(40), fragment: .random(in: 1...0x1f00))
    case 4: return SamplePacket.ipv6(6, tcp)
    case 5: return SamplePacket.ipv6(17, udp)
    case 6: return SamplePacket.ipv6(58, [128, 0] + some(6))
    case 7: return SamplePacket.ipv6(0, options(60) + options(17) + udp)
    default: return SamplePacket.ipv6(44, [17, 0, 0, 0x40, 1, 2, 3, 4] + some(40))
    }
  }

  /// A capture file of packets that begin with their IP header (link type 101).
  private static func capture(_ packets: [[UInt8]]) -> [UInt8] {
    func little(_ number: UInt32) -> [UInt8] {
      withUnsafeBytes(of: number.littleEndian) { Array($0) }
    }
    var bytes = little(0xa1b2_c3d4) + [2, 0, 4, 0] + little(0) + little(0) + little(65535)
    bytes += little(101)
    for (index, packet) in packets.enumerated() {
      let length = little(UInt32(packet.count))
      bytes += little(UInt32(index)) + little(0) + length + length + packet
    }
    return bytes
  }

  /// The fields of each packet of a capture, numbers in decimal digits.
  private static func tshark(reading capture: String) throws -> [[String]] {
    let process = Process()
    process.executableURL = URL(filePath: try #require(tsharkPath))
    process.arguments =
      [
        "-r", capture, "-n", "-T", "fields", "-E", "separator=|", "-E", "occurrence=f",
        "-o", "ip.defragment:FALSE", "-o", "ipv6.defragment:FALSE",
        "-o", "tcp.analyze_sequence_numbers:FALSE",
      ] + fields.flatMap { ["-e", $0] }
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    try process.run()
    let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
    return String(decoding: output, as: UTF8.self).split(separator: "\n").map { line in
      line.split(separator: "|", omittingEmptySubsequences: false).map(number)
    }
  }

  private static func number(_ text: Substring) -> String {
    guard text.hasPrefix("0x") else { return String(text) }
    return UInt64(text.dropFirst(2), radix: 16).map(String.init) ?? String(text)
  }
}
