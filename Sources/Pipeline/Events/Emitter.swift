// SPDX-License-Identifier: Apache-2.0

public import Policy

/// Turns the kernel's records into lines of all outputs.
///
/// Records are judged by the plan of their generation, so several plans can be there at once. Nothing is allocated for
/// an event once its row has been seen, unless a clause of it was left to user space; not even in a debug build, which is
/// why arrays are walked by their indices here.
public struct Emitter: ~Copyable {
  /// The counts of records and events since the emitter was created.
  public internal(set) var counts = EmitterCounts()
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
  /// What was found by signatures and emitted.
  var found = EmittedFindings()

  /// The plans that are there.
  private(set) var matchers: [PlanMatcher] = []
  /// What was counted for plans that are gone.
  private(set) var retired = RetiredCounts()
  private var lender = FieldLender()
  let streams: Streams
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
    found.labels = FindingLabels(labels)
    guard !plan.uses.isEmpty else { return }
    if tallies { found.tally = found.tally ?? [:] }
    if plan.previewed != nil { found.notePreview() }
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
    retired.add(matcher.plan, counts, ringFull: ringFull)
    found.dropped += signatures?.remove(generation: generation) ?? []
    return counts.rules
  }

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
        let content = meaning.parts[index].content
        unsafe Uncounted(meaning.parts[index].meaning).use {
          emit(messagesOf: record, headers, content, $0, matcher)
        }
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
    messagesOf record: borrowing RecordReader, _ headers: PacketHeaders,
    _ content: ContentProtocol, _ meaning: RowMeaning, _ matcher: PlanMatcher
  ) {
    guard case .tcp(let header) = headers.transport else {
      emit(DecodedPacket(record, headers, asking: content), meaning, matcher)
      return
    }
    guard let payload = headers.payload(in: record.packet) else {
      // The header says that it is longer than what was captured.
      matcher.count(meaning, messages: 0)
      return
    }
    let segment = StreamSegment(record, headers, header, content, captured: payload.byteCount)
    var messages: UInt64 = 0
    let (streams, heads) = unsafe (Uncounted(streams), Uncounted(heads))
    streams.use { streams in
      streams.feed(segment, payload, content.framing) { message in
        messages += 1
        heads.use { heads in
          let packet = DecodedPacket(
            record.completing(message), headers, asking: content, knowing: heads)
          if let number = packet.headNumber { streams.framing = heads.framing(of: number) }
          emit(packet, meaning, matcher)
        }
      }
    }
    matcher.count(meaning, messages: messages)
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

  private func matcher(of generation: UInt32) -> Uncounted<PlanMatcher>? {
    for index in matchers.indices where matchers[index].generation == generation {
      return unsafe Uncounted(matchers[index])
    }
    return nil
  }
}
