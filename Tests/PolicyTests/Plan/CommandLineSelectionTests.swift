// SPDX-License-Identifier: Apache-2.0

import Policy
import Testing

/// Selection without a file: `docs/policy-language.md` §5.
struct CommandLineSelectionTests {
  private func compile(
    events: [String] = [], scopes: [String] = []
  ) -> (plan: TracePlan?, findings: [String]) {
    let selection = CommandLineSelection(events: events, scopes: scopes)
    let result = PolicyCompiler.compile([selection.document])
    let found = selection.diagnostics + result.diagnostics
    return (selection.diagnostics.isEmpty ? result.plan : nil, found.map(\.short))
  }

  @Test func `is one policy whose name is empty`() {
    let plan = compile(events: ["net_packet_tcp"]).plan
    #expect(plan?.policies == [""])
    #expect(plan?.rules == [PlanRule(policy: 0, event: .tcp)])
  }

  @Test func `without events it is the default set`() {
    let plan = compile(scopes: ["uid=0"]).plan
    #expect(plan?.rules.map(\.event) == EventSet.standard.events)
    #expect(plan?.rules.allSatisfy { $0.scope.map(\.field) == [.userID] } == true)
  }

  @Test func `an argument is a comma list of items`() {
    let plan = compile(events: ["net_packet_tcp,net_packet_udp", "-net_packet_udp"]).plan
    #expect(plan?.rules.map(\.event) == [.tcp])
  }

  @Test func `several filters of one event are filters of one rule`() {
    let plan = compile(events: [
      "net_packet_tcp.data.dst_port=80,443", "net_packet_udp", "net_packet_tcp",
      "net_packet_tcp.scope.comm=curl", "net_packet_tcp.retval=0",
    ]).plan
    #expect(plan?.rules.map(\.event) == [.tcp, .udp])
    #expect(plan?.rules.first?.filters.map(\.field) == [.destinationPort, .returnValue])
    #expect(plan?.rules.first?.scope.map(\.field) == [.comm])
  }

  @Test(arguments: [
    (
      "net_packet_tcp.data.dts_port=80",
      "unknown-field 1:25-38 no event has a field `data.dts_port` (did you mean `data.dst_port`?)"
    ),
    (
      "net_packet_tpc.data.dst_port=80",
      """
      unknown-event 1:10-24 `net_packet_tpc` is not an event or a set (did you mean \
      `net_packet_tcp`?)
      """
    ),
    (
      "net_packet_tcp.dst_port=80",
      """
      unknown-field 1:25-33 `dst_port` is not a field of an event (write \
      net_packet_tcp.data.FIELD, net_packet_tcp.scope.KEY or net_packet_tcp.retval)
      """
    ),
    (
      "net_packet_tcp,net_packet_udp.data.dst_port=80",
      """
      unknown-event 1:10-39 a filter applies to one event (write a separate `--events` for each \
      event with a filter)
      """
    ),
    (
      "net_packet_tcp,",
      """
      empty-value 1:25-25 an event is missing (write an event on each side of a comma, such as \
      net_packet_tcp,net_packet_udp)
      """
    ),
    (
      "net_packet_tcp.data.dst_port=",
      "empty-value 1:38-39 a value is missing (write a value on each side of a comma)"
    ),
    (
      "net_packet_tcp=80",
      """
      unknown-event 1:10-27 `net_packet_tcp=80` is not an event or a set (did you mean \
      `net_packet_tcp`?)
      """
    ),
  ])
  func `is wrong at its place in the option`(event: String, finding: String) {
    let (plan, findings) = compile(events: [event])
    #expect(plan == nil)
    #expect(findings == [finding])
  }

  @Test func `shows its options as lines, events first`() {
    let selection = CommandLineSelection(events: ["net_packet_tcp"], scopes: ["com\nm=a"])
    #expect(
      String(decoding: selection.source.bytes, as: UTF8.self)
        == "--events net_packet_tcp\n--scope com m=a\n")
    let found = PolicyCompiler.compile([selection.document]).diagnostics
    #expect(found.compactMap(\.range).map(selection.source.text) == ["com m"])
  }
}
