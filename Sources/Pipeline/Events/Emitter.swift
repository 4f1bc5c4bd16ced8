// SPDX-License-Identifier: Apache-2.0

public import Policy
import System

/// Turns the kernel's records into lines of all outputs.
///
/// Records are judged by the plan of their generation, so several plans can be there at once. Nothing is allocated for
/// an event once its row has been seen, unless a clause of it was left to user space; not even in a debug build, which is
/// why arrays are walked by their indices here.
public struct Emitter: ~Copyable {
  /// The counts of records and events since the emitter was created.
  public private(set) var counts = EmitterCounts()
  /// The outputs that events are given to, in the order of the command line.
  public let outputs: OutputSet
  /// The most events that are emitted; the packets after them are counted in ``RuleCounts/afterLimit``.
  public var eventLimit: UInt64 = .max
  /// Adds to an owner what records do not carry: the cgroup's path, the container's name, ancestors, and so on.
  ///
  /// It is asked only when a clause was left to user space, with the generation of the record.
  public var completeOwner: (inout Owner, UInt32) -> Void = { _, _ in }

  /// The programs that find; set before the first plan is added.
  public var programs: [SignatureProgram] = []
  /// Watches for signatures; nil until a plan has one.
  var signatures: SignatureStage?
  /// The findings among the events that were emitted.
  private(set) var findings: UInt64 = 0
  private var findingLabels = FindingLabels()
  /// How often each signature found something; nil unless that is counted.
  private var findingTally: [EventTally.FindingKey: UInt64]?
  private var dropped: [String] = []

  private var matchers: [PlanMatcher] = []
  /// Of plans that are gone.
  private var retiredRules = RuleAccounts()
  private var retiredPreview: PreviewCounts?
  private var retiredPolicies = PolicyAccounts()
  private var retiredEvents = [RuleCounts](repeating: RuleCounts(), count: EventKind.allCases.count)
  private var lender = FieldLender()
  private let streams: Streams
  private let heads = KnownHeads()
  /// Made for the first packet that stands for several datagrams.
  var datagram: DatagramRecord?

  /// Makes an emitter without a plan.
  ///
  /// - Parameter isSparse: whether of HTTP only those segments come that begin heads or go on with them, as the kernel
  ///   records them.
  public init(outputs: [Output], isSparse: Bool = true) {
    self.init(outputs: outputs, Streams(isSparse: isSparse))
  }

  init(outputs: [Output], _ streams: Streams) {
    self.outputs = OutputSet(outputs)
    self.streams = streams
  }

  /// Has `found` told where directions of HTTP are that the kernel side has lost.
  func tell(_ found: @escaping (StreamPosition) -> Void) { streams.found = found }

  /// Follows a packet of TCP that no rule wants, as the other direction of its connection is read by what this one asks.
  func follow(_ bytes: RawSpan) {
    guard let record = RecordReader(bytes),
      let headers = PacketHeaders(
        record.packet, shape: record.shape, transportOffset: record.transportOffset),
      case .tcp(let header) = headers.transport, let payload = headers.payload(in: record.packet)
    else { return }
    let segment = StreamSegment(record, headers, header, .http, captured: payload.byteCount)
    streams.feed(segment, payload, .http) { _ in }
  }

  /// Takes a plan before the first of its records arrives.
  ///
  /// - Parameters:
  ///   - undecided: for each rule, by its number, what the kernel leaves of it; it may be shorter than the rules.
  ///   - datagrams: the kernel's tables for what it leaves of packets that stand for several datagrams.
  ///   - generation: the number that records of the plan carry.
  public mutating func add(
    _ plan: TracePlan, undecided: [Undecided] = [], datagrams: DatagramTables? = nil,
    generation: UInt32, tallies: Bool = false
  ) {
    precondition(
      !matchers.contains { $0.generation == generation }, "each plan has its own generation")
    matchers.append(
      PlanMatcher(
        plan, undecided: undecided, datagrams: datagrams,
        routes: outputs.all.map(\.destination.route), generation: generation, tallies: tallies))
    let labels = PolicyLabels(plan)
    outputs.take(ShownSet(generation: generation, digest: "", labels: labels))
    findingLabels = FindingLabels(labels)
    guard !plan.uses.isEmpty else { return }
    if tallies { findingTally = findingTally ?? [:] }
    let stage = signatures ?? SignatureStage(clock: outputs.clock, programs: programs)
    signatures = stage
    stage.add(plan, generation: generation)
  }

  /// Has events of the newest plan, and those that concern no packet, show the digest of its files.
  mutating func show(digest: String) {
    guard let matcher = matchers.last else { return }
    outputs.take(
      ShownSet(
        generation: matcher.generation, digest: digest, labels: PolicyLabels(matcher.plan)))
  }

  /// Forgets a plan whose last record was consumed; what was counted stays in the accounts.
  ///
  /// - Parameter ringFull: by rule, the packets that found the ring full.
  /// - Returns: its final counts by rule, empty when there was no such plan.
  @discardableResult
  public mutating func remove(generation: UInt32, ringFull: [UInt64] = []) -> [RuleCounts] {
    guard let place = matchers.firstIndex(where: { $0.generation == generation }) else { return [] }
    let matcher = matchers.remove(at: place)
    let counts = matcher.counts
    retiredRules.add(matcher.plan, counts.rules, ringFull: ringFull)
    if let preview = counts.preview {
      retiredPreview = retiredPreview ?? PreviewCounts()
      retiredPreview?.add(preview)
    }
    retiredPolicies.add(matcher.plan, counts.policies)
    for kind in counts.events.indices { retiredEvents[kind] += counts.events[kind] }
    dropped += signatures?.remove(generation: generation) ?? []
    return counts.rules
  }

  /// What became of the packets that each rule of a plan wanted; empty when there is no such plan.
  func ruleCounts(generation: UInt32) -> [RuleCounts] {
    matchers.first { $0.generation == generation }?.counts.rules ?? []
  }

  /// The accounts of all rules of all plans, also of those that are gone.
  ///
  /// - Parameter ringFull: by the generation of each plan that is there and by rule, the packets that found the ring full.
  func ruleAccounts(ringFull: [UInt32: [UInt64]]) -> [RuleAccount] {
    var accounts = retiredRules
    for matcher in matchers {
      accounts.add(
        matcher.plan, matcher.counts.rules, ringFull: ringFull[matcher.generation] ?? [])
    }
    return accounts.all
  }

  /// How often events were emitted for which policies of a plan; nothing unless that is counted.
  func tally(generation: UInt32) -> EventTally {
    var tally = matchers.first { $0.generation == generation }?.counts.tally ?? EventTally()
    tally.findings = findingTally ?? [:]
    return tally
  }

  /// The events of all policies of all plans, also of those that are gone.
  func policyAccounts() -> [PolicyAccount] {
    var accounts = retiredPolicies
    for matcher in matchers { accounts.add(matcher.plan, matcher.counts.policies) }
    return accounts.all
  }

  /// What became of the events of each kind, in the order of ``Policy/EventKind/allCases``.
  func eventCounts() -> [RuleCounts] {
    var counts = retiredEvents
    for matcher in matchers {
      let more = matcher.counts.events
      for kind in more.indices { counts[kind] += more[kind] }
    }
    return counts
  }

  /// What a previewed set of policies would change; nil when none was ever previewed.
  var preview: PreviewCounts? {
    var preview = retiredPreview
    for matcher in matchers where matcher.plan.previewed != nil {
      preview = preview ?? PreviewCounts()
      if let more = matcher.counts.preview { preview?.add(more) }
    }
    return preview
  }

  /// What became of messages that were in several segments.
  var messages: StreamCounts { streams.account }

  /// Whether as many events were emitted as may be.
  public var isDone: Bool { counts.events >= eventLimit }

  /// Decodes a record, finishes its matching, and adds a line for each event to each output's batch.
  ///
  /// - Parameter bytes: exactly one record of the ring, which is read only during the call.
  public mutating func consume(_ bytes: RawSpan) {
    counts.records += 1
    guard let record = RecordReader(bytes) else {
      counts.malformed += 1
      return
    }
    guard let matcher = matcher(of: record.generation) else {
      counts.withoutPlan += 1
      return
    }
    matcher.use { emit(record, $0) }
  }

  private mutating func emit(_ record: borrowing RecordReader, _ matcher: PlanMatcher) {
    guard let meaning = matcher.meaning(of: record) else {
      counts.malformed += 1
      return
    }
    meaning.use { emit(record, $0, matcher) }
  }

  private mutating func emit(
    _ record: borrowing RecordReader, _ meaning: RowMeaning, _ matcher: PlanMatcher
  ) {
    if record.segmentSize > 0, let parts = DatagramParts(record) {
      emit(datagrams: parts, of: record, meaning, matcher)
    } else {
      emit(packet: record, meaning, matcher)
    }
  }

  /// Emits the events of one packet: those of its headers, then those of its messages by protocol.
  mutating func emit(
    packet record: borrowing RecordReader, _ meaning: RowMeaning, _ matcher: PlanMatcher
  ) {
    guard
      let headers = PacketHeaders(
        record.packet, shape: record.shape, transportOffset: record.transportOffset)
    else {
      countUndecodable(meaning)
      return
    }
    if meaning.parts.isEmpty {
      emit(DecodedPacket(record, headers), meaning, matcher)
    } else {
      if let ofHeaders = meaning.headers {
        emit(DecodedPacket(record, headers), ofHeaders, matcher)
      }
      for index in meaning.parts.indices {
        emit(messagesOf: record, headers, meaning.parts[index], matcher)
      }
    }
    outputs.endPacket(record)
    if signatures?.hasFindings == true { emitFindings() }
  }

  /// Counts a packet whose headers are not there.
  mutating func countUndecodable(_ meaning: RowMeaning) {
    for index in meaning.wants.indices {
      if isDone {
        meaning.wants[index].counts.afterLimit += 1
      } else {
        meaning.wants[index].counts.faults[.notCaptured] += 1
        counts.undecodable += 1
      }
    }
  }

  /// Emits the events of the messages of one protocol that a packet carries, or completes.
  private mutating func emit(
    messagesOf record: borrowing RecordReader, _ headers: PacketHeaders, _ part: RowMeaning.Part,
    _ matcher: PlanMatcher
  ) {
    guard case .tcp(let header) = headers.transport else {
      emit(DecodedPacket(record, headers, asking: part.content), part.meaning, matcher)
      return
    }
    guard let payload = headers.payload(in: record.packet) else {
      // The header says that it is longer than what was captured.
      matcher.count(part.meaning, messages: 0)
      return
    }
    let segment = StreamSegment(
      record, headers, header, part.content, captured: payload.byteCount)
    var messages: UInt64 = 0
    streams.feed(segment, payload, part.content.framing) { message in
      messages += 1
      let packet = DecodedPacket(
        record.completing(message), headers, asking: part.content, knowing: heads)
      emit(packet, part.meaning, matcher)
    }
    matcher.count(part.meaning, messages: messages)
  }

  /// Finishes the matching of some rules that want a packet, and emits their events.
  private mutating func emit(
    _ packet: borrowing DecodedPacket, _ wanted: RowMeaning, _ matcher: PlanMatcher
  ) {
    if wanted.questions == .none || isDone {
      emit(packet, wanted)
    } else {
      let left = matcher.decide(wanted, packet, &lender) { completeOwner(&$0, matcher.generation) }
      emit(packet, left)
    }
  }

  /// Emits the events of a packet that rules want.
  private mutating func emit(_ packet: borrowing DecodedPacket, _ meaning: RowMeaning) {
    for index in meaning.wants.indices {
      unsafe Uncounted(meaning.wants[index]).use { emit(packet, $0) }
    }
  }

  /// Emits one event of a packet, if the packet gives it.
  private mutating func emit(_ packet: borrowing DecodedPacket, _ want: RowMeaning.Want) {
    if isDone {
      want.counts.afterLimit += 1
      return
    }
    switch packet.verdict(on: want.kind, want.role) {
    case .given:
      if want.isOnlyFed {
        want.counts.fed += 1
      } else {
        outputs.append(packet, want)
        want.counts.emitted += 1
        if want.isShown { counts.events += 1 }
      }
      if want.isFed {
        signatures?.take(packet, want.kind, want.feeds, generation: packet.record.generation)
      }
    case .other:
      want.counts.rejected += 1
    case .undecodable(let fault):
      want.counts.faults[fault] += 1
      counts.undecodable += 1
    }
  }

  /// Gives what signatures found to the outputs.
  private mutating func emitFindings() {
    guard let signatures else { return }
    for finding in signatures.takeFindings() {
      if !isDone {
        let showings = findingLabels.showings(of: finding, outputs)
        signatures.retained.withPacket(finding.event) { packet in
          outputs.append(finding, of: packet, to: showings)
        }
        findings += 1
        counts.events += 1
        findingTally?[
          .init(signature: finding.signature.name, policies: finding.policies), default: 0] += 1
      }
      signatures.retained.release(finding.event)
    }
  }

  /// Takes the names of the signatures whose state went with a plan since the last time.
  mutating func takeDroppedSignatures() -> [String] {
    defer { dropped = [] }
    return dropped
  }

  /// Notes that time has passed without an event, by the clock of events: what is missing by now is found.
  mutating func advance(to time: UInt64) {
    guard let signatures else { return }
    signatures.advance(to: time)
    if signatures.hasFindings { emitFindings() }
  }

  /// Lets signatures take what they still wait with, because no other event comes.
  ///
  /// - Returns: what there is to say about programs, as sentences.
  @discardableResult
  mutating func finishSignatures() -> [String] {
    guard let signatures else { return [] }
    signatures.finish()
    if signatures.hasFindings { emitFindings() }
    for program in programs { program.finish { takeClaims() } }
    for program in programs { program.stop() }
    return programs.flatMap { $0.takeNotices() }
  }

  /// Writes what waits for programs, takes what they found, and starts those again that have ended.
  ///
  /// - Returns: what there is to say, as sentences.
  mutating func servePrograms() -> [String] {
    var notices: [String] = []
    for program in programs {
      program.serve()
      notices += program.takeNotices()
      if let lost = program.takeEnding() {
        if let gap = signatures?.gap(of: program, lost, at: BootClock.bootTime) {
          outputs.append(gap)
        }
      }
    }
    takeClaims()
    return notices
  }

  private mutating func takeClaims() {
    guard let signatures else { return }
    signatures.takeClaims()
    if signatures.hasFindings { emitFindings() }
  }

  private func matcher(of generation: UInt32) -> Uncounted<PlanMatcher>? {
    for index in matchers.indices where matchers[index].generation == generation {
      return unsafe Uncounted(matchers[index])
    }
    return nil
  }
}

/// What an emitter counted since it was made.
public struct EmitterCounts: Equatable, Sendable {
  /// The number of records that were consumed, whatever came of them.
  public var records: UInt64 = 0
  /// The number of records whose lengths or offsets contradict each other, which were skipped.
  public var malformed: UInt64 = 0
  /// Records of a plan that is not there.
  public var withoutPlan: UInt64 = 0
  /// Events that a packet should have given and did not, for what they show is cut off or malformed.
  public var undecodable: UInt64 = 0
  /// Events emitted.
  ///
  /// Each output says how many of them it wrote and lost.
  public var events: UInt64 = 0
}
