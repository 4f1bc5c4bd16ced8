import Policy

/// Random rules and packets from a small world with many edges, so that they meet often.
struct RandomRules {
  private var random: SplitMix

  init(seed: UInt64) { random = SplitMix(state: seed) }

  private let addresses: [IPAddress] =
    [
      0x0a00_0000, 0x0a00_0001, 0x0a00_00ff, 0x0a00_0100, 0x0aff_ffff, 0x0b00_0000, 0x7f00_0001,
      0xc0a8_0101, 0xffff_ffff, 0,
    ].map { IPAddress(ipv4: $0) } + [
      IPAddress(high: 0, low: 0), IPAddress(high: 0, low: 1), IPAddress(high: .max, low: .max),
      IPAddress(high: 0xfe80 << 48, low: 1), IPAddress(high: 0xfd00 << 48, low: 0),
      IPAddress(high: 0xfd00 << 48, low: .max), IPAddress(high: 0, low: 0xfffe_ffff_ffff),
      IPAddress(high: 0, low: 0x1_0000_0000_0000),
    ]
  private static let fields: [PacketField] = [
    .source, .destination, .sourcePort, .destinationPort, .direction,
  ]
  private let ports: [UInt64] = [0, 1, 52, 53, 54, 80, 443, 1023, 1024, 32768, 65534, 65535]

  /// A rule that any owner, or nobody, can meet.
  mutating func rule() -> Rule {
    var filters: [Clause<PacketField>] = []
    for field in Self.fields where chance(0.4) {
      switch field {
      case .source, .destination: filters.append(Clause(field, condition { $0.addressOperand() }))
      case .sourcePort, .destinationPort: filters.append(Clause(field, numberCondition()))
      default:
        let value = UInt64.random(in: 0...1, using: &random)
        let operands = [Operand.numbers(value...value)]
        filters.append(
          Clause(field, chance(0.5) ? Condition(included: operands) : Condition(excluded: operands))
        )
      }
    }
    let event = EventKind.allCases.randomElement(using: &random) ?? .ipv4
    return Rule(policy: 0, event: event, filters: filters)
  }

  /// A packet of any kind between two addresses of one family.
  mutating func packet() -> PacketForge {
    let isIPv4 = chance(0.5)
    let pool = addresses.filter { ($0.ipv4 != nil) == isIPv4 }
    let source = pool.randomElement(using: &random) ?? pool[0]
    let destination = pool.randomElement(using: &random) ?? pool[0]
    let transport = PacketForge.Transport.allCases.randomElement(using: &random) ?? .tcp
    let known: [UInt8] = [0, 43, 60]
    let extensions =
      isIPv4 || chance(0.6)
      ? []
      : (0..<Int.random(in: 1...6, using: &random)).map { _ in
        known.randomElement(using: &random) ?? 0
      }
    return PacketForge(
      transport, from: source, to: destination, ports: (port(), port()), extensions: extensions)
  }

  mutating func chance(_ probability: Double) -> Bool {
    Double.random(in: 0..<1, using: &random) < probability
  }

  private mutating func port() -> UInt16 {
    UInt16((ports.randomElement(using: &random) ?? 0))
  }

  private mutating func addressOperand() -> Operand {
    let first = addresses.randomElement(using: &random) ?? addresses[0]
    if chance(0.3) { return .addresses(first...first) }
    if chance(0.3) {
      let pool = addresses.filter { ($0.ipv4 != nil) == (first.ipv4 != nil) }
      let other = pool.randomElement(using: &random) ?? first
      return .addresses(min(first, other)...max(first, other))
    }
    let bits = Int.random(in: first.ipv4 == nil ? 0...128 : 96...128, using: &random)
    let mask = bits == 0 ? UInt128(0) : UInt128.max << UInt128(128 - bits)
    let value = UInt128(first.high) << 64 | UInt128(first.low)
    return .addresses(IPAddress(value & mask)...IPAddress(value | ~mask))
  }

  private mutating func condition(_ operand: (inout Self) -> Operand) -> Condition {
    var condition = Condition()
    for _ in 0..<Int.random(in: 0...3, using: &random) { condition.included.append(operand(&self)) }
    for _ in 0..<Int.random(in: 0...2, using: &random) { condition.excluded.append(operand(&self)) }
    return condition
  }

  private mutating func numberCondition() -> Condition {
    var condition = condition { world in
      let first = UInt64(world.port())
      let second = world.chance(0.5) ? first : UInt64(world.port())
      return .numbers(min(first, second)...max(first, second))
    }
    if chance(0.3), let comparison = Bound.Comparison.allCases.randomElement(using: &random) {
      condition.bounds.append(Bound(comparison, UInt64(port())))
    }
    return condition
  }
}

extension IPAddress {
  init(_ value: UInt128) {
    self.init(high: UInt64(truncatingIfNeeded: value >> 64), low: UInt64(truncatingIfNeeded: value))
  }
}

/// A generator whose numbers follow from its seed (Steele, Lea, Flood: Fast splittable pseudorandom number generators).
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
    return z ^ z >> 31
  }
}
