// SPDX-License-Identifier: Apache-2.0

import Policy

import System
@testable import Pipeline
@testable import TestSupport

/// Writes the events of packets in all forms, in memory that is used again, and looks at what was written.
final class EventLines {
  private let record = ReplayRecord(rowWords: 1)
  private let json = JSONWriter(clock: clock)
  private let table = TableWriter(clock: clock, style: TableStyle(width: 120))
  private var line = LineBuffer()
  private var thorough = Turn(each: 64)
  private let kinds: [EventKind]

  /// Makes one that writes these kinds of events.
  init(_ kinds: [EventKind] = EventKind.allCases) { self.kinds = kinds }

  /// The kinds of events that a packet gives.
  struct Kinds {
    private var bits: UInt32 = 0
    func contains(_ kind: EventKind) -> Bool { bits & 1 << UInt32(kind.index) != 0 }
    mutating func insert(_ kind: EventKind) { bits |= 1 << UInt32(kind.index) }
  }

  /// Claims that the events that a packet gives can be written, with the form that is promised.
  ///
  /// - Returns: their kinds.
  @discardableResult
  func check(_ packet: RawSpan) -> Kinds {
    guard let headers = PacketHeaders(packet) else { return Kinds() }
    let record = record
    record.fill(
      packet, headers, row: Row(count: 1), time: 1_000_000_000, length: packet.byteCount,
      direction: .ingress, interface: 0)
    guard let reader = RecordReader(record.bytes) else {
      fatalError("a record of a packet can be read")
    }
    return check(reader, headers)
  }

  /// The same of a record.
  @discardableResult
  func check(_ record: borrowing RecordReader, _ headers: PacketHeaders) -> Kinds {
    let isThorough = thorough.comes()
    var given = Kinds()
    for kind in kinds {
      let packet = DecodedPacket(record, headers, asking: kind.contentProtocol)
      guard packet.verdict(on: kind) == .given else { continue }
      given.insert(kind)
      line.truncate(to: 0)
      json.append(labels[kind.index], of: packet, to: &line)
      Self.checkJSON(line, isThorough)
      line.truncate(to: 0)
      table.append(labels[kind.index], of: packet, to: &line)
      Self.checkText(line)
    }
    if isThorough {
      for content in ContentProtocol.allCases {
        let packet = headers.subject(of: record, content: content)
        for kind in packet.events where kinds.contains(kind) {
          claim(given.contains(kind), "\(kind.name) is given where a filter can ask about it")
        }
      }
    }
    return given
  }

  private let labels = EventKind.allCases.map { EventLabel($0, policies: ["p"]) }

  private static func checkJSON(_ line: borrowing LineBuffer, _ isThorough: Bool) {
    let length = line.count - 1
    claim(length >= 0 && line.bytes.byte(length) == 10, "a line ends")
    let bytes = line.bytes.extracting(first: length)
    claim(JSONScan.isValue(bytes), "JSON: \(bytes.shownText)")
    guard isThorough else { return }
    do {
      try EventShape.check(JSONValue(parsing: bytes.withUnsafeBytes { Array($0) }))
    } catch {
      fatalError("\(error)\n\(bytes.shownText)")
    }
  }

  private static func checkText(_ line: borrowing LineBuffer) {
    let length = line.count - 1
    claim(length >= 0 && line.bytes.byte(length) == 10, "a line ends")
    let bytes = line.bytes.extracting(first: length)
    claim(UTF8Scan.isText(bytes), "a text that acts: \(bytes.shownText)")
  }
}

extension RawSpan {
  /// What a failed claim shows.
  var shownText: String { repairedText.debugDescription }

  /// Whether they are the same bytes.
  func equals(_ other: RawSpan) -> Bool {
    guard byteCount == other.byteCount else { return false }
    return withUnsafeBytes { one in
      other.withUnsafeBytes { one.elementsEqual($0) }
    }
  }
}

private let clock = BootClock(epochOffset: 1_700_000_000_000_000_000)
