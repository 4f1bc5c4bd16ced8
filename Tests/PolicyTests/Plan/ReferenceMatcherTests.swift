// SPDX-License-Identifier: Apache-2.0

import Policy
import Testing

/// The meaning of conditions, value by value.
struct ReferenceMatcherTests {
  private let even = Condition(included: [.numbers(2...2), .numbers(4...4)])

  @Test func `a list matches when any element does`() {
    #expect(ReferenceMatcher.matches(even, [.number(1), .number(4)]))
    #expect(!ReferenceMatcher.matches(even, [.number(1), .number(3)]))
  }

  @Test func `a list passes an exclusion when no element equals`() {
    let odd = Condition(excluded: [.numbers(2...2)])
    #expect(ReferenceMatcher.matches(odd, [.number(1), .number(3)]))
    #expect(!ReferenceMatcher.matches(odd, [.number(1), .number(2)]))
    #expect(ReferenceMatcher.matches(odd, []))
  }

  @Test func `one element of a list meets all bounds, not each its own`() {
    let between = Condition(bounds: [Bound(.greater, 10), Bound(.less, 20)])
    #expect(ReferenceMatcher.matches(between, [.number(5), .number(15)]))
    #expect(!ReferenceMatcher.matches(between, [.number(5), .number(25)]))
  }

  @Test func `what is not there meets nothing but exclusions`() {
    #expect(!ReferenceMatcher.matches(even, []))
    #expect(!ReferenceMatcher.matches(Condition(bounds: [Bound(.greaterOrEqual, 0)]), []))
    #expect(ReferenceMatcher.matches(Condition(), []))
  }

  @Test(arguments: [
    (TextPattern.exact("nc"), ["nc"], ["NC", "ncat", " nc", ""]),
    (.prefix("nc"), ["nc", "ncat"], ["n", "NCat", "anc"]),
    (.suffix("é"), ["é", "café"], ["e\u{301}", "éa", ""]),
    (.contains("gin"), ["nginx", "gin"], ["gi", "gIn", ""]),
    (.contains(""), ["", "x"], []),
  ])
  func `texts are compared byte by byte, and case matters`(
    pattern: TextPattern, matching: [String], others: [String]
  ) {
    #expect(matching.allSatisfy { pattern.matches($0) })
    #expect(!others.contains { pattern.matches($0) })
  }

  @Test func `the order of signed numbers is that of what they stand for`() {
    let numbers: [Int64] = [.min, -2, -1, 0, 1, .max]
    let below = Condition(bounds: [Bound(.less, 1 << 63)])
    #expect(numbers.filter { ReferenceMatcher.matches(below, [.signed($0)]) } == [.min, -2, -1])
  }

  @Test func `a member is found by its whole name`() {
    let agent = Operand.member("User-Agent", .prefix("curl"))
    #expect(agent.contains(.member("User-Agent", "curl/8")))
    #expect(!agent.contains(.member("User-Agen", "curl/8")))
    #expect(!agent.contains(.text("curl/8")))
  }

  @Test func `an executable is known by its path, its mount namespace, and the host's`() {
    var owner = Owner()
    owner.executable = "/bin/nc"
    owner.mountNamespace = 7
    func values() -> [FieldValue] { ReferenceMatcher.values(of: .executable, in: owner) }
    #expect(values() == [.text("/bin/nc"), .member("7", "/bin/nc")])
    owner.isInHostMountNamespace = true
    #expect(values().contains(.member("host", "/bin/nc")))
    owner.executable = ""
    #expect(values() == [])
  }

  @Test func `a process is in its own tree and in those of its ancestors`() {
    var owner = Owner()
    owner.processID = 9
    owner.ancestors = [5, 1]
    let clause = { (id: UInt64) in
      [Clause(OwnerField.tree, Condition(included: [.numbers(id...id)]))]
    }
    #expect([9, 5, 1].allSatisfy { ReferenceMatcher.matches(clause($0), owner: owner) })
    #expect(!ReferenceMatcher.matches(clause(2), owner: owner))
  }

  @Test func `whoever was once followed stays in`() {
    var rule = PlanRule(policy: 3, event: .tcp)
    rule.followed = [Clause(.comm, Condition(included: [.text(.exact("a"))]))]
    let packet = Packet(events: [.tcp], fields: [:])
    var owner = Owner()
    owner.comm = "b"
    #expect(!ReferenceMatcher.matches(rule, owner: owner, packet: packet))
    owner.followedPolicies = [2]
    #expect(!ReferenceMatcher.matches(rule, owner: owner, packet: packet))
    owner.followedPolicies = [3]
    #expect(ReferenceMatcher.matches(rule, owner: owner, packet: packet))
    owner = Owner()
    owner.comm = "a"
    #expect(ReferenceMatcher.matches(rule, owner: owner, packet: packet))
  }
}
