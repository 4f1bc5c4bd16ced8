// SPDX-License-Identifier: Apache-2.0

import Glibc
public import Policy
public import System

/// A plan over a capture: the frames become the records that the kernel would have made of them, and go the same way.
///
/// A capture does not say whose its packets are, so that only rules without a scope can match, unless ``owners`` tell it or
/// comments that `-o pcap` wrote. Where it does not say which
/// way a packet went either, the packet counts as one that arrives.
public struct ReplayRun: ~Copyable {
  var emitter: Emitter
  var reader: CaptureReader
  let classifier: TableClassifier
  let record: ReplayRecord
  private let comments = KnownComment()
  /// Whether the record has an owner.
  var isOwned = false
  private var scopes: ReplayScopes
  var counts = ReplayCounts()
  /// The owners of the capture's packets; comments of the capture come after them.
  public var owners = ReplayOwners()
  /// Packets whose owner is known.
  public private(set) var owned: UInt64 = 0
  /// Packets without a transport, counted as the kernel does.
  var hidings = KernelCounts()
  var fragments = FragmentTable()
  /// Whether packets that other packets carry give events too.
  public var decapsulates = false
  /// What a plan costs, as the ready line says it.
  public let readiness: Readiness
  /// The policies with rules that ask whose packet it is, in load order: these rules match nothing.
  public let policiesOfOwners: [String]
  /// Whether a rule asks which way a packet went.
  public let asksDirection: Bool
  /// Is given every packet with all that it has, and its owner; costs much for each packet.
  var observer: ((ReplayedPacket) -> Void)?
  /// Is told after a frame with an event that a previewed set gains or loses, and at the end: the number of the frame, and
  /// what differs so far.
  var previewObserver: ((UInt64, PreviewCounts) -> Void)?
  private var differences: UInt64 = 0
  private var wanted: UInt64 = 0
  /// The time of the first frame in ns since the epoch; nil before it.
  var startTime: UInt64?
  /// How long after the start signatures wait for what may be missing, in ns; until the last frame if that is later.
  var waits: UInt64 = 0
  /// Is told now and then how many bytes of the capture were read.
  public var progress: (UInt64) -> Void = { _ in }
  /// Is told what there is to say about the outputs, as sentences.
  public var notice: (String) -> Void = { _ in }

  /// Makes ready to read a capture.
  public init(
    _ plan: TracePlan, _ reader: consuming CaptureReader, outputs: [Output],
    programs: [SignatureProgram] = [], eventLimit: UInt64 = .max
  ) {
    self.init(
      ReplayPlan(plan), reader, outputs: outputs, programs: programs, eventLimit: eventLimit)
  }

  /// Makes ready to read a capture by a plan whose tables are made.
  init(
    _ plan: ReplayPlan, _ reader: consuming CaptureReader, outputs: [Output],
    programs: [SignatureProgram] = [], eventLimit: UInt64 = .max,
    streams limits: Streams.Limits = Streams.Limits(),
    tallies: Bool = false
  ) {
    classifier = plan.classifier
    record = ReplayRecord(rowWords: plan.rowWords)
    emitter = Emitter(outputs: outputs, Streams(limits))
    emitter.eventLimit = eventLimit
    emitter.programs = programs
    emitter.add(
      plan.plan, undecided: plan.undecided, generation: ReplayRecord.generation, tallies: tallies)
    scopes = ReplayScopes(plan.plan.rules)
    readiness = plan.readiness
    policiesOfOwners = plan.policiesOfOwners
    asksDirection = plan.plan.rules.contains { $0.filters.contains { $0.field == .direction } }
    self.reader = reader
  }

  /// Has events show the digest of the files that the plan was made of, where an output asks for it.
  public mutating func show(digest: String) { emitter.show(digest: digest) }

  /// Reads to the end of the capture, until a signal comes, enough events were emitted, or the reader of standard output is
  /// gone.
  public mutating func run() throws(ReplayError) {
    var stop: ReplayStop?
    if let descriptor = reader.input.descriptor {
      let signals: ReplayStop
      do throws(SystemError) { signals = try ReplayStop() } catch { throw .signals(error) }
      reader.input.mayRead = { signals.allowsWaiting(for: [descriptor]) }
      stop = signals
    }
    var failure: OutputError?
    do throws(OutputError) { try read(stop) } catch { failure = error }
    if waits > 0, let startTime {
      emitter.advance(to: startTime &+ waits &+ SignatureStage.lateness &+ 1)
    }
    for text in emitter.finishSignatures() { notice(text) }
    if let preview { previewObserver?(counts.frames, preview) }
    progress(reader.input.taken)
    awaitReaders(stop)
    do throws(OutputError) { _ = try emitter.outputs.finish() } catch { failure = failure ?? error }
    tellNotices()
    if let failure { throw .output(failure) }
  }

  private mutating func read(_ stop: ReplayStop?) throws(OutputError) {
    let wakeups = emitter.outputs.all.compactMap { $0.wakeup?.descriptor }
    while !emitter.isDone {
      // Whoever looks at a capture that is still being made sees what there is.
      if reader.isDry {
        progress(reader.input.taken)
        if try emitter.outputs.flush() == .readerGone { return }
      }
      guard reader.next() else { return }
      startTime = startTime ?? reader.frame.time
      replay()
      if previewObserver != nil { notePreview() }
      if !emitter.programs.isEmpty, counts.frames % 64 == 0 {
        for text in emitter.servePrograms() { notice(text) }
      }
      while emitter.outputs.isFull {
        guard stop?.allowsWaiting(for: wakeups) ?? true else { return }
        if stop == nil { emitter.outputs.awaitRoom() }
        tellNotices()
        if try emitter.outputs.flush() == .readerGone { return }
      }
    }
  }

  /// The most frames with a wanted packet after which what differs is looked for: that takes long.
  private static let previewLimit = 10_000

  private mutating func notePreview() {
    guard counts.wanted != wanted, wanted < Self.previewLimit else { return }
    wanted = counts.wanted
    let now = emitter.previewDifferences
    guard now != differences, let preview else { return }
    differences = now
    previewObserver?(counts.frames, preview)
  }

  /// Gives readers the time that they take, as long as nobody wants to stop.
  private func awaitReaders(_ stop: ReplayStop?) {
    guard let stop else { return }
    emitter.outputs.stop()
    let wakeups = emitter.outputs.all.compactMap { $0.wakeup?.descriptor }
    while !emitter.outputs.isFinished, stop.allowsWaiting(for: wakeups) { tellNotices() }
  }

  private func tellNotices() {
    for output in emitter.outputs.all {
      output.wakeup?.clear()
      for text in output.takeNotices() { notice(text) }
    }
  }

  /// Whose the frame is, when something tells it.
  mutating func owner(of headers: PacketHeaders) -> ReplayScopes.Known? {
    var owner = owners.owner(of: headers, frame: counts.frames)
    if owner == nil, let comment = reader.frame.comment {
      owner = comments.owner(in: reader.input.bytes.extracting(comment))
    }
    guard let owner else { return nil }
    owned += 1
    return scopes.known(owner)
  }

  /// What a previewed set of policies would change; nil when the plan previews none.
  var preview: PreviewCounts? { emitter.preview }

  /// How often events were emitted for which policies; nothing unless that is counted.
  var tally: EventTally { emitter.tally(generation: ReplayRecord.generation) }

  /// What became of all frames so far.
  public var ledger: ReplayLedger {
    var kernel = hidings
    kernel.unwanted = counts.unwanted + counts.malformed
    kernel.submitted = counts.wanted
    kernel.malformed = counts.malformed
    return ReplayLedger(
      counts: counts, fragments: fragments.counts, faults: reader.faults,
      ledger: Ledger(kernel: kernel, emitter: emitter, ringFull: [:]))
  }
}

/// Why a capture was not replayed to its end.
public enum ReplayError: Error, CustomStringConvertible {
  case output(OutputError)
  case signals(SystemError)

  /// One sentence: what failed, why, and what to do.
  public var description: String {
    switch self {
    case .output(let error): error.description
    case .signals(let error): error.description
    }
  }
}
