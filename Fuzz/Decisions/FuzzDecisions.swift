// SPDX-License-Identifier: Apache-2.0

import Policy

@testable import Pipeline

/// Takes the bytes after the first as a packet, which the tables and the reference judge by all rules, as one that leaves
/// or arrives.
enum FuzzDecisions: FuzzTarget {
  static let name = "decisions"
  static let longest = 1_024
  static var seeds: [[UInt8]] { PacketSeeds.all.flatMap { [[0] + $0, [1] + $0] } }

  static func check(_ bytes: RawSpan) {
    guard bytes.byteCount > 0 else { return }
    let packet = bytes.extracting(droppingFirst: 1)
    guard let headers = PacketHeaders(packet) else { return }
    let direction: PacketDirection = bytes.byte(0) & 1 == 0 ? .ingress : .egress
    let row = replay.classifier.row(of: headers, packet, direction)
    claim(row.map { !$0.isEmpty } ?? true, "an empty row is no row")
    judge(headers, packet, direction, row)
    let record = record
    record.fill(
      packet, headers, row: row ?? Row(count: replay.rowWords), time: 0, length: packet.byteCount,
      direction: direction, interface: 0)
    guard let reader = RecordReader(record.bytes) else { fatalError("a record can be read") }
    for (number, rule) in rules.enumerated() where rule.filters.isEmpty {
      let seen = DecodedPacket(reader, headers, asking: rule.event.contentProtocol)
      let isGiven = seen.verdict(on: rule.event) == .given
      claim(!isGiven || row?[number] ?? false, "a packet that gives \(rule.event) is wanted")
    }
  }

  private static func judge(
    _ headers: PacketHeaders, _ packet: RawSpan, _ direction: PacketDirection, _ row: Row?
  ) {
    let subject = headers.subject(direction: direction, bytes: packet)
    for (number, rule) in rules.enumerated() where rule.event.contentProtocol == nil {
      let expected = ReferenceMatcher.matches(rule, owner: nil, packet: subject)
      let actual =
        (row?[number] ?? false) && replay.undecided[number].hold(owner: nil, packet: subject)
      claim(actual == expected, "rule \(number): \(rule)")
    }
  }

  private nonisolated(unsafe) static let record = ReplayRecord(rowWords: replay.rowWords)
  private static let rules = replay.plan.rules

  /// Made once, which takes longer than to judge a packet.
  private static let replay = ReplayPlan(DecisionRules.plan)
}
