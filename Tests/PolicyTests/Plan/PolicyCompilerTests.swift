// SPDX-License-Identifier: Apache-2.0

import Policy
import Testing

struct PolicyCompilerTests {
  private func events(_ items: String...) -> [EventKind] {
    let document = policy(rules: items.map { ($0, []) })
    return PolicyCompiler.compile([document]).plan?.rules.map(\.event) ?? []
  }

  @Test func `an item selects an event, a set, the events of a tag, or those of a prefix`() {
    #expect(events("net_packet_udp, net_packet_tcp") == [.tcp, .udp])
    #expect(events("network_events") == EventKind.allCases)
    #expect(events("tag=network_events") == EventKind.allCases)
    #expect(events("net_packet_ip*") == [.ipv4, .ipv6])
    #expect(events("net_packet_tcp,net_packet_tcp,net_packet_t*") == [.tcp])
  }

  @Test func `an exclusion takes away from the whole policy, whatever selects it`() {
    #expect(events("network_events,-net_packet_tcp") == EventKind.allCases.filter { $0 != .tcp })
    #expect(
      events("-net_packet_ip*", "network_events")
        == EventKind.allCases.filter { ![.ipv4, .ipv6].contains($0) })
    #expect(events("net_packet_tcp,net_packet_udp", "-net_packet_udp") == [.tcp])
  }

  @Test func `with exclusions only, the default set minus them is traced`() {
    #expect(
      events("-net_packet_icmp") == EventSet.standard.events.filter { $0 != .icmp })
  }

  @Test func `rules of one event are alternatives, in their order`() {
    let document = policy(rules: [
      ("net_packet_tcp", ["data.dst_port=80"]), ("net_packet_tcp", ["data.src_port=80"]),
    ])
    let plan = PolicyCompiler.compile([document]).plan
    #expect(plan?.rules.map { $0.filters.map(\.field) } == [[.destinationPort], [.sourcePort]])
  }

  @Test func `policies keep their order, and their rules stand together`() {
    let documents = [
      policy(name: "b", rules: [("net_packet_udp", []), ("net_packet_tcp", [])]),
      policy(name: "a", scope: ["uid=0"], rules: [("net_packet_tcp", [])]),
    ]
    let plan = PolicyCompiler.compile(documents).plan
    #expect(plan?.policies == ["b", "a"])
    #expect(plan?.rules.map(\.policy) == [0, 0, 1])
    #expect(plan?.rules.map(\.event) == [.udp, .tcp, .tcp])
  }

  @Test(arguments: [
    (
      "net_packet_tpc",
      """
      unknown-event 3:1-15 `net_packet_tpc` is not an event or a set (did you mean \
      `net_packet_tcp`?)
      """
    ),
    (
      "network_event",
      """
      unknown-event 3:1-14 `network_event` is not an event or a set (did you mean \
      `network_events`?)
      """
    ),
    (
      "tag=network",
      """
      unknown-event 3:1-12 `tag=network` is not a set of events (did you mean \
      `tag=network_events`?)
      """
    ),
    (
      "net_packet_x*",
      """
      unknown-event 3:1-14 no event matches `net_packet_x*` (a star is allowed only at the end, \
      as in net_packet_dns*)
      """
    ),
    (
      "net_packet_tcp, openat",
      """
      unsupported-event 3:17-23 `openat` is not supported yet (`tracee-policy list events` shows \
      the supported events)
      """
    ),
    (
      "net_packet_tcp,,net_packet_udp",
      """
      empty-value 3:16-17 an event is missing (write an event on each side of a comma, such as \
      net_packet_tcp,net_packet_udp)
      """
    ),
    (
      "network_events,-network_events",
      """
      excluded-everything 1:1-2 nothing is left to trace: every event is excluded (exclude fewer \
      events, or select others)
      """
    ),
  ])
  func `an item that selects nothing is an error at its place`(item: String, finding: String) {
    let found = findings(policy(rules: [(item, [])])).filter { !$0.hasPrefix("warning") }
    #expect(found == [finding])
  }

  @Test func `a field that a named event lacks is an error that names it`() {
    #expect(
      findings(policy(filters: "data.dst_port=80", event: "net_packet_tcp,net_packet_icmp")) == [
        """
        unknown-field 4:1-14 `net_packet_icmp` has no `data.dst_port` (`tracee-policy list \
        events net_packet_icmp` shows its fields)
        """
      ])
  }

  @Test func `a field of an event that is not supported is not called unknown`() {
    #expect(
      findings(policy(filters: "data.pathname=/tmp*", "com=a", event: "openat")) == [
        """
        unsupported-event 3:1-7 `openat` is not supported yet (`tracee-policy list events` shows \
        the supported events)
        """,
        "unknown-field 5:1-4 `com` is not a field (did you mean `comm`?)",
      ])
  }

  @Test func `filters of a rule that only excludes have no effect, which is said`() {
    let document = policy(rules: [
      ("net_packet_tcp,net_packet_udp", []), ("-net_packet_udp", ["comm=a"]),
    ])
    #expect(
      findings(document) == [
        """
        warning useless-filter 5:1-7 the rule only excludes events: its filters have no effect \
        (move the filters to the rule that selects the events)
        """
      ])
  }

  @Test func `an event that a set brought in and that lacks the field is left out, with a warning`()
  {
    let document = policy(filters: "data.dst_port=80", event: "net_packet_tcp,net_packet_ip*")
    let result = PolicyCompiler.compile([document])
    #expect(result.plan?.rules.map(\.event) == [.tcp])
    #expect(
      result.diagnostics.map(\.short)
        == ["ipv4", "ipv6"].map {
          """
          warning event-left-out 4:1-14 `net_packet_\($0)` has no `data.dst_port` and is left \
          out of this rule (name the events you mean, or write a separate rule for the others)
          """
        })
  }

  @Test func `global cannot be combined`() {
    #expect(
      findings(policy(scope: "global", "uid=0")) == [
        """
        global-not-alone 2:1-7 `global` means everything and cannot be combined with other scopes \
        (remove `global`, or the other scopes)
        """
      ])
  }

  @Test func `a plan has at most 1,024 rules, and the policy that passes them is named`() {
    let rules = Array(repeating: (event: "net_packet_tcp", filters: [String]()), count: 512)
    let fitting = [policy(name: "a", rules: rules), policy(name: "b", rules: rules)]
    #expect(PolicyCompiler.compile(fitting).plan?.rules.count == 1024)
    let more =
      fitting + [
        policy(name: "c", rules: [("net_packet_tcp", [])]),
        policy(name: "d", rules: [("net_packet_tcp", [])]),
      ]
    let result = PolicyCompiler.compile(more)
    #expect(result.plan == nil)
    #expect(result.diagnostics.map(\.code) == ["too-many-rules"])
    #expect(result.diagnostics.first?.range == more[2].name.range)
  }

  @Test func `a name that was loaded before is an error that shows the first`() {
    let documents = [
      policy(name: "a", rules: [("net_packet_tcp", [])]),
      policy(name: "a", rules: [("net_packet_udp", [])]),
    ]
    let result = PolicyCompiler.compile(documents)
    #expect(result.diagnostics.map(\.code) == ["duplicate-name"])
    #expect(result.diagnostics.first?.related.map(\.range) == [documents[0].name.range])
  }

  @Test func `one finding of error severity, and there is no plan`() {
    let result = PolicyCompiler.compile([
      policy(name: "a", rules: [("net_packet_tcp", [])]),
      policy(name: "b", scope: ["com=a"], rules: [("net_packet_tcp", [])]),
    ])
    #expect(result.plan == nil)
    #expect(result.policies.count == 2)
  }
}
