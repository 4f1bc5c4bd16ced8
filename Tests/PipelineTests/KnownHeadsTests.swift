// SPDX-License-Identifier: Apache-2.0

import CAllocations
import Policy
import System
import TestSupport
import Testing

@testable import Pipeline

/// Heads of HTTP that come again.
@Suite struct KnownHeadsTests {
  /// Of more heads than are known at once, some longer than any that is.
  private static func head(_ number: Int) -> String {
    let filler = String(repeating: "\u{1}\"ü", count: number % 7 == 0 ? 300 : number % 40)
    return number % 2 == 0
      ? "GET /%41?n=\(number) HTTP/1.1\r\nHost: h\(number)\r\nA: \(filler)\r\nContent-Length: 0\r\n\r\n"
      : "HTTP/1.1 \(100 + number) No\r\nB: \(filler)\r\nTransfer-Encoding: chunked\r\n\r\n"
  }

  @Test func `a head that comes again gives the same bytes as one that never came`() throws {
    let seed = SplitMix.seed()
    var random = SplitMix(state: seed)
    let heads = KnownHeads()
    let writer = JSONWriter(clock: BootClock(epochOffset: 0))
    let plainWriter = JSONWriter(clock: BootClock(epochOffset: 0))
    var known = 0
    for round in 0..<1_500 {
      let number = Int.random(in: 0..<(round % 2 == 0 ? 8 : 200), using: &random)
      let sample = SampleRecord(HTTPEventTests.segment(Self.head(number)))
      let kinds: [EventKind] = [.http, number % 2 == 0 ? .httpRequest : .httpResponse]
      for kind in kinds {
        let label = EventLabel(kind, policies: ["p"])
        let (line, isKnown) = try sample.read { record, headers in
          Self.line(
            of: label, DecodedPacket(record, headers, asking: .http, knowing: heads), writer)
        }
        let (plain, _) = try sample.decode(asking: .http) { packet in
          Self.line(of: label, packet, plainWriter)
        }
        #expect(line == plain, "seed \(seed), round \(round)")
        if isKnown { known += 1 }
      }
    }
    #expect(known > 1_000)
  }

  @Test func `a head that is faulty or long is never known`() throws {
    let heads = KnownHeads()
    let long = "GET / HTTP/1.1\r\nA: \(String(repeating: "x", count: 1_100))\r\n\r\n"
    for text in ["GET / HTTP/1.1\r\nA : b\r\n\r\n", "GET / HTTP/1.1\r\nA: b", "SSH-2.0", "", long] {
      let sample = SampleRecord(HTTPEventTests.segment(text))
      for _ in 0..<2 {
        let verdicts = try sample.read { record, headers in
          let packet = DecodedPacket(record, headers, asking: .http, knowing: heads)
          return [packet.verdict(on: .http), packet.verdict(on: .httpResponse)]
        }
        let plain = try sample.decode(asking: .http) {
          [$0.verdict(on: .http), $0.verdict(on: .httpResponse)]
        }
        #expect(verdicts == plain, "\(text)")
        let isKnown = heads.find(Array(text.utf8).bytes) != nil
        #expect(!isKnown, "\(text)")
      }
    }
  }

  @Test func `nothing is kept before the first head`() {
    let before = ca_allocations()
    let heads = KnownHeads()
    let texts = HeadTexts()
    #expect(ca_allocations() == before + 2)
    withExtendedLifetime((heads, texts)) {}
  }

  private static func line(
    of label: EventLabel, _ packet: borrowing DecodedPacket, _ writer: JSONWriter
  ) -> (line: [UInt8], isKnown: Bool) {
    var line = LineBuffer()
    writer.append(label, of: packet, to: &line)
    guard case .http(let head) = packet.message else { return ([], false) }
    return (line.copy, head.number != nil)
  }
}
