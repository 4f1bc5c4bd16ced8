// SPDX-License-Identifier: Apache-2.0

import CZlib
import TestSupport
import Testing

@testable import Pipeline

@Suite struct CaptureReaderTests {
  static let frames = [
    SamplePacket.ipv4(17, SamplePacket.udp()), SamplePacket.ipv6(58, SamplePacket.icmp(128)),
    SamplePacket.ipv4(6, SamplePacket.tcp()),
  ]

  struct Read: Equatable {
    var frames: [CaptureFrame] = []
    var bytes: [[UInt8]] = []
    var faults = CaptureFaults()

    init(_ capture: [UInt8], chunk: Int = .max) {
      var reader = CaptureReader(CaptureInput(capture, chunk: chunk))
      while reader.next() {
        var frame = reader.frame
        let input = reader.input
        bytes.append(frame.place.map { input.bytes.byte($0) })
        frame.place = 0..<frame.place.count
        frames.append(frame)
      }
      faults = reader.faults
    }
  }

  @Test(arguments: [false, true], [false, true])
  func `pcap is read in both byte orders and both units`(isBig: Bool, nano: Bool) {
    let capture = SampleCapture(isBig: isBig).pcap(Self.frames, nano: nano, length: 1_500)
    let read = Read(capture)
    #expect(read.bytes == Self.frames)
    #expect(read.faults == CaptureFaults())
    let unit: UInt64 = nano ? 1 : 1_000
    #expect(read.frames.map(\.time) == [0, 1_000_000_000 + unit, 2_000_000_000 + 2 * unit])
    #expect(read.frames.allSatisfy { $0.link == .raw && $0.length == 1_500 })
    for chunk in [1, 3, 16, 100] { #expect(Read(capture, chunk: chunk) == read) }
  }

  @Test(arguments: [false, true])
  func `pcapng is read, section by section, whatever else stands between`(isBig: Bool) {
    let one = SampleCapture(isBig: isBig)
    let other = SampleCapture(isBig: !isBig)
    var capture = one.section + one.interface(link: 1, resolution: 9)
    capture += one.block(0x0bad, [UInt8](repeating: 7, count: 5_000)) + one.interface()
    capture += one.packet(Self.frames[0], interface: 1, time: 5, flags: 2)
    capture += one.packet(Self.frames[1], time: 1 << 40, length: 9_000, flags: 1)
    capture += one.block(
      3, one.number(UInt32(Self.frames[2].count)) + Self.frames[2])
    capture += other.section + other.interface(link: 276, snapLength: 20, offset: 100)
    capture += other.block(3, other.number(1_000 as UInt32) + Array(Self.frames[2][..<20]))
    capture += other.packet(Self.frames[0], time: 7)
    let header = other.number(0 as UInt16) + other.number(3 as UInt16) + other.number(0 as UInt32)
    let count = UInt32(Self.frames[1].count)
    capture += other.block(
      2,
      header + other.number(9 as UInt32) + other.number(count) + other.number(count)
        + Self.frames[1])

    let read = Read(capture)
    #expect(read.faults == CaptureFaults())
    #expect(
      read.bytes == [
        Self.frames[0], Self.frames[1], Self.frames[2], Array(Self.frames[2][..<20]),
        Self.frames[0], Self.frames[1],
      ])
    #expect(
      read.frames.map(\.time) == [
        5_000, 1 << 40, 0, 0, 100_000_007_000, 100_000_009_000,
      ])
    #expect(
      read.frames.map(\.link) == [.raw, .ethernet, .ethernet, .cooked2, .cooked2, .cooked2])
    #expect(read.frames.map(\.direction) == [.egress, .ingress, nil, nil, nil, nil])
    #expect(read.frames.map(\.length)[1...3] == [9_000, Self.frames[2].count, 1_000])
    for chunk in [1, 7, 64] { #expect(Read(capture, chunk: chunk) == read) }
  }

  @Test func `times are what the interface counts`() {
    #expect(CaptureTime(resolution: 6).nanoseconds(1_500_000) == 1_500_000_000)
    #expect(CaptureTime(resolution: 3).nanoseconds(1) == 1_000_000)
    #expect(CaptureTime(resolution: 12).nanoseconds(7_999) == 7)
    #expect(CaptureTime(resolution: 100).nanoseconds(.max) == 0)
    #expect(CaptureTime(resolution: 0x80 | 10).nanoseconds(1_536) == 1_500_000_000)
    #expect(CaptureTime(resolution: 0x80).nanoseconds(2) == 2_000_000_000)
    #expect(CaptureTime(resolution: 0xff).nanoseconds(.max) == 0)
    #expect(CaptureTime(resolution: 0).nanoseconds(.max) == .max)
    #expect(CaptureTime(resolution: 0, offset: -5).nanoseconds(7) == 2_000_000_000)
    #expect(CaptureTime(resolution: 0, offset: .min).nanoseconds(7) == 0)
    #expect(CaptureTime(resolution: 0, offset: .max).nanoseconds(7) == .max)
  }

  @Test func `gzip is inflated, member after member`() {
    let capture = SampleCapture().pcap(Self.frames)
    let members = Self.gzip(Array(capture[..<50])) + Self.gzip(Array(capture[50...]))
    for chunk in [1, 10, .max] {
      let read = Read(members, chunk: chunk)
      #expect(read.bytes == Self.frames)
      #expect(read.faults == CaptureFaults())
    }
    let cut = Read(Array(members.dropLast(20)))
    #expect(cut.faults.compression == 1)
    var broken = Self.gzip(SampleCapture().pcap(Array(repeating: Self.frames[0], count: 9_000)))
    broken[broken.count / 2] ^= 0xff
    #expect(Read(broken).faults.compression == 1)
  }

  @Test func `a capture that ends too soon is read as far as it goes`() {
    let pcap = SampleCapture().pcap(Self.frames)
    let cut = Read(Array(pcap.dropLast(5)))
    #expect(cut.bytes == Array(Self.frames.dropLast()))
    #expect(cut.faults.cutOff == 1)

    let sample = SampleCapture()
    let blocks = sample.section + sample.interface() + sample.packet(Self.frames[0])
    for missing in 1..<sample.packet(Self.frames[0]).count {
      let cut = Read(Array(blocks.dropLast(missing)))
      #expect(cut.bytes.isEmpty && cut.faults.cutOff == 1)
    }
  }

  @Test func `a length of four gigabytes ends pcap, and is passed over in pcapng`() {
    let sample = SampleCapture()
    let huge = sample.number(0 as UInt64) + sample.number(UInt64.max)
    let pcap = Read(sample.pcap(Self.frames) + huge + [UInt8](repeating: 1, count: 100))
    #expect(pcap.bytes == Self.frames)
    #expect(pcap.faults.damaged == 1)

    let start = sample.section + sample.interface() + sample.packet(Self.frames[0])
    for type in [6, 1, 0x0bad] as [UInt32] {
      let block = sample.number(type) + sample.number(0xffff_fffc as UInt32)
      let read = Read(start + block + [UInt8](repeating: 1, count: 100))
      #expect(read.bytes == [Self.frames[0]])
      #expect(read.faults.cutOff == 1)
    }
    // One that is too long and all there costs only itself.
    let long = sample.packet([UInt8](repeating: 0x45, count: CaptureInput.limit + 1))
    let read = Read(start + long + sample.packet(Self.frames[1]))
    #expect(read.bytes == [Self.frames[0], Self.frames[1]])
    #expect(read.faults.tooLong == 1)
  }

  @Test func `what contradicts itself is counted, and the rest is read`() {
    let sample = SampleCapture()
    let start = sample.section + sample.interface()
    let good = sample.packet(Self.frames[0])
    let lying = sample.packet(Self.frames[1], captured: 5_000)
    let unknown = sample.packet(Self.frames[1], interface: 3)
    let short = sample.block(6, [1, 2, 3, 4])
    let read = Read(start + lying + good + unknown + good + short + good)
    #expect(read.bytes.count == 3)
    #expect(read.faults.contradictory == 2)
    #expect(read.faults.undescribed == 1)

    var uneven = good
    uneven[uneven.count - 1] ^= 1
    #expect(Read(start + good + uneven + good).faults.damaged == 1)
    for length in [0, 8, 13] as [UInt32] {
      let block = sample.number(7 as UInt32) + sample.number(length) + sample.number(0 as UInt64)
      #expect(Read(start + good + block + good).bytes.count == 1)
    }
  }

  @Test func `anything else is no capture`() {
    for bytes in [
      [], [0xa1], Array("GET / HTTP/1.1\r\n\r\n".utf8), [0x1f, 0x8b], [0x1f, 0x8b, 9],
    ] {
      let read = Read(bytes)
      #expect(read.frames.isEmpty)
    }
    #expect(throws: CaptureError.self) { _ = try CaptureReader.open("/nonexistent").size }
    #expect(throws: CaptureError(path: "/dev/null", reason: .empty)) {
      _ = try CaptureReader.open("/dev/null").size
    }
    #expect(throws: CaptureError(path: "/etc", reason: .system(21))) {
      _ = try CaptureReader.open("/etc").size
    }
    #expect(throws: CaptureError(path: "/etc/passwd", reason: .unknownFormat)) {
      _ = try CaptureReader.open("/etc/passwd").size
    }
  }

  private static func gzip(_ bytes: [UInt8]) -> [UInt8] {
    var stream = z_stream()
    var input = bytes
    var output = [UInt8](repeating: 0, count: bytes.count + 200)
    deflateInit2_(
      &stream, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
      Int32(MemoryLayout<z_stream>.size))
    let count = input.withUnsafeMutableBufferPointer { input in
      output.withUnsafeMutableBufferPointer { output in
        stream.next_in = input.baseAddress
        stream.avail_in = UInt32(input.count)
        stream.next_out = output.baseAddress
        stream.avail_out = UInt32(output.count)
        deflate(&stream, Z_FINISH)
        return output.count - Int(stream.avail_out)
      }
    }
    deflateEnd(&stream)
    return Array(output[..<count])
  }
}
