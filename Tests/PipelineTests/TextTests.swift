// SPDX-License-Identifier: Apache-2.0

import Glibc
import Policy
import TestSupport
import Testing

@testable import Pipeline

@Suite struct TextTests {
  @Test(
    arguments: [
      ("::", 0, 0), ("::1", 0, 1), ("1::", 0x0001 << 48, 0),
      ("2001:db8::1", 0x2001_0db8_0000_0000, 1),
      ("2001:db8:0:1:1:1:1:1", 0x2001_0db8_0000_0001, 0x0001_0001_0001_0001),
      ("2001:0:0:1::1", 0x2001_0000_0000_0001, 1),
      ("2001:db8::1:0:0:1", 0x2001_0db8_0000_0000, 0x0001_0000_0000_0001),
      ("fe80::abcd:ef01:2345:6789", 0xfe80 << 48, 0xabcd_ef01_2345_6789),
      ("::ffff:192.0.2.128", 0, 0xffff_c000_0280),
      ("64:ff9b::c000:280", 0x64_ff9b << 32, 0xc000_0280),
    ] as [(String, UInt64, UInt64)])
  func `IPv6 addresses are written as RFC 5952 says`(text: String, high: UInt64, low: UInt64) {
    #expect(written { $0.append(IPAddress(high: high, low: low), in: .ipv6) } == text)
  }

  @Test func `IPv6 addresses are written as the C library writes them`() {
    var generator = SplitMix.ofTest()
    for _ in 0..<5_000 {
      // Bytes that are often zero, so that runs of zeros are frequent.
      let bytes = (0..<16).map { _ in
        Bool.random(using: &generator) ? 0 : UInt8.random(in: 0...255, using: &generator)
      }
      // The C library writes addresses below ::1:0:0 as if they held an IPv4 address.
      guard bytes.prefix(8).contains(where: { $0 != 0 }) else { continue }
      let half: (ArraySlice<UInt8>) -> UInt64 = { $0.reduce(0) { $0 << 8 | UInt64($1) } }
      let address = IPAddress(high: half(bytes.prefix(8)), low: half(bytes.suffix(8)))
      var text = [CChar](repeating: 0, count: 64)
      _ = bytes.withUnsafeBytes { inet_ntop(AF_INET6, $0.baseAddress, &text, 64) }
      let expected = String(
        decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
      #expect(written { $0.append(address, in: .ipv6) } == expected)
    }
  }

  @Test func `IPv4 addresses are dotted`() {
    #expect(written { $0.append(IPAddress(ipv4: 0x0001_0aff), in: .ipv4) } == "0.1.10.255")
  }

  @Test(arguments: [0, 1, 9, 10, 99, 100, 12345, UInt64.max - 1, .max, 10_000_000_000_000_000_000])
  func `numbers have all their digits`(number: UInt64) {
    #expect(written { $0.append(decimal: number) } == String(number))
  }

  @Test func `numbers on both sides of each power of two and of ten have all their digits`() {
    var powers = (0..<64).map { bit -> UInt64 in 1 << UInt64(bit) }
    for _ in 0..<19 { powers.append((powers.count == 64 ? 1 : powers.last ?? 1) * 10) }
    for number in powers.flatMap({ power -> [UInt64] in [power - 1, power, power + 1] }) {
      #expect(written { $0.append(decimal: number) } == String(number))
    }
  }

  @Test func `a byte is found wherever it is, and nowhere else`() {
    for length in 0...26 {
      for place in 0..<length {
        var bytes = [UInt8](repeating: 0xff, count: length)
        bytes[place] = 0
        for start in 0...length {
          for end in start...length {
            let expected = (start..<end).contains(place) ? place : nil
            #expect(bytes.bytes.offset(of: 0, in: start..<end) == expected)
            #expect(bytes.bytes.offset(ofByteBelow: 14, in: start..<end) == expected)
          }
        }
      }
    }
  }

  @Test func `tokens have the bytes that RFC 9110 gives them`() {
    let marks = Array("!#$%&'*+-.^_`|~".utf8)
    for byte in UInt8.min...UInt8.max {
      let isAlphanumeric = isalnum(Int32(byte)) != 0 && byte < 128
      let bytes = [UInt8(ascii: "a"), byte]
      let end = isAlphanumeric || marks.contains(byte) ? 2 : 1
      #expect(bytes.bytes.token(in: 0..<2) == 0..<end, "\(byte)")
    }
  }

  @Test(arguments: [
    ("plain", #""plain""#), ("a\"b\\c/", #""a\"b\\c/""#),
    ("\u{0}\u{1}\u{8}\t\n\u{b}\u{c}\r\u{1f}", #""\u0000\u0001\b\t\n\u000b\f\r\u001f""#),
    ("\u{7f}\u{80}\u{9b}\u{a0}", "\"\\u007f\\u0080\\u009b\u{a0}\""),
    ("grüße 🦔", "\"grüße 🦔\""), ("", #""""#),
  ])
  func `JSON strings are escaped`(text: String, json: String) {
    let bytes = Array(text.utf8)
    #expect(written { $0.append(jsonText: bytes.span.bytes) } == json)
  }

  @Test func `bytes that are not UTF-8 become what the standard library makes of them`() {
    var generator = SplitMix.ofTest()
    let interesting: [UInt8] = [
      0x41, 0x7e, 0x80, 0xbf, 0xc0, 0xc2, 0xe0, 0xa0, 0xed, 0x9f, 0xf0, 0x90,
    ]
    for _ in 0..<20_000 {
      let bytes = (0..<Int.random(in: 0...8, using: &generator)).map { _ in
        Bool.random(using: &generator)
          ? interesting.randomElement(using: &generator) ?? 0
          : UInt8.random(in: 0xa0...255, using: &generator)
      }
      let repaired = String(decoding: bytes, as: UTF8.self)
      var reader = UTF8Reader(bytes.span.bytes)
      var scalars: [UInt32] = []
      while !reader.isAtEnd { scalars.append(reader.next()) }
      #expect(scalars == repaired.unicodeScalars.map(\.value), "\(bytes)")
    }
  }

  @Test func `texts for people cannot steer a terminal`() {
    let evil = Array("a\u{1b}[31m\u{9b}2J\u{202e}b\n".utf8) + [0xff]
    var columns = 0
    let text = written { columns = $0.append(safeText: evil.span.bytes, columns: 99) }
    #expect(text == "a\u{fffd}[31m\u{fffd}2J\u{fffd}b\u{fffd}\u{fffd}")
    #expect(columns == text.unicodeScalars.count)
  }

  @Test func `texts for people end in an ellipsis when they are too long`() {
    let bytes = Array("übermäßig".utf8)
    #expect(written { $0.append(safeText: bytes.span.bytes, columns: 9) } == "übermäßig")
    #expect(written { $0.append(safeText: bytes.span.bytes, columns: 8) } == "übermäß…")
  }

  @Test func `a buffer grows and keeps what was written`() {
    var buffer = LineBuffer(capacity: 1)
    for number in 0..<10_000 as Range<UInt32> { buffer.append(decimal: number) }
    #expect(buffer.copy == Array((0..<10_000).map(String.init).joined().utf8))
    buffer.truncate(to: 3)
    #expect(buffer.copy == Array("012".utf8))
  }

  @Test func `murmur is the published one`() {
    // Blocks of the published test vectors for MurmurHash3 x86-32, read as a little-endian host does.
    #expect(EntityHash.murmur3(state: 0, length: 0) == 0)
    #expect(EntityHash.murmur3(state: 1, length: 0) == 0x514e_28b7)
    #expect(EntityHash.murmur3(state: 0xffff_ffff, length: 0) == 0x81f1_6f39)
    #expect(murmur(0, 0xffff_ffff) == 0x7629_3b50)
    #expect(murmur(0, 0x8765_4321) == 0xf55b_516b)
    #expect(murmur(0x5082_edee, 0x8765_4321) == 0x2362_f9de)
    #expect(murmur(0, 0) == 0x2362_f9de)
  }

  @Test func `a task has one number whatever the clocks' offset drifts within 100 ms`() {
    let start: UInt64 = 1_695_658_999_333_342_370
    #expect(EntityHash.of(id: 472, startTime: start) == 1_591_671_529)
    #expect(EntityHash.of(id: 472, startTime: start + 60_000_000) == 1_591_671_529)
    #expect(EntityHash.of(id: 472, startTime: start + 70_000_000) != 1_591_671_529)
    #expect(EntityHash.of(id: 473, startTime: start) != 1_591_671_529)
  }

  @Test(arguments: [(0, "read"), (47, "recvmsg"), (334, "rseq"), (424, "pidfd_send_signal")])
  func `system calls have the names of this architecture`(number: UInt32, name: String) {
    #if arch(x86_64)
      #expect(written { SystemCallNames.native.append(number, to: &$0) } == name)
      #expect(written { SystemCallNames.compat.append(372, to: &$0) } == "recvmsg")
    #endif
    #expect(written { SystemCallNames.native.append(9999, to: &$0) } == "9999")
  }

  private func murmur(_ seed: UInt32, _ block: UInt32) -> UInt32 {
    EntityHash.murmur3(state: EntityHash.murmur3(state: seed, block: block), length: 4)
  }

  private func written(_ write: (inout LineBuffer) -> Void) -> String {
    var buffer = LineBuffer()
    write(&buffer)
    return String(decoding: buffer.copy, as: UTF8.self)
  }
}
