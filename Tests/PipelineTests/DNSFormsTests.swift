// SPDX-License-Identifier: Apache-2.0

import Policy
import TestSupport
import Testing

@testable import Pipeline

/// Messages that are cut off, of multicast DNS, and of other classes.
@Suite struct DNSFormsTests {
  private static let question = SampleDNS.question("tv.local", 1, class: 0x8001)
  private static let announcement = SampleDNS.record(
    "tv.local", 1, class: 0x8001, 120, [10, 0, 0, 9])

  private struct NoMessage: Error {}

  private func text(_ bytes: [UInt8], isMulticast: Bool) throws -> String {
    guard let message = DNSMessage(bytes.bytes, isMulticast: isMulticast) else {
      throw NoMessage()
    }
    var line = LineBuffer()
    line.append(message)
    return String(decoding: line.copy, as: UTF8.self)
  }

  @Test func `the upper bit of a class of multicast DNS is no part of it, and shown`() throws {
    let message = SampleDNS.message(
      flags: 0x8400, counts: [1, 1, 0, 0], Self.question + Self.announcement)
    let multicast = try text(message, isMulticast: true)
    #expect(multicast.contains(#""type":"A","class":"IN","unicastResponse":true}"#))
    #expect(multicast.contains(#""class":"IN","TTL":120,"IP":"10.0.0.9""#))
    #expect(multicast.contains(#""TXT":"","cacheFlush":true}"#))
    let other = try text(message, isMulticast: false)
    #expect(other.contains(#""class":"Unknown"}"#) && !other.contains("true"))
    let plain = SampleDNS.message(
      flags: 0x8400, counts: [1, 1, 0, 0],
      SampleDNS.question("tv.local", 1) + SampleDNS.record("tv.local", 1, 120, [10, 0, 0, 9]))
    #expect(try text(plain, isMulticast: true) == text(plain, isMulticast: false))
  }

  @Test func `only datagrams of port 5353 are multicast DNS`() {
    for (from, to, isMulticast) in [
      (5353, 5353, true), (40_000, 5353, true), (5353, 40_000, true), (40_000, 53, false),
    ] as [(UInt16, UInt16, Bool)] {
      let packet = SamplePacket.ipv4(17, SamplePacket.udp(from: from, to: to))
      let headers = PacketHeaders(packet.bytes)
      #expect(headers?.hasPortOfMulticastDNS == isMulticast)
    }
    let segment = SamplePacket.ipv4(6, SamplePacket.tcp(from: 5353, to: 5353))
    let headers = PacketHeaders(segment.bytes)
    #expect(headers?.hasPortOfMulticastDNS == false)
  }

  @Test(arguments: [0, 1, 2, 3, 4] as [UInt16])
  func `data of a class other than IN is no address, whatever it is`(number: UInt16) throws {
    for data in [[192, 0, 2, 1], [1, 97, 0, 0, 1]] as [[UInt8]] {
      let record = SampleDNS.record("a", 1, class: number, 60, data)
      let message = SampleDNS.message(flags: 0x8400, counts: [0, 1, 0, 0], record)
      if number == 1, data.count != 4 {
        #expect(DNSFaultsTests.fault(in: message) == .badData)
      } else {
        let address = number == 1 ? "192.0.2.1" : ""
        #expect(try text(message, isMulticast: false).contains(#""IP":"\#(address)""#))
      }
    }
  }

  @Test func `a truncated message gives its questions, and the records that are whole`() throws {
    let question = SampleDNS.question("a.example", 16)
    let record = SampleDNS.record("a.example", 16, 60, [1, 97])
    let message = SampleDNS.message(
      flags: 0x8380, counts: [1, 3, 1, 1], question + record + record + record + record)
    let start = 12 + question.count
    for end in start..<message.count {
      let part = Array(message[..<end])
      guard let read = DNSMessage(part.bytes) else {
        Issue.record("cut at \(end)")
        continue
      }
      var (questions, records, others) = (0, 0, 0)
      read.forEachQuestion { _ in questions += 1 }
      read.forEachRecord(of: .answers) { _ in records += 1 }
      read.forEachRecord(of: .authorities) { _ in others += 1 }
      read.forEachRecord(of: .additionals) { _ in others += 1 }
      let whole = (end - start) / record.count
      #expect((questions, records, others) == (1, min(3, whole), max(0, whole - 3)), "at \(end)")
      let count = read.count(of: .answers)
      #expect(count == 3)
    }
    for end in 0..<start {
      let part = Array(message[..<end])
      let isRead = DNSMessage(part.bytes) != nil
      #expect(!isRead, "cut at \(end)")
    }
    // Only an end that is missing is let pass.
    let bad = SampleDNS.record("a.example", 1, 60, [1, 2, 3])
    let other = SampleDNS.message(flags: 0x8380, counts: [1, 1, 0, 0], question + bad)
    #expect(DNSFaultsTests.fault(in: other) == .badData)
  }
}
