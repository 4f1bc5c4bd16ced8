// SPDX-License-Identifier: Apache-2.0

import CAllocations
import Glibc
import Pipeline
import Policy
import System

/// Prints what a record costs from its bytes to those of its lines, in the processor time of all threads: one that emits,
/// in batches of 256 records, and one that writes to /dev/null.
///
/// Arguments that are names of events restrict it to these. `RECORDS=` says how many records a round has.
func measureEvents() throws {
  print("\nevents: output  event  ns  a second  allocations")
  let named = EventKind.allCases.filter { wanted.contains($0.name) }
  for kind in named.isEmpty ? EventKind.allCases : named { try measure(.json, kind) }
  guard named.isEmpty else { return }
  for format in [.table, .pcap, .none] as [OutputFormat] { try measure(format, .tcp) }
  print("\nevents: clause left to user space  ns a packet  a second  allocations")
  for clause in UndecidedClause.all { try measure(clause) }
}

private func measure(_ format: OutputFormat, _ kind: EventKind) throws {
  let rule = PlanRule(policy: 0, event: kind)
  let (cost, events) = try measure(rule, Undecided(), format: format)
  precondition(events == 1, "each record gives its event")
  print("\(format.rawValue)\t\(kind.name)\t\(cost)")
}

private func measure(_ clause: UndecidedClause) throws {
  let rule = PlanRule(policy: 0, event: clause.kind, scope: clause.scope, filters: clause.filters)
  let (cost, events) = try measure(rule, Undecided(rule, filters: .userSpace), format: .none)
  precondition(events == (clause.holds ? 1 : 0), "the clause holds as it should")
  print("\(clause.text)\t\(cost)")
}

/// Consumes one record again and again.
///
/// - Returns: what the fastest of five rounds took, after one that makes everything as large as it has to be, and how many
///   events a record gives.
private func measure(
  _ rule: PlanRule, _ undecided: Undecided, format: OutputFormat
) throws -> (RecordCost, events: UInt64) {
  let path = format == .none ? nil : "/dev/null"
  var emitter = Emitter(outputs: [
    try Output(Destination(format, path.map(OutputPlace.file) ?? .standardOutput), clock: .now())
  ])
  emitter.add(
    TracePlan(policies: ["web-egress"], rules: [rule]), undecided: [undecided], generation: 1)
  var record = SampleRecord(giving: rule.event)
  var cost = RecordCost()
  for _ in 0...5 {
    let start = processorSeconds()
    let before = ca_allocations()
    for number in 1...RecordCost.records {
      emitter.consume(record.bytes.span.bytes)
      record.follow()
      if number % 256 == 0 { _ = try emitter.outputs.flush() }
    }
    cost.allocations = ca_allocations() - before
    cost.seconds = min(cost.seconds, processorSeconds() - start)
  }
  let events = emitter.counts.events / 6
  _ = try emitter.outputs.finish()
  return (cost, events / UInt64(RecordCost.records))
}

/// What a round of records took.
private struct RecordCost: CustomStringConvertible {
  var seconds = Double.infinity
  var allocations: UInt = 0

  /// The records of a round.
  static let records = getenv("RECORDS").flatMap { Int(String(cString: $0)) } ?? 200_000

  /// The columns of a row: nanoseconds a record, records a second, allocations a record.
  var description: String {
    let each = seconds / Double(Self.records)
    let allocations = (Double(allocations) / Double(Self.records) * 100).rounded() / 100
    return "\(Int(each * 1e9))\t\(Int(1 / each))\t\(allocations)"
  }
}
