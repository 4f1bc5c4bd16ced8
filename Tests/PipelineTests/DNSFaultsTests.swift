// SPDX-License-Identifier: Apache-2.0

import Policy
import TestSupport
import Testing

@testable import Pipeline

/// What messages are refused for, each by its name.
@Suite struct DNSFaultsTests {
  @Test(arguments: 0..<12)
  func `fewer bytes than a header has`(count: Int) {
    #expect(Self.fault(in: Array(DNSTests.response.prefix(count))) == .tooShort)
  }

  @Test(
    arguments: [
      [0xc0, 12], [0xc0, 14, 0xc0, 12], [1, 0x61, 0xc0, 12], [0xc0, 200], [0xff, 0xff], [0x40],
      [0x80, 0], [0xbf, 0],
    ] as [[UInt8]])
  func `a name with a loop, a pointer forward, or a length that none has`(name: [UInt8]) {
    #expect(Self.fault(ofName: name) == .badName)
  }

  @Test func `a name has 255 bytes at most, with or without pointers`() {
    let labels: ([Int]) -> [UInt8] = {
      $0.flatMap { [UInt8($0)] + [UInt8](repeating: 0x61, count: $0) }
    }
    // Three labels of 64 bytes with their lengths, one of 62, and the root.
    #expect(Self.fault(ofName: labels([63, 63, 63, 61]) + [0]) == nil)
    #expect(Self.fault(ofName: labels([63, 63, 63, 62]) + [0]) == .longName)
    #expect(Self.fault(ofName: labels([63, 63, 63, 63, 63, 63])) == .longName)
    for (length, fault) in [(61, nil), (62, .longName)] as [(Int, DecodingFault?)] {
      let first = labels([63, 63]) + [0, 0, 1, 0, 1]
      let second = labels([63, length]) + [0xc0, 12, 0, 1, 0, 1]
      let bytes = SampleDNS.message(flags: 0, counts: [2, 0, 0, 0], first + second)
      #expect(Self.fault(in: bytes) == fault)
    }
  }

  @Test func `a name has as many pointers as labels at most, so that many names cost little`() {
    // Each name is a label of one byte and a pointer to the name before it.
    for (count, fault) in [(127, nil), (128, .longName)] as [(Int, DecodingFault?)] {
      var bytes = [1, 0x61, 0, 0, 1, 0, 1] as [UInt8]
      for index in 1..<count {
        bytes += [1, 0x62] + SamplePacket.big(0xc000 | UInt16(index == 1 ? 12 : 3 + 8 * index))
        bytes += [0, 1, 0, 1]
      }
      #expect(
        Self.fault(in: SampleDNS.message(flags: 0, counts: [UInt16(count), 0, 0, 0], bytes))
          == fault)
    }
    // Each name is a pointer to the pointer before it.
    for (count, fault) in [(128, nil), (129, .badName)] as [(Int, DecodingFault?)] {
      var bytes = [0, 0, 1, 0, 1] as [UInt8]
      for index in 1..<count {
        bytes += SamplePacket.big(0xc000 | UInt16(index == 1 ? 12 : 5 + 6 * index)) + [0, 1, 0, 1]
      }
      #expect(
        Self.fault(in: SampleDNS.message(flags: 0, counts: [UInt16(count), 0, 0, 0], bytes))
          == fault)
    }
  }

  @Test(arguments: 0..<4)
  func `counts that say more than there is`(section: Int) {
    for more in [1, 2, 9, 0xf000] as [UInt16] {
      var bytes = DNSTests.response
      let count = UInt16(bytes[4 + 2 * section]) << 8 | UInt16(bytes[5 + 2 * section])
      bytes.replaceSubrange(
        4 + 2 * section..<6 + 2 * section, with: SamplePacket.big(count + more))
      let fault = Self.fault(in: bytes)
      // What stands behind a section is then read as of the section.
      #expect(fault != nil)
      if section == 3 { #expect(fault == .badCount) }
    }
    var counts: [UInt16] = [0, 0, 0, 0]
    counts[section] = 0xffff
    #expect(Self.fault(in: SampleDNS.message(flags: 0, counts: counts, [])) == .badCount)
  }

  @Test func `what ends past the message`() {
    #expect(Self.fault(ofName: [5, 0x61]) == .pastEnd)
    #expect(Self.fault(ofName: [0xc0]) == .pastEnd)
    let question = SampleDNS.question("a.example", 1)
    for count in 1..<question.count {
      let bytes = SampleDNS.message(flags: 0, counts: [1, 0, 0, 0], Array(question.prefix(count)))
      #expect(Self.fault(in: bytes) == .pastEnd)
    }
    let record = SampleDNS.record("a.example", 1, 60, [192, 0, 2, 1])
    for count in 1..<record.count {
      let bytes = SampleDNS.message(flags: 0, counts: [0, 1, 0, 0], Array(record.prefix(count)))
      #expect(Self.fault(in: bytes) == .pastEnd)
    }
    for length in [5, 0xffff] as [UInt16] {
      let head = SampleDNS.question("a.example", 4711) + SamplePacket.big(UInt32(60))
      let bytes = SampleDNS.message(
        flags: 0, counts: [0, 0, 0, 1], head + SamplePacket.big(length) + [1, 2, 3, 4])
      #expect(Self.fault(in: bytes) == .pastEnd)
    }
  }

  @Test(
    arguments: [
      (1, [1, 2, 3]), (1, [1, 2, 3, 4, 5]), (28, [1, 2, 3, 4]), (16, [9, 1]), (16, [1, 1, 1]),
      (15, [0, 1]), (15, [0, 1, 0, 0]), (33, [0, 0, 0, 0, 0, 0]), (2, [0, 0]), (5, [1, 97, 0, 0]),
      (12, [0, 1]), (6, [0, 0, 1, 2]), (6, [0, 0] + [UInt8](repeating: 0, count: 21)), (6, [0]),
      (41, [0, 1, 0]), (41, [0, 1, 0, 9]), (256, [0]),
      (1, []), (28, []), (2, []), (5, []), (6, []), (12, []), (15, []), (33, []), (256, []),
    ] as [(UInt16, [UInt8])])
  func `data that its type does not allow`(type: UInt16, data: [UInt8]) {
    let record = SampleDNS.record("a", type, 1, data)
    #expect(
      Self.fault(in: SampleDNS.message(flags: 0x8000, counts: [0, 1, 0, 0], record)) == .badData)
  }

  @Test func `a message that is cut off anywhere is none`() {
    for count in DNSTests.response.indices {
      #expect(Self.fault(in: Array(DNSTests.response.prefix(count))) != nil)
    }
    #expect(Self.fault(in: DNSTests.response + [1, 2, 3]) == nil, "what follows is not read")
  }

  private static func fault(ofName name: [UInt8]) -> DecodingFault? {
    let end: [UInt8] = name.count == 1 || name == [5, 0x61] ? [] : [0, 1, 0, 1]
    return fault(in: SampleDNS.message(flags: 0, counts: [1, 0, 0, 0], name + end))
  }

  /// What is wrong with a message; nil when nothing is.
  static func fault(in bytes: [UInt8]) -> DecodingFault? {
    do throws(DecodingFault) {
      _ = try DNSMessage(reading: bytes.bytes)
      return nil
    } catch {
      return error
    }
  }
}
