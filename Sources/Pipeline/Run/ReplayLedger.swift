// SPDX-License-Identifier: Apache-2.0

import Policy

/// What became of the frames of a capture.
public struct ReplayCounts: Equatable, Sendable {
  /// Frames that could be read.
  public var frames: UInt64 = 0
  /// Of these, those of a link type that is not read.
  public var unknownLink: UInt64 = 0
  /// Of these, how many have which link type, by its number; those of an interface that is not described have none.
  public var unreadLinks: [UInt32: UInt64] = [:]
  /// Of these, those that carry no IP.
  public var notIP: UInt64 = 0
  /// Packets that other packets carry.
  public var inner: UInt64 = 0
  /// Packets that were put together from fragments.
  public var assembled: UInt64 = 0
  /// Of all packets, those whose IP header is not all there, or none, or longer than the packet.
  public var malformed: UInt64 = 0
  /// Packets that no rule wanted.
  public var unwanted: UInt64 = 0
  /// Packets that a rule wanted.
  public var wanted: UInt64 = 0
  /// Packets of which the capture does not say which way they went.
  public var undirected: UInt64 = 0
}

/// What became of everything in a capture.
public struct ReplayLedger: Sendable, CustomStringConvertible {
  /// What became of the frames.
  public let counts: ReplayCounts
  /// What became of packets in fragments.
  public let fragments: FragmentCounts
  /// What could not be read.
  public let faults: CaptureFaults
  /// What became of the packets and events, as after tracing.
  public let ledger: Ledger

  /// The words of the ledger line.
  public var description: String {
    var text = "frames \(counts.frames)\(Self.carried(counts)): not IP \(counts.notIP), "
    text += "link type not known \(counts.unknownLink), malformed \(counts.malformed), "
    text += "unwanted \(counts.unwanted), wanted \(counts.wanted); "
    text += ledger.eventWords
    let undecodable = DecodingFault.allCases.map { (name: $0.words.name, count: faults($0)) }
    text += Self.words("undecodable by", undecodable)
    text += Self.words(
      "messages over segments", ledger.messages.words.filter { $0.name != "assembled" })
    text += Self.words("packets in fragments", fragments.words)
    let links = counts.unreadLinks.sorted { $0.key < $1.key }
    text += Self.words(
      "link types not known",
      links.map { (name: LinkType.text(ofNumber: $0.key), count: $0.value) })
    text += Self.words(
      "without a transport",
      [
        ("fragments", ledger.kernel.fragments), ("buried", ledger.kernel.buried),
        ("cut off", ledger.kernel.cutOff),
      ])
    return text
  }

  private func faults(_ fault: DecodingFault) -> UInt64 {
    ledger.events.reduce(0) { $0 + $1.counts.faults[fault] }
  }

  /// The packets that are no frames; nothing when there are none.
  private static func carried(_ counts: ReplayCounts) -> String {
    (counts.inner > 0 ? " and \(counts.inner) packets in tunnels" : "")
      + (counts.assembled > 0 ? " and \(counts.assembled) packets from fragments" : "")
  }

  /// The numbers that are not 0; nothing when all are.
  private static func words(_ title: String, _ counts: [(name: String, count: UInt64)]) -> String {
    let words = counts.filter { $0.count > 0 }.map { "\($0.name) \($0.count)" }
    return words.isEmpty ? "" : "; \(title): \(words.joined(separator: ", "))"
  }
}
