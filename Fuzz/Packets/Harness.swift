import FuzzSupport
import Policy

@testable import Pipeline
@testable import TestSupport

/// An emitter with a rule for each event, and with rules that only user space can decide.
final class Harness {
  /// The plan's.
  static let generation: UInt32 = 1
  /// The row with the bits of all rules.
  static let row = UInt64(1) << UInt64(plan.rules.count) - 1

  private var emitter: Emitter
  private let json: JSONWriter
  private var table: TableWriter
  private var line = LineBuffer()

  init() {
    do throws(OutputError) {
      let outputs = [
        try Output(Destination(.json, path: "/dev/null"), clock: clock),
        try Output(Destination(.table, path: "/dev/null"), clock: clock, colour: true),
      ]
      emitter = Emitter(outputs: outputs)
    } catch {
      fatalError("\(error)")
    }
    json = JSONWriter(clock: clock)
    table = TableWriter(clock: clock, colour: false)
    emitter.add(Self.plan, undecided: Self.undecided, generation: Self.generation)
  }

  /// Claims that a record is refused, or that each of its rules counts it once, and that what is
  /// written of it has the form that is promised.
  func consume(_ bytes: [UInt8]) {
    let before = (emitter.counts, sums)
    emitter.consume(bytes.span.bytes)
    let isFlushed = (try? emitter.flush()) == .written
    claim(isFlushed, "/dev/null takes everything")
    claim(emitter.counts.records == before.0.records + 1, "a record is counted")

    let refused = emitter.counts.malformed + emitter.counts.withoutPlan
    let isRefused = refused != before.0.malformed + before.0.withoutPlan
    guard let record = RecordReader(bytes.span.bytes) else {
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
      for kind in EventKind.allCases { write(kind, of: record, headers) }
    }
  }

  private func write(
    _ kind: EventKind, of record: borrowing RecordReader, _ headers: PacketHeaders
  ) {
    // An emitter asks no writer for anything else.
    guard headers.verdict(on: kind, record) == .given else { return }
    line.truncate(to: 0)
    let isWritten = json.append(
      kind, of: record, headers, policies: Array("[\"p\"]".utf8), to: &line)
    claim(isWritten, "\(kind.name) is written when the packet gives it")
    checkJSON(kind)

    line.truncate(to: 0)
    let isShown = table.append(
      kind, of: record, headers, policies: Array("p".utf8), to: &line)
    claim(isShown, "\(kind.name) is shown when the packet gives it")
    checkTable()
  }

  private func checkJSON(_ kind: EventKind) {
    var bytes = line.copy
    claim(bytes.popLast() == 10, "a line ends")
    do {
      let event = try JSONValue(parsing: bytes)
      let count = event["args"]?.elements.map { String($0.count) }
      claim(count != nil && event["argsNum"] == count.map(JSONValue.number), "args are counted")
      try EventShape.check(event)
    } catch {
      fatalError("\(error)\n\(String(decoding: bytes, as: UTF8.self))")
    }
  }

  private func checkTable() {
    var bytes = line.copy
    claim(bytes.popLast() == 10, "a line ends")
    let text = String(validating: bytes, as: UTF8.self)
    claim(text != nil, "a row is UTF-8")
    let acting = text?.unicodeScalars.first { $0.properties.generalCategory == .control }
    claim(acting == nil, "a row has no scalar that acts: \(text.debugDescription)")
  }

  /// By rule, how many records it counted, whatever came of them.
  private var sums: [UInt64] {
    emitter.ruleCounts(generation: Self.generation).map(\.submitted)
  }

  /// A rule for each event, then four whose clauses no table decides.
  private static let plan = TracePlan(
    policies: ["all", "filtered"],
    rules: EventKind.allCases.map { Rule(policy: 0, event: $0) }
      + [.dns, .dnsResponse, .http, .httpRequest].map { Rule(policy: 1, event: $0) })

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

extension LineBuffer {
  /// What was written, to be kept.
  fileprivate var copy: [UInt8] {
    let written = bytes
    return written.withUnsafeBytes { Array($0) }
  }
}
