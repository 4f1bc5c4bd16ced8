// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// What files say in which every line must be an event, or say how many are missing.
struct FloodLines {
  /// The events, and those of each list of policies.
  private(set) var events: UInt64 = 0
  private(set) var byPolicies: [[String]: UInt64] = [:]
  /// The packets that are said to be missing, and those of each policy.
  private(set) var missing: UInt64 = 0
  private(set) var missingByPolicy: [String: UInt64] = [:]
  /// The first event whose number does not follow that of the one before it.
  private(set) var breach: String?
  /// The bytes after the last end of a line, of the last file.
  private(set) var torn = 0

  private var next: Int?
  private var sample: [String] = []

  /// Reads the lines of files, one after the other, as if they were one.
  ///
  /// All are parsed, and some are held against the published schema too.
  ///
  /// - Parameter mayBeTorn: whether the last line of the last file may have no end.
  init(of files: [String], mayBeTorn: Bool = false) async throws {
    for file in files {
      let data = try Data(contentsOf: URL(filePath: file), options: .alwaysMapped)
      let end = data.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
      torn = data.count - end
      let isLast = file == files.last
      #expect(torn == 0 || (mayBeTorn && isLast), "\(file) ends with half a line of \(torn) bytes")
      for line in data[..<end].split(
        separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false
      )
      .dropLast() {
        try add(line)
      }
    }
    if Machine.hasValidator {
      #expect(try await PublishedSchema.event.faults(in: sample) == "")
    }
  }

  private mutating func add(_ line: Data) throws {
    let object = try JSONSerialization.jsonObject(with: line) as? [String: Any]
    let arguments = object?["args"] as? [[String: Any]] ?? []
    func value(_ name: String) -> Any? {
      arguments.first { $0["name"] as? String == name }?["value"]
    }
    func number(_ value: Any?) -> Int { (value as? NSNumber)?.intValue ?? -1 << 40 }
    switch object?["eventName"] as? String {
    case "lost_events":
      missing += UInt64(max(0, number(value("count"))))
      for loss in value("losses") as? [[String: Any]] ?? [] {
        for policy in loss["policies"] as? [String] ?? [] {
          missingByPolicy[policy, default: 0] += UInt64(max(0, number(loss["count"])))
        }
      }
      if missing < 10_000 { try check(line) }
    case "net_packet_udp":
      events += 1
      byPolicies[object?["matchedPolicies"] as? [String] ?? [], default: 0] += 1
      let length = number((value("proto_udp") as? [String: Any])?["length"]) - 8
      if let next, next != length, breach == nil {
        breach = "event \(events) has number \(length) and not \(next)"
      }
      next = (length + 1) % Flood.lengths
      if events % 499 == 1 { try check(line) }
    default:
      Issue.record("a line that is no event of a flood: \(String(decoding: line, as: UTF8.self))")
    }
  }

  private mutating func check(_ line: Data) throws {
    _ = try TracedEvent(line: Array(line))
    if sample.count < 100 { sample.append(String(decoding: line, as: UTF8.self)) }
  }
}
