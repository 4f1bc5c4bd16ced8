// SPDX-License-Identifier: Apache-2.0

import Glibc
import Pipeline
import Policy
import System

/// Prints what an event costs beside signatures: one that none selects, and one that one selects, with few and many keys.
///
/// In processor time of a record from its bytes to what is remembered, less that of the same record without signatures. Nothing is
/// written, so no line counts. Records follow one another by 1 µs, so that 100,000 wait until their order is settled.
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
  var records = SignatureRecords(count, selects, keys: keys, step: 1_000, &emitter)
  let before = mostBytes()
  var fastest = Double.infinity
  // Before anything is measured, each key is there, and as many events wait as ever will.
  records.give(max(200_000, keys), to: &emitter, inOrder: true)
  let length = max(200_000, keys)
  for _ in 0..<(keys > 100_000 ? 3 : 5) {
    let start = processorSeconds()
    records.give(length, to: &emitter)
    fastest = min(fastest, processorSeconds() - start)
  }
  if keys > 100_000, selects {
    print("  bytes a key: \((mostBytes() - before) / keys)")
  }
  _ = try emitter.outputs.finish()
  return fastest / Double(length)
}

/// Records of packets from different addresses, each a key, which signatures select or do not.
private struct SignatureRecords {
  private var record: SampleRecord
  private let count: Int
  private let isRotating: Bool
  private let keys: UInt32
  private let step: UInt64
  private var number: UInt32 = 0
  private var selected = 1
  private var time: UInt64 = 8_642_000_000_000
  private var random: UInt64 = 1

  /// Creates them, and gives an emitter the plan by which they are judged.
  ///
  /// - Parameter step: the ns between two.
  init(_ count: Int, _ selects: Bool, keys: Int, step: UInt64, _ emitter: inout Emitter) {
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
    record = SampleRecord(
      giving: .tcp, row: selects ? 0b11 : 0b1, words: (plan.rules.count + 63) / 64)
    self.count = count
    isRotating = selects && count > 1
    self.keys = UInt32(keys)
    self.step = step
  }

  /// Has an emitter consume some.
  ///
  /// - Parameter inOrder: whether keys come one after the other; else by chance.
  mutating func give(_ length: Int, to emitter: inout Emitter, inOrder: Bool = false) {
    for _ in 0..<length {
      if inOrder || isRotating {
        number = (number &+ 1) % keys
      } else {
        random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        number = UInt32(random >> 33) % keys
      }
      if isRotating {
        record.toggle(rule: selected)
        selected = selected % count + 1
        record.toggle(rule: selected)
      }
      time += step
      record.set(source: number &* 2_654_435_761, time: time)
      emitter.consume(record.bytes.span.bytes)
    }
  }
}

extension CountedPath {
  /// From a record of the ring to what signatures remember: one that no signature selects, that one selects, and that each time
  /// another one selects.
  static let signatures = [
    path("none", 1_000, selects: false), path("one", 1, selects: true),
    path("many", 1_000, selects: true),
  ]

  private static func path(_ name: String, _ signatures: Int, selects: Bool) -> CountedPath {
    CountedPath(name: "signature/\(name)") { count in
      var emitter = Emitter(outputs: [try Output(Destination(.none), clock: .now())])
      var records = SignatureRecords(
        signatures, selects, keys: 100, step: 1_000_000, &emitter)
      // Rows that came once are known.
      records.give(2_000 + count, to: &emitter, inOrder: true)
      precondition(emitter.counts.events == UInt64(2_000 + count), "each record gives its event")
      _ = try emitter.outputs.finish()
    }
  }
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
