public import FuzzSupport
import Policy
import TestSupport

@testable import Pipeline

/// Takes the bytes as a capture, whole and in small pieces.
@c(LLVMFuzzerTestOneInput)
public func fuzzCaptures(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: bytes, count: bytes == nil ? 0 : count))
  let whole = read(bytes, chunk: .max)
  let pieces = read(bytes, chunk: 7)
  claim(whole == pieces, "how bytes come does not matter: \(whole) and \(pieces)")
  return 0
}

/// What is read of a capture, in numbers.
private func read(_ bytes: [UInt8], chunk: Int) -> [UInt64] {
  let reader = CaptureReader(CaptureInput(bytes, chunk: chunk))
  var run = ReplayRun(replay, reader, outputs: [])
  do throws(ReplayError) { try run.run() } catch { fatalError("\(error)") }
  let ledger = run.ledger
  let (counts, faults) = (ledger.counts, ledger.faults)
  claim(
    counts.frames == counts.unknownLink + counts.notIP + counts.malformed + counts.unwanted
      + counts.wanted, "every frame is counted once: \(counts)")
  claim(ledger.ledger.records == counts.wanted, "every wanted packet is a record")
  claim(ledger.ledger.malformedRecords == 0, "every record is well formed")
  claim(ledger.ledger.imbalances.isEmpty, "\(ledger.ledger.imbalances)")
  return [counts.frames, counts.wanted, ledger.ledger.emitted] + faults.all.map(\.count)
}

/// Made once, which takes longer than to read a capture.
private let replay = ReplayPlan(plan)

/// A rule for each event, and one that only few packets meet.
private let plan = TracePlan(
  policies: ["all", "some"],
  rules: EventKind.allCases.map { Rule(policy: 0, event: $0) } + [
    Rule(
      policy: 1, event: .tcp,
      filters: [Clause(.destinationPort, Condition(included: [.numbers(80...443)]))])
  ])

/// Writes the seeds before the first input.
@c(LLVMFuzzerInitialize)
public func seedCaptures(
  _ count: UnsafeMutablePointer<CInt>, _ arguments: Seeds.Arguments
) -> CInt {
  Seeds.write(CaptureSeeds.all, count, arguments)
  return 0
}
