// SPDX-License-Identifier: Apache-2.0

import CBPF
import Policy
import Testing

@testable import Pipeline

/// What a packet may say, as bits.
@Suite struct PacketContentTests {
  @Test(
    arguments: [
      (.dns, .request, TP_CONTENT_DNS_QUERY), (.dns, .response, TP_CONTENT_DNS_RESPONSE),
      (.dns, .unknown, TP_CONTENT_DNS), (.http, .request, TP_CONTENT_HTTP_REQUEST),
      (.http, .response, TP_CONTENT_HTTP_RESPONSE), (.http, .unknown, TP_CONTENT_HTTP),
      (.http, [], TP_CONTENT_NONE),
    ] as [(ContentProtocol, MessageRoles, tp_content)])
  func `the bits of a protocol are those of the wire`(
    content: ContentProtocol, roles: MessageRoles, bits: tp_content
  ) {
    #expect(UInt32(PacketContent(roles, of: content).rawValue) == bits.rawValue)
  }

  @Test func `the tables have a row for each set of bits of all protocols`() {
    #expect(TP_CONTENTS == 1 << (2 * ContentProtocol.allCases.count))
    let numbers = ContentProtocol.allCases.map { Int($0.rawValue) }
    #expect(numbers == Array(ContentProtocol.allCases.indices))
  }

  @Test(
    arguments: [
      ([], []), (PacketContent(.request, of: .dns), [.dns, .dnsRequest]),
      (PacketContent(.response, of: .dns), [.dns, .dnsResponse]),
      (PacketContent(.unknown, of: .dns), [.dns, .dnsRequest, .dnsResponse]),
      (PacketContent(.request, of: .http), [.http, .httpRequest]),
      (PacketContent(.response, of: .http), [.http, .httpResponse]),
      (
        [PacketContent(.unknown, of: .http), PacketContent(.response, of: .dns)],
        [.dns, .dnsResponse, .http, .httpRequest, .httpResponse]
      ),
    ] as [(PacketContent, [EventKind])])
  func `a role gives its event and that of every message`(
    content: PacketContent, events: [EventKind]
  ) {
    #expect(content.events == Set(events))
    for event in EventKind.allCases {
      #expect(content.allows(event) == (event.contentProtocol == nil || events.contains(event)))
    }
  }

  @Test(
    arguments: [
      (.dns, PacketContent(.unknown, of: .dns)), (.dnsRequest, PacketContent(.request, of: .dns)),
      (.httpResponse, PacketContent(.response, of: .http)), (.tcp, []),
    ] as [(EventKind, PacketContent)])
  func `a plan asks for the roles that give its events`(event: EventKind, asked: PacketContent) {
    let plan = TracePlan(policies: ["p"], rules: [PlanRule(policy: 0, event: event)])
    let tables = KernelTables(plan, generation: 1)
    #expect(tables.plan.asks_content == UInt32(asked.rawValue))
    #expect((tables.contentRows == nil) == asked.isEmpty)
    guard let rows = tables.contentRows else { return }
    #expect(rows.count == Int(TP_CONTENTS))
    for (number, row) in rows.enumerated() {
      #expect(row.isEmpty == asked.isDisjoint(with: PacketContent(rawValue: UInt8(number))))
    }
  }
}
