// SPDX-License-Identifier: Apache-2.0

import Glibc
import Pipeline
import Policy
import System

/// A path through the product whose instructions `Benchmarks/instructions` counts.
struct CountedPath: Sendable {
  let name: String
  /// Takes the path again and again; what precedes the first time costs the same for any count.
  let take: @Sendable (_ count: Int) throws -> Void

  /// All of them: the reference, which uses nothing of the product, then records, policies and captures.
  static let all =
    [CountedPath(name: "reference", take: reference)]
    + EventKind.allCases.map { kind in record(kind, .json) }
    + [record(.tcp, .table), record(.tcp, .pcap)] + signatures
    + [
      CountedPath(name: "policy/check", take: check),
      CountedPath(name: "policy/tables", take: tables),
    ]
    + [EventKind.tcp, .dns, .http].map(capture)

  /// What the product does not change: copies, comparisons and memory of the C library, a dictionary and texts of Swift's.
  ///
  /// A machine on which this counts differently has another toolchain, library or processor.
  private static func reference(_ count: Int) {
    var words: [String: Int] = [:]
    var sum = 0
    for round in 0..<count {
      for number in 0..<200 {
        let word = "word \(number * number) of many that are longer"
        words[word, default: 0] += round
        sum &+= word.utf8.count
      }
      for size in [7, 64, 1_500, 20_000] {
        let bytes = [UInt8](repeating: UInt8(truncatingIfNeeded: size), count: size)
        let copy = bytes.map { $0 &+ 1 }
        sum &+= copy == bytes ? 1 : copy.count
      }
    }
    precondition(sum > 0 && words.count == 200, "the words are counted")
  }

  /// From a record of the ring to a line.
  private static func record(_ kind: EventKind, _ format: OutputFormat) -> CountedPath {
    CountedPath(name: "record/\(kind.name)/\(format.rawValue)") { count in
      let output = try Output(
        Destination(format, path: "/dev/null"), clock: BootClock(epochOffset: 0))
      var emitter = Emitter(outputs: [output])
      emitter.add(
        TracePlan(policies: ["web-egress"], rules: [PlanRule(policy: 0, event: kind)]),
        undecided: [Undecided()], generation: 1)
      var record = SampleRecord(giving: kind)
      for number in 1...count {
        emitter.consume(record.bytes.span.bytes)
        record.follow()
        if number % 256 == 0 { _ = try emitter.outputs.flush() }
      }
      let events = emitter.counts.events
      _ = try emitter.outputs.finish()
      precondition(events == UInt64(count), "each record gives its event")
    }
  }

  /// From the bytes of a policy file to a plan, with all that the linter finds.
  private static func check(_ count: Int) {
    let file = SourceFile(name: "policy.yaml", bytes: Array(policy.utf8))
    for _ in 0..<count {
      let checked = PolicySet.parse([file]).checked()
      precondition(checked.plan?.rules.count == 20, "the file is a policy of twenty rules")
    }
  }

  /// From a plan to the kernel's tables.
  private static func tables(_ count: Int) {
    let file = SourceFile(name: "policy.yaml", bytes: Array(policy.utf8))
    guard let plan = PolicySet.parse([file]).checked().plan else {
      preconditionFailure("the file is a policy")
    }
    for _ in 0..<count {
      precondition(
        KernelTables(plan, generation: 1).undecidedClauses == 0, "the kernel decides all of it")
    }
  }

  private static let policy: String = {
    var text =
      "type: policy\nname: policy\nscope: [\"comm=nginx,envoy\", not-container]\nrules:\n"
    for rule in 0..<20 {
      text += "  - event: net_packet_tcp\n    filters:\n"
      text += "      - data.dst_port=\(1000 + rule * 20)-\(1010 + rule * 20),443\n"
      text += "      - data.dst!=10.\(rule).0.0/16\n"
    }
    return text
  }()

  /// From a capture of a hundred packets to lines.
  private static func capture(_ kind: EventKind) -> CountedPath {
    CountedPath(name: "capture/\(kind.name)/json") { count in
      let path = "\(folder)/capture.pcap"
      write(path, packets: 100, flows: 10, kind)
      defer { unlink(path) }
      let plan = TracePlan(policies: ["bench"], rules: [PlanRule(policy: 0, event: kind)])
      for _ in 0..<count {
        let output = try Output(
          Destination(.json, path: "/dev/null"), clock: BootClock(epochOffset: 0))
        var run = ReplayRun(plan, try CaptureReader.open(path), outputs: [output])
        try run.run()
        precondition(run.ledger.ledger.emitted == 100, "every packet gives an event")
      }
    }
  }

  /// Where captures are written; the same path always, whose length is part of what is counted.
  private static var folder: String { getenv("FOLDER").map { String(cString: $0) } ?? "/tmp" }
}

/// Prints the names of all paths, or takes the one that the first word names as often as the second says.
func runPath(_ words: [String]) {
  guard words.count == 2, let count = Int(words[1]) else {
    for path in CountedPath.all { print(path.name) }
    return
  }
  guard let path = CountedPath.all.first(where: { $0.name == words[0] }) else {
    print("\(words[0]) is no path")
    exit(2)
  }
  do { try path.take(count) } catch {
    print("\(path.name): \(error)")
    exit(1)
  }
}
