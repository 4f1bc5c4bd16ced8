// SPDX-License-Identifier: Apache-2.0

import Policy
import TestSupport

/// A field that random rules ask about, and what they compare it with.
struct RandomField {
  /// What a field holds.
  enum Values {
    case addresses
    /// Numbers of so many bits, that have an order or not.
    case numbers(bits: Int, isOrdered: Bool)
  }

  let field: PacketField
  let values: Values
  /// How often a rule that can ask about it does.
  let probability: Double

  /// Everything that rules ask about: one line a field.
  static let all: [RandomField] =
    [
      RandomField(field: .source, values: .addresses, probability: 0.35),
      RandomField(field: .destination, values: .addresses, probability: 0.35),
      RandomField(
        field: .sourcePort, values: .numbers(bits: 16, isOrdered: true), probability: 0.3),
      RandomField(
        field: .destinationPort, values: .numbers(bits: 16, isOrdered: true), probability: 0.3),
      RandomField(field: .direction, values: .numbers(bits: 1, isOrdered: false), probability: 0.3),
    ]
    + HeaderLayout.all.flatMap(\.parts).compactMap { part in
      part.field.map { field in
        RandomField(
          field: field,
          values: .numbers(bits: part.bits, isOrdered: field.description.type.hasOrder),
          probability: 0.06)
      }
    }
}

/// Random rules and packets from a small world with many edges, so that they meet often.
struct RandomRules {
  private var random: SplitMix

  init(seed: UInt64) { random = SplitMix(state: seed) }

  private static let addresses: [IPAddress] =
    [
      0x0a00_0000, 0x0a00_0001, 0x0a00_00ff, 0x0a00_0100, 0x0aff_ffff, 0x0b00_0000, 0x7f00_0001,
      0xc0a8_0101, 0xffff_ffff, 0,
    ].map { IPAddress(ipv4: $0) } + [
      IPAddress(high: 0, low: 0), IPAddress(high: 0, low: 1), IPAddress(high: .max, low: .max),
      IPAddress(high: 0xfe80 << 48, low: 1), IPAddress(high: 0xfd00 << 48, low: 0),
      IPAddress(high: 0xfd00 << 48, low: .max), IPAddress(high: 0, low: 0xfffe_ffff_ffff),
      IPAddress(high: 0, low: 0x1_0000_0000_0000),
    ]
  private static let numbers: [UInt64] = [
    0, 1, 2, 4, 5, 6, 17, 52, 53, 54, 58, 63, 64, 80, 255, 443, 1023, 1024, 0x0800, 0x8000, 32768,
    65534, 65535,
  ]
  /// Those events that headers alone give.
  static let events: [EventKind] = [.ipv4, .ipv6, .tcp, .udp, .icmp, .icmpv6]

  /// A rule that any owner, or nobody, can meet.
  ///
  /// - Parameter policy: tells it from others.
  mutating func rule(policy: Int = 0) -> PlanRule {
    let event = random.pick(Self.events)
    var filters: [Clause<PacketField>] = []
    for candidate in RandomField.all
    where candidate.field.description.events.contains(event) && random.chance(candidate.probability)
    {
      filters.append(Clause(candidate.field, condition(candidate.values)))
    }
    return PlanRule(policy: policy, event: event, filters: filters)
  }

  /// A packet of any kind between two addresses of one family; of IPv6 sometimes between mapped ones.
  mutating func packet() -> PacketSketch {
    var sketch = PacketSketch(random.pick(PacketSketch.Transport.allCases))
    sketch.isIPv6 = random.chance(0.5)
    let isMapped = !sketch.isIPv6 || random.chance(0.2)
    let pool = Self.addresses.filter { ($0.ipv4 != nil) == isMapped }
    (sketch.source, sketch.destination) = (random.pick(pool), random.pick(pool))
    for layout in [sketch.isIPv6 ? .ipv6 : .ipv4, sketch.transport.layout] {
      for case (let field?, let bits) in layout.parts.map({ ($0.field, $0.bits) }) {
        let isPort = bits == 16 && field.key.hasSuffix("Port")
        if random.chance(isPort ? 0.95 : 0.2) { sketch.numbers[field] = number(bits: bits) }
      }
    }
    // What makes a packet another one is as it should be more often than not.
    for (field, probability) in Self.rarelyOdd where random.chance(probability) {
      sketch.numbers[field] = nil
    }
    for fixed in ["proto_ipv4.version", "proto_ipv6.version"] {
      if let field = PacketField(rawValue: fixed) { sketch.numbers[field] = nil }
    }
    if sketch.isIPv6 {
      if random.chance(0.4) { sketch.extensions = extensions() }
    } else if random.chance(0.2) {
      sketch.optionWords = Int.random(in: 1...10, using: &random)
    }
    if random.chance(0.3) { sketch.payload = random.pick([1, 8, 100, 1000, 1300]) }
    if random.chance(0.1) { sketch.missing = Int.random(in: 1...24, using: &random) }
    return sketch
  }

  private static let rarelyOdd: [(PacketField, Double)] = [
    (PacketField("proto_ipv4.fragOffset"), 0.6), (PacketField("proto_tcp.dataOffset"), 0.6),
  ]

  private mutating func extensions() -> [PacketSketch.Extension] {
    let count =
      random.chance(0.2) ? Int.random(in: 7...10, using: &random) : random.pick([1, 1, 2, 3])
    return (0..<count).map { _ in
      let number = random.pick([0, 43, 44, 51, 60] as [UInt8])
      let isLater = number == 44 && random.chance(0.3)
      return PacketSketch.Extension(
        number: number, length: random.pick([0, 0, 0, 1, 2, 30]), offset: isLater ? 1 : 0)
    }
  }

  private mutating func number(bits: Int) -> UInt64 {
    let largest = UInt64(1) << UInt64(bits) - 1
    if random.chance(0.1) { return random.pick([largest, largest - 1, largest / 2]) }
    return random.pick(Self.numbers) & largest
  }

  private mutating func condition(_ values: RandomField.Values) -> Condition {
    var condition = Condition()
    let count = random.pick([0, 1, 1, 2, 3])
    condition.included = (0..<count).map { _ in operand(values) }
    condition.excluded = (0..<random.pick([0, 0, 1, 2])).map { _ in operand(values) }
    if case .numbers(let bits, isOrdered: true) = values, random.chance(0.3) {
      let comparison = random.pick(Bound.Comparison.allCases)
      condition.bounds.append(Bound(comparison, number(bits: bits)))
    }
    return condition
  }

  private mutating func operand(_ values: RandomField.Values) -> Operand {
    switch values {
    case .numbers(let bits, let isOrdered):
      let first = number(bits: bits)
      let second = isOrdered && random.chance(0.5) ? number(bits: bits) : first
      return .numbers(min(first, second)...max(first, second))
    case .addresses: return .addresses(addresses())
    }
  }

  private mutating func addresses() -> ClosedRange<IPAddress> {
    let first = random.pick(Self.addresses)
    if random.chance(0.3) { return first...first }
    if random.chance(0.3) {
      let other = random.pick(Self.addresses.filter { ($0.ipv4 != nil) == (first.ipv4 != nil) })
      return min(first, other)...max(first, other)
    }
    let bits = Int.random(in: first.ipv4 == nil ? 0...128 : 96...128, using: &random)
    let mask = bits == 0 ? UInt128(0) : UInt128.max << UInt128(128 - bits)
    let value = UInt128(first.high) << 64 | UInt128(first.low)
    return IPAddress(value & mask)...IPAddress(value | ~mask)
  }
}

extension IPAddress {
  fileprivate init(_ value: UInt128) {
    self.init(high: UInt64(truncatingIfNeeded: value >> 64), low: UInt64(truncatingIfNeeded: value))
  }
}
