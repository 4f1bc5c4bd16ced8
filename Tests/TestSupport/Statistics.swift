// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The ledger of `--stats-file`, checked for balance while it is read.
public struct Statistics: Sendable {
  /// The whole object.
  public let json: JSONValue

  /// Reads a file; throws when there is none, or when what it says does not add up.
  public init(ofFile path: String) throws {
    // The parser reads events, which have no blanks between their parts.
    let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
    let parts = lines.map { $0.trimmingPrefix { $0 == " " }.replacing("\": ", with: "\":") }
    let text = parts.joined()
    json = try JSONValue(parsing: Array(text.utf8))
    try require("seen", packets("unwanted") + packets("wanted") == packets("seen"))
    try require("wanted", packets("submitted") + packets("ringFull") == packets("wanted"))
    let records = number(json["records"], "read") + number(json["records"], "waiting")
    try require("submitted", records == packets("submitted"))
    for row in rules + events {
      let parts = ["emitted", "rejected", "undecodable", "afterLimit", "incomplete"]
      let sum = parts.reduce(0) { $0 + number(row, $1) }
      try require(
        "submitted of \(row)", sum == number(row, "submitted") + number(row, "further"))
      let faults = (row["undecodableBy"]?.keys ?? []).map { number(row["undecodableBy"], $0) }
      try require("undecodable of \(row)", faults.reduce(0, +) == number(row, "undecodable"))
    }
    for rule in rules {
      let sum = number(rule, "submitted") + number(rule, "ringFull")
      try require("wanted of \(rule)", sum == number(rule, "wanted"))
    }
    let emitted = events.reduce(0) { $0 + number($1, "emitted") }
    try require("emitted", emitted == number(json, "emitted"))
    for output in outputs {
      let sum = ["written", "waiting", "lost"].reduce(0) { $0 + number(output, $1) }
      try require("accepted by \(output)", sum == number(output, "accepted"))
    }
  }

  /// A number of packets.
  public func packets(_ key: String) -> UInt64 { number(json["packets"], key) }
  /// The accounts of rules.
  public var rules: [JSONValue] { json["rules"]?.elements ?? [] }
  /// The accounts of kinds of events.
  public var events: [JSONValue] { json["events"]?.elements ?? [] }
  /// The accounts of outputs.
  public var outputs: [JSONValue] { json["outputs"]?.elements ?? [] }

  /// A number of the account of a policy's first rule for an event.
  public func rule(_ policy: String, _ event: String, _ key: String) -> UInt64? {
    rules.first { $0["policy"]?.string == policy && $0["event"]?.string == event }?[key]?.unsigned
  }

  /// A number of the account of an output, by its name on the command line.
  public func output(_ name: String, _ key: String) -> UInt64? {
    outputs.first { $0["output"]?.string == name }?[key]?.unsigned
  }

  private func number(_ object: JSONValue?, _ key: String) -> UInt64 {
    object?[key]?.unsigned ?? 1 << 60
  }

  private func require(_ what: String, _ holds: Bool) throws {
    if !holds { throw UnbalancedLedger("\(what) does not add up in \(json)") }
  }
}
