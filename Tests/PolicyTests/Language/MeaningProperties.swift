// SPDX-License-Identifier: Apache-2.0

import Policy
import TestSupport
import Testing

/// The sentences of `docs/policy-language.md` §2, each for many expressions, owners and packets.
struct MeaningProperties {
  /// A rule that a scope and filters compile to.
  private func rule(_ scope: [String], _ filters: [String]) throws -> PlanRule {
    let document = policy(
      scope: scope.isEmpty ? ["global"] : scope, rules: [("net_packet_tcp", filters)])
    let result = PolicyCompiler.compile([document])
    return try #require(result.plan?.rules.first, "\(scope) \(filters) \(result.diagnostics)")
  }

  /// Calls a test with a small world, many times, and wants it to have seen both answers often.
  private func often(
    _ test: (inout SmallWorld) throws -> Bool, seed: UInt64 = #line, of name: String = #function
  ) rethrows {
    var world = SmallWorld(seed: SplitMix.seed(name, usually: seed))
    var answers = [0, 0]
    for _ in 0..<1000 { answers[try test(&world) ? 1 : 0] += 1 }
    #expect(answers.allSatisfy { $0 > 40 }, "one answer hardly ever came: \(answers)")
  }

  private func matches(_ rule: PlanRule, _ owner: Owner?, _ packet: Packet) -> Bool {
    ReferenceMatcher.matches(rule, owner: owner, packet: packet)
  }

  @Test func `the order of expressions and of values does not matter`() throws {
    try often { world in
      let scope = world.expressions(of: SmallWorld.scopes)
      let filters = world.expressions(of: SmallWorld.filters)
      let (owner, packet) = (world.owner(), world.packet())
      func turned(_ expression: String) -> String {
        guard !expression.contains("\""), let sign = expression.firstIndex(of: "="),
          let start = expression.index(sign, offsetBy: 1, limitedBy: expression.endIndex)
        else { return expression }
        let values = expression[start...].split(separator: ",").reversed()
        return expression[..<start] + values.joined(separator: ",")
      }
      let one = try rule(scope, filters)
      let other = try rule(
        world.shuffled(scope).map(turned), world.shuffled(filters).map(turned))
      #expect(matches(one, owner, packet) == matches(other, owner, packet), "\(scope) \(filters)")
      return matches(one, owner, packet)
    }
  }

  @Test func `two lists of one key are one list`() throws {
    try often { world in
      let key = world.pick(SmallWorld.filters)
      let (first, second) = (world.values(of: key), world.values(of: key))
      let sign = world.pick(["=", "!="])
      let packet = world.packet()
      let apart = try rule([], [first, second].map { key.name + sign + $0.joined(separator: ",") })
      let joined = try rule([], [key.name + sign + (first + second).joined(separator: ",")])
      #expect(matches(apart, nil, packet) == matches(joined, nil, packet), "\(first) \(second)")
      return matches(joined, nil, packet)
    }
  }

  @Test func `different keys are ANDed`() throws {
    try often { world in
      let scopes = world.shuffled(SmallWorld.scopes).prefix(2).map { world.expression(of: $0) }
      let filters = world.shuffled(SmallWorld.filters).prefix(2).map { world.expression(of: $0) }
      let (owner, packet) = (world.owner(), world.packet())
      let together = matches(try rule(scopes, filters), owner, packet)
      var each = true
      for scope in scopes { if !matches(try rule([scope], []), owner, packet) { each = false } }
      for filter in filters { if !matches(try rule([], [filter]), owner, packet) { each = false } }
      #expect(together == each, "\(scopes) \(filters)")
      return together
    }
  }

  @Test func `a key of the scope and of a rule must hold in both`() throws {
    try often { world in
      let key = world.pick(SmallWorld.scopes.filter { $0.name != "pid" })
      let (outer, inner) = (world.expression(of: key), world.expression(of: key))
      let (owner, packet) = (world.owner(), world.packet())
      let apart = (try rule([outer], []), try rule([inner], []))
      let both = matches(apart.0, owner, packet) && matches(apart.1, owner, packet)
      let nested = try rule([outer], [inner])
      #expect(matches(nested, owner, packet) == both, "\(outer) \(inner)")
      return both
    }
  }

  @Test func `adding an exclusion or a bound never adds a match`() throws {
    try often { world in
      let filters = world.expressions(of: SmallWorld.filters)
      let key = world.pick(SmallWorld.filters)
      let values = world.values(of: key).joined(separator: ",")
      let added =
        key.hasOrder && world.chance(0.5)
        ? key.name + world.pick(["<", ">="]) + "80" : key.name + "!=" + values
      let packet = world.packet()
      let before = matches(try rule([], filters), nil, packet)
      let after = matches(try rule([], filters + [added]), nil, packet)
      #expect(before || !after, "\(filters) + \(added)")
      return after
    }
  }

  @Test func `a filter and its negation split the packets that have the field`() throws {
    try often { world in
      let key = world.pick(SmallWorld.filters)
      let values = world.values(of: key).joined(separator: ",")
      let packet = world.packet()
      let positive = matches(try rule([], [key.name + "=" + values]), nil, packet)
      let negative = matches(try rule([], [key.name + "!=" + values]), nil, packet)
      let field = try #require(PacketField(key: key.name))
      if packet.fields[field] == nil {
        #expect(!positive && negative, "\(key.name) is not there")
      } else {
        #expect(positive != negative, "\(key.name)=\(values)")
      }
      return positive
    }
  }

  @Test func `a field that is not there keeps no bound`() throws {
    try often { world in
      let key = world.pick(SmallWorld.filters.filter(\.hasOrder))
      let packet = world.packet()
      let field = try #require(PacketField(key: key.name))
      let isThere = packet.fields[field] != nil
      let everything = try rule([], [key.name + ">=0"])
      #expect(matches(everything, nil, packet) == isThere)
      return isThere
    }
  }

  @Test func `a range is its two bounds`() throws {
    try often { world in
      let low = UInt64(world.pick([0, 1, 53, 80, 443]))
      let high = low + UInt64(world.pick([0, 1, 443, 1024]))
      let packet = world.packet()
      let range = try rule([], ["data.dst_port=\(low)-\(high)"])
      let bounds = try rule([], ["data.dst_port>=\(low)", "data.dst_port<=\(high)"])
      #expect(matches(range, nil, packet) == matches(bounds, nil, packet))
      return matches(range, nil, packet)
    }
  }

  @Test func `an IPv4 prefix is its mapped form, and never any other IPv6 address`() throws {
    try often { world in
      let length = world.pick([0, 1, 8, 9, 16, 31, 32])
      let address = world.pick(["10.0.0.1", "10.1.2.3", "0.0.0.0", "11.0.0.0"])
      let packet = world.packet()
      let sign = world.pick(["=", "!="])
      let plain = try rule([], ["data.src\(sign)\(address)/\(length)"])
      let mapped = try rule([], ["data.src\(sign)::ffff:\(address)/\(96 + length)"])
      #expect(plain == mapped)
      if case .address(let source)? = packet.fields[.source]?.first, source.ipv4 == nil {
        #expect(matches(plain, nil, packet) == (sign == "!="), "\(source)")
      }
      return matches(plain, nil, packet)
    }
  }

  @Test func `a packet without an owner matches global only`() throws {
    var world = SmallWorld(seed: SplitMix.seed(usually: 1))
    for _ in 0..<1000 {
      let scope = world.expressions(of: SmallWorld.scopes)
      let (inScope, inRule) = (
        try rule(scope, []), try rule([], scope.filter { !$0.hasPrefix("pid") } + ["uid>=0"])
      )
      let global = try rule([], [])
      let packet = world.packet()
      #expect(!matches(inScope, nil, packet), "\(scope)")
      #expect(!matches(inRule, nil, packet), "\(scope)")
      #expect(matches(global, nil, packet))
    }
  }
}
