@testable import FuzzPackets
public import FuzzSupport
import Policy

@testable import Pipeline

/// Takes the bytes as a capture that is replayed.
@c(LLVMFuzzerTestOneInput)
public func fuzzReplays(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: bytes, count: bytes == nil ? 0 : count))
  var limits = Streams.Limits()
  limits.flows = 64
  var run = ReplayRun(replay, CaptureReader(CaptureInput(bytes)), outputs: [], streams: limits)
  do throws(ReplayError) { try run.run() } catch { fatalError("\(error)") }
  let ledger = run.ledger
  let counts = ledger.counts
  claim(
    counts.frames == counts.unknownLink + counts.notIP + counts.malformed + counts.unwanted
      + counts.wanted, "every frame is counted once: \(counts)")
  claim(ledger.ledger.records == counts.wanted, "every wanted packet is a record")
  claim(ledger.ledger.malformedRecords == 0, "every record is well formed")
  claim(ledger.ledger.imbalances.isEmpty, "\(ledger.ledger.imbalances)")
  return 0
}

/// Made once, which takes longer than to read a capture.
private let replay = ReplayPlan(plan)

/// A rule for each event, and one that only few packets meet.
private let plan = TracePlan(
  policies: ["all", "some"],
  rules: EventKind.allCases.map { PlanRule(policy: 0, event: $0) } + [
    PlanRule(
      policy: 1, event: .tcp,
      filters: [Clause(.destinationPort, Condition(included: [.numbers(80...443)]))])
  ])

/// Writes the seeds before the first input.
@c(LLVMFuzzerInitialize)
public func seedReplays(
  _ count: UnsafeMutablePointer<CInt>, _ arguments: Seeds.Arguments
) -> CInt {
  Seeds.write(CaptureSeeds.all + CaptureSeeds.ofMessages, count, arguments)
  return 0
}
