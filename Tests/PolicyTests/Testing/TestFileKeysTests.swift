// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Policy

/// What the keys `lists`, `at` and `cases` of a file of tests mean.
struct TestFileKeysTests {
  private static let head = """
    kind: PolicyTest
    policies: [p.yaml]
    tests:

    """

  @Test func `a list of the file of tests is read in place of the policy's own`() throws {
    let policy = """
      type: policy
      name: web
      scope: [global]
      lists: { good: good.txt }
      rules: [{ event: net_packet_tcp, filters: ["data.dst!=@good"] }]
      """
    let tests = """
      kind: PolicyTest
      policies: [p.yaml]
      lists: { good: other.txt }
      tests:
        - name: a
          packet: egress tcp 10.0.0.5:1 > 1.1.1.1:80
          expect: { web: [net_packet_tcp] }
        - { name: b, packet: 'egress tcp 10.0.0.5:1 > 2.2.2.2:80', expect: {} }
      """
    var world = TestWorld(policy, tests: tests)
    world.files["other.txt"] = "2.2.2.2\n"
    #expect(try world.results().allSatisfy(\.failures.isEmpty), "the own list need not be there")
    world.files["good.txt"] = "1.1.1.1\n"
    #expect(try world.results().allSatisfy(\.failures.isEmpty), "nor does it count")
    world.files["other.txt"] = nil
    let set = try world.set()
    #expect(set.suites.isEmpty && set.diagnostics.count == 1)
    #expect(set.diagnostics.first?.range?.start.line == 3)
    world.files["other.txt"] = "one two\n"
    let wrong = try world.set().diagnostics
    #expect(wrong.map(\.code).contains("invalid-value"))
    #expect(
      wrong.allSatisfy { $0.source.hasSuffix("/other.txt") || $0.source.hasSuffix("/p.yaml") })
  }

  @Test func `the times of steps add up, and a step stands for the cases that it names`() throws {
    let set = try TestWorld(
      tests: Self.head + """
          - name: a
            cases: { x: 1-3, y: [80, 81] }
            steps:
              - { packet: "egress tcp 10.0.0.5:{x} > 1.1.1.1:443" }
              - { at: +1s, packet: "egress tcp 10.0.0.5:4 > 1.1.1.1:{y}" }
              - { at: +100ms each, packet: "egress tcp 10.0.0.5:{x} > 1.1.1.1:{y}" }
              - { packet: "egress tcp 10.0.0.5:9 > 1.1.1.1:443" }
            expect: [{ count: 0, policy: web }]
        """
    ).set()
    guard case .packets(let packets)? = set.suites.first?.cases.first?.action else {
      Issue.record("\(set.diagnostics.map(\.message))")
      return
    }
    #expect(
      packets.map { $0.time / 1_000_000 } == [
        0, 1, 2, 1002, 1003, 1103, 1203, 1303, 1403, 1503, 1603, 1604,
      ])
  }
}
