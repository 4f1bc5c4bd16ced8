// SPDX-License-Identifier: Apache-2.0

import Foundation
import Policy
import TestSupport
import Testing

@testable import Pipeline

/// The second half of `docs/events.md` is made of the catalog, and of lines that are written here.
///
/// With `UPDATE_DOCS=1` in the environment it is written, not compared.
@Suite struct EventsDocumentTests {
  private static let heading = "## Each event\n"

  @Test func `the document shows what the catalog says and what is written`() throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../docs/events.md").standardizedFileURL
    let text = try String(contentsOf: file, encoding: .utf8)
    let start = try #require(text.range(of: Self.heading)).lowerBound
    var made = Self.heading + Self.introduction
    for event in EventKind.allCases { made += try section(event) }
    if ProcessInfo.processInfo.environment["UPDATE_DOCS"] != nil {
      try Data((text[..<start] + made).utf8).write(to: file)
    } else {
      #expect(text[start...] == made, "UPDATE_DOCS=1 swift test --filter EventsDocumentTests")
    }
  }

  private static let introduction = """

    The values that filters take, and a line that the tests have written. Every event also has the fields `data.src`, `data.dst`
    and `data.metadata.direction`, those with ports also `data.src_port` and `data.dst_port`, and every key of
    `policy-language.md` §4 that is not data.

    """

  private func section(_ event: EventKind) throws -> String {
    let sets = event.sets.map { "`\($0.rawValue)`" }.joined(separator: ", ")
    var text = "\n### \(event.rawValue) `\(event.name)`\n\n\(event.summary); in \(sets).\n\n"
    text += "| field | takes |\n|---|---|\n"
    let own = Set(event.arguments.map { $0.name })
    let common: Set<PacketField> = [
      .source, .destination, .sourcePort, .destinationPort, .direction,
    ]
    for field in event.fields
    where field.key.hasPrefix("data.") && !common.contains(field)
      && own.contains(String(field.rawValue.prefix { $0 != "." }))
    {
      // The records of all sections are alike.
      if field.key.contains(".authorities.") || field.key.contains(".additionals.") { continue }
      let key = field.key.replacing(".answers.", with: ".{answers,authorities,additionals}.")
      let description = field.description
      text += "| `\(key)\(description.hasMembers ? ".NAME" : "")` | "
      text += description.type.takes.replacing("|", with: "\\|")
      text += description.isList ? "; of any element |\n" : " |\n"
    }
    return text + "\n```json\n\(try example(of: event))\n```\n"
  }

  /// A line with the event.
  private func example(of event: EventKind) throws -> String {
    let plan = TracePlan(policies: ["example"], rules: [PlanRule(policy: 0, event: event)])
    var record = SampleRecord(try #require(Self.packets[event]))
    record.own()
    let lines = try emitLines([record], by: plan).lines
    #expect(lines.count == 1)
    return try #require(lines.first)
  }

  private static let packets: [EventKind: [UInt8]] = [
    .ipv4: SamplePacket.ipv4(17, SamplePacket.udp()),
    .ipv6: SamplePacket.ipv6(17, SamplePacket.udp()),
    .tcp: SamplePacket.ipv4(6, SamplePacket.tcp(flags: 0x18)),
    .udp: SamplePacket.ipv6(17, SamplePacket.udp()),
    .icmp: SamplePacket.ipv4(1, SamplePacket.icmp(3, 3)),
    .icmpv6: SamplePacket.ipv6(58, SamplePacket.icmp(135)),
    .dns: SamplePacket.ipv4(
      17, SamplePacket.udp(from: 53, to: 40000, PublishedDNS.messages[1].bytes)),
    .dnsRequest: SamplePacket.ipv6(
      17, SamplePacket.udp(from: 40000, to: 53, DNSEventTests.query)),
    .dnsResponse: SamplePacket.ipv4(
      17, SamplePacket.udp(from: 53, to: 40000, PublishedDNS.messages[1].bytes)),
    .http: HTTPEventTests.segment(HTTPTests.response, from: 80, to: 40020),
    .httpRequest: HTTPEventTests.segment(HTTPTests.request),
    .httpResponse: HTTPEventTests.segment(HTTPTests.response, from: 80, to: 40020),
  ]
}
