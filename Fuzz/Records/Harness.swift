// SPDX-License-Identifier: Apache-2.0

import Policy
import System

@testable import Pipeline

/// An emitter with a rule for each event, and with rules that only user space can decide.
final class Harness {
  /// The plan's.
  static let generation: UInt32 = 1
  /// The row with the bits of all rules.
  static let row = UInt64(1) << UInt64(plan.rules.count) - 1

  private var emitter: Emitter
  private let lines = EventLines()

  init() {
    do throws(OutputError) {
      let outputs = [
        try Output(Destination(.json, path: "/dev/null"), clock: clock),
        try Output(
          Destination(.table, path: "/dev/null"), clock: clock,
          style: TableStyle(width: 80, isColoured: true)),
        try Output(Destination(.pcap, path: "/dev/null"), clock: clock),
      ]
      emitter = Emitter(outputs: outputs)
    } catch {
      fatalError("\(error)")
    }
    let tables = KernelTables(Self.plan, generation: Self.generation)
    emitter.add(
      Self.plan, undecided: Self.undecided, datagrams: DatagramTables(tables),
      generation: Self.generation)
  }

  /// Claims that a record is refused, or that each of its rules counts it once, and that what is
  /// written of it has the form that is promised.
  func consume(_ bytes: RawSpan) {
    let before = (emitter.counts, sums)
    emitter.consume(bytes)
    let counts = emitter.counts
    claim(counts.records == before.0.records + 1, "a record is counted")
    if counts.records % 256 == 0 {
      claim((try? emitter.outputs.flush()) == .written, "/dev/null takes everything")
    }

    let refused = counts.malformed + counts.withoutPlan
    let isRefused = refused != before.0.malformed + before.0.withoutPlan
    guard let record = RecordReader(bytes) else {
      claim(isRefused, "a record that cannot be read is malformed")
      return
    }
    for (rule, (old, new)) in zip(before.1, sums).enumerated() {
      let isWanted = !isRefused && record.row[rule]
      claim(new == old + (isWanted ? 1 : 0), "rule \(rule) counts a record that it wants once")
    }
    if let headers = PacketHeaders(
      record.packet, shape: record.shape, transportOffset: record.transportOffset)
    {
      lines.check(record, headers)
    }
  }

  /// By rule, how many records it counted, whatever came of them.
  private var sums: [UInt64] {
    emitter.ruleCounts(generation: Self.generation).map(\.submitted)
  }

  /// A rule for each event, then four whose clauses no table decides.
  private static let plan = TracePlan(
    policies: ["all", "filtered"],
    rules: EventKind.allCases.map { PlanRule(policy: 0, event: $0) }
      + [.dns, .dnsResponse, .http, .httpRequest].map { PlanRule(policy: 1, event: $0) })

  private static let undecided: [Undecided] = {
    let scope = Clause(OwnerField.comm, Condition(excluded: [.text(.suffix("l"))]))
    let clauses = [
      ("proto_dns.questions.name", Operand.text(.suffix(".example.com"))),
      ("dns_response.dns_answer.answer", .text(.suffix("1"))),
      ("proto_http.headers", .member("User-Agent", .suffix("8"))),
      ("http_request.uri_path", .text(.suffix("c"))),
    ].map { path, operand in
      guard let field = PacketField(rawValue: path) else { fatalError("no field \(path)") }
      return Undecided(scope: [scope], filters: [Clause(field, Condition(included: [operand]))])
    }
    return EventKind.allCases.map { _ in Undecided() } + clauses
  }()
}

private let clock = BootClock(epochOffset: 1_700_000_000_000_000_000)
