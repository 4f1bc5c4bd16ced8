// SPDX-License-Identifier: Apache-2.0

import Glibc
import Pipeline
import Policy
import System

/// Prints what an event costs beside signatures: one that none selects, and one that one selects, with few and many keys.
///
/// In processor time of a record from its bytes to what is remembered, less that of the same record without signatures.
func measureSignatures() throws {
  print("\nsignatures: case  keys  ns an event  more than without")
  let plain = try measure(signatures: 0, selects: false, keys: 1)
  print("no signatures\t1\t\(Int(plain * 1e9))\t")
  for (name, count, selects, keys) in [
    ("1,000 signatures, none selects it", 1_000, false, 1),
    ("one selects it: event_count", 1, true, 1_000),
    ("one selects it: event_count", 1, true, 1_000_000),
  ] {
    let without = try measure(signatures: 0, selects: false, keys: keys)
    let cost = try measure(signatures: count, selects: selects, keys: keys)
    print("\(name)\t\(keys)\t\(Int(cost * 1e9))\t\(Int((cost - without) * 1e9))")
  }
  let each = try measure(signatures: 1_000, selects: true, keys: 1_000)
  print("1,000 signatures, each selects one in 1,000\t1000\t\(Int(each * 1e9))\t")
  print("  events per second and core: \(Int(1 / each))")
}

/// The seconds that a record takes.
private func measure(signatures count: Int, selects: Bool, keys: Int) throws -> Double {
  var emitter = Emitter(outputs: [try Output(Destination(.none), clock: .now())])
  var plan = TracePlan(policies: ["bench"], rules: [PlanRule(policy: 0, event: .tcp)])
  for number in 0..<count {
    plan.signatures.append(signature("s\(number)", selects ? .tcp : .udp, keys: keys))
    plan.uses.append(
      SignatureUse(signature: number, policy: 0, isShown: true, filters: [], feeds: []))
    plan.rules.append(
      PlanRule(
        policy: 0, event: selects ? .tcp : .udp, feed: .init(use: number, selection: 0)))
    if plan.rules.count == TracePlan.ruleLimit { break }
  }
  emitter.add(plan, generation: 1)
  let words = (plan.rules.count + 63) / 64
  var record = SampleRecord(giving: .tcp, row: selects ? 0b11 : 0b1, words: words)
  let before = mostBytes()
  var fastest = Double.infinity
  let rounds = keys > 100_000 ? 3 : 5
  let records = max(200_000, keys)
  var number: UInt32 = 0
  var selected = 1
  var time: UInt64 = 8_642_000_000_000
  for _ in 0..<rounds {
    let start = processorSeconds()
    for _ in 1...records {
      number = (number &+ 1) % UInt32(keys)
      if selects, count > 1 {
        record.toggle(rule: selected)
        selected = selected % count + 1
        record.toggle(rule: selected)
      }
      time += 1_000
      record.set(source: (number &* 2_654_435_761), time: time)
      emitter.consume(record.bytes.span.bytes)
    }
    fastest = min(fastest, processorSeconds() - start)
  }
  if keys > 100_000, selects {
    print("  bytes a key: \((mostBytes() - before) / keys)")
  }
  _ = try emitter.outputs.finish()
  return fastest / Double(records)
}

/// The most memory that this process has had.
private func mostBytes() -> Int {
  var usage = rusage()
  getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
  return usage.ru_maxrss << 10
}

private func signature(_ name: String, _ event: EventKind, keys: Int) -> Signature {
  Signature(
    name: name, id: name, version: "1", title: name, description: "", tags: [],
    threat: Signature.Threat(),
    selections: [
      Signature.Selection(
        name: "seen", events: [event], signatures: [], scope: [], filters: [], elements: [],
        findings: [])
    ],
    correlation: Correlation(
      kind: .eventCount(1_000_000...UInt64.max),
      members: [Correlation.Member(selection: 0, key: [.packet(.source)], value: nil)],
      timespan: 60_000_000_000, suppress: nil, keyLimit: max(keys, 100_000), valueLimit: 1024),
    output: [])
}
