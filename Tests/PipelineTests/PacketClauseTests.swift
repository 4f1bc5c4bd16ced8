// SPDX-License-Identifier: Apache-2.0

import CBPF
import Policy
import TestSupport
import Testing

@testable import Pipeline

/// Clauses that are asked of bytes, compared with the reference.
@Suite struct PacketClauseTests {
  private static let packets: [(content: ContentProtocol?, bytes: [UInt8])] =
    ([DNSTests.response, DNSEventTests.query] + PublishedDNS.messages.map(\.bytes)).map {
      (.dns, SamplePacket.ipv4(17, SamplePacket.udp(from: 53, to: 40000, $0)))
    } + [
      (.http, HTTPEventTests.segment(HTTPTests.request)),
      (.http, HTTPEventTests.segment(HTTPTests.response)),
      (nil, SamplePacket.ipv4(6, SamplePacket.tcp())),
      (nil, SamplePacket.ipv6(58, SamplePacket.icmp(135))),
    ]

  @Test func `every field of the catalog has a place but the time, which no filter can ask for`() {
    let nowhere = PacketField.allCases.filter {
      if case .nowhere = FieldSource($0) { true } else { false }
    }
    #expect(nowhere == [.timestamp])
  }

  @Test func `random clauses on random packets hold when the reference says so`() throws {
    var random = RandomClauses(seed: SplitMix.seed())
    let seed = random.seed
    var (asked, held, met) = (0, 0, 0)
    var lender = FieldLender()
    while asked < 20_000 {
      let (content, packet) = random.damage(random.pick(Self.packets))
      var sample = SampleRecord(packet)
      sample.header.system_call = 47
      guard PacketHeaders(packet.span.bytes) != nil else { continue }
      try sample.decode(asking: content) { packet in
        let seen = packet.headers.subject(of: packet.record, content: content)
        for _ in 0..<40 {
          let event = random.pick(EventKind.allCases)
          let clause = random.clause(on: seen)
          let isUnread = event.contentProtocol != nil && packet.verdict(on: event) != .given
          let holds = PacketClause(clause).holds(of: packet, isUnread: isUnread, &lender)
          let expected = Undecided(filters: [clause]).hold(owner: nil, packet: seen, for: event)
          #expect(holds == expected, "seed \(seed): \(clause) for \(event) of \(sample.packet)")
          asked += 1
          if holds { held += 1 }
          if holds, !clause.condition.included.isEmpty, !isUnread { met += 1 }
        }
      }
    }
    #expect(held > asked / 10 && held < asked * 9 / 10 && met > asked / 50, "\(held) \(met)")
  }

  @Test func `what is not UTF-8 is compared as the text that events show`() throws {
    let name =
      SamplePacket.big(UInt16(1)) + [1, 0, 0, 1, 0, 0, 0, 0, 0, 0]
      + [3, 0x57, 0xff, 0x2e, 0, 0, 1, 0, 1]
    let dns = SampleRecord(SamplePacket.ipv4(17, SamplePacket.udp(from: 40000, to: 53, name)))
    // Two strings, which are UTF-8 only when they are joined.
    let strings = SampleDNS.message(
      flags: 0x8000, counts: [0, 1, 0, 0], SampleDNS.record("a", 16, 0, [1, 0xc3, 1, 0xa9]))
    let text = SampleRecord(SamplePacket.ipv4(17, SamplePacket.udp(from: 53, to: 40000, strings)))
    let head =
      Array("GET /%ff%c3%a9 HTTP/1.1\r\nX: \u{e9}".utf8) + [0xc3, 0x20, 0x2e]
      + Array("\r\n\r\n".utf8)
    let http = SampleRecord(
      SamplePacket.ipv4(
        6, SamplePacket.tcp(dataOffset: 5, optionsAndData: head)))
    #expect(try holds("proto_dns.questions.name", .text(.exact("w\\255\\.")), dns, .dns))
    for path in ["proto_dns.answers.TXT", "dns_response.dns_answer.answer"] as [StaticString] {
      #expect(try holds(path, .text(.exact("\u{fffd}\u{fffd}")), text, .dns))
    }
    #expect(try holds("proto_http.uri_path", .text(.suffix("\u{fffd}\u{e9}")), http, .http))
    #expect(
      try holds("proto_http.headers", .member("X", .exact("\u{e9}\u{fffd} .")), http, .http))
  }

  private func holds(
    _ path: StaticString, _ operand: Operand, _ sample: SampleRecord, _ content: ContentProtocol
  ) throws -> Bool {
    var lender = FieldLender()
    let clause = Clause(PacketField(path), Condition(included: [operand]))
    return try sample.decode(asking: content) {
      PacketClause(clause).holds(of: $0, isUnread: false, &lender)
    }
  }
}

/// Clauses that often hold, and often nearly do.
private struct RandomClauses {
  let seed: UInt64
  private var state: UInt64

  init(seed: UInt64) {
    self.seed = seed
    state = seed
  }

  /// A number below a bound, from a generator that repeats (Knuth's constants).
  private mutating func number(below bound: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int((state >> 33) % UInt64(bound))
  }

  mutating func pick<Element>(_ choices: [Element]) -> Element {
    choices[number(below: choices.count)]
  }

  /// A packet of which some bytes are others.
  mutating func damage(
    _ packet: (content: ContentProtocol?, bytes: [UInt8])
  ) -> (ContentProtocol?, [UInt8]) {
    var bytes = packet.bytes
    for _ in 0..<max(0, number(below: 8) - 3) {
      bytes[20 + number(below: bytes.count - 20)] = UInt8(number(below: 256))
    }
    return (packet.content, bytes)
  }

  /// A clause, mostly on a field that the packet has.
  mutating func clause(on packet: Packet) -> Clause<PacketField> {
    let isThere = number(below: 4) > 0
    let present = packet.fields.keys.sorted { $0.key < $1.key }
    let field = isThere ? pick(present) : pick(PacketField.allCases)
    let values = packet.fields[field] ?? []
    var condition = Condition()
    for _ in 0..<number(below: 3) { condition.included.append(operand(near: values)) }
    for _ in 0..<max(0, number(below: 4) - 1) { condition.excluded.append(operand(near: values)) }
    if number(below: 4) == 0 {
      condition.bounds.append(Bound(pick(Bound.Comparison.allCases), limit(near: values)))
    }
    return Clause(field, condition)
  }

  private mutating func limit(near values: [FieldValue]) -> UInt64 {
    if case .number(let number)? = values.first { return number &+ UInt64(self.number(below: 3)) }
    return UInt64(number(below: 100))
  }

  private mutating func operand(near values: [FieldValue]) -> Operand {
    let strange = FieldValue.text(pick(["", "a", "www.example.org", "é"]))
    switch values.isEmpty || number(below: 5) == 0 ? strange : pick(values) {
    case .number(let value):
      let low = number(below: 2) == 0 ? value : value &+ 1
      return .numbers(low...(low | UInt64(number(below: 256))))
    case .address(let address):
      let low = IPAddress(high: address.high, low: address.low &+ UInt64(number(below: 2)))
      return .addresses(low...IPAddress(high: low.high, low: low.low | 0xff))
    case .text(let text): return .text(pattern(near: text))
    case .member(let name, let text):
      return .member(number(below: 5) == 0 ? name + "-" : name, pattern(near: text))
    }
  }

  private mutating func pattern(near text: String) -> TextPattern {
    let scalars = Array(text.unicodeScalars)
    let start = number(below: scalars.count + 1)
    let end = start + number(below: scalars.count - start + 1)
    func part(_ range: Range<Int>) -> String {
      String(String.UnicodeScalarView(scalars[range]))
    }
    let tail = number(below: 3) == 0 ? "x" : ""
    switch number(below: 4) {
    case 0: return .exact(text + tail)
    case 1: return .prefix(part(0..<end) + tail)
    case 2: return .suffix(tail + part(start..<scalars.count))
    default: return .contains(part(start..<end) + tail)
    }
  }
}
