import Glibc
public import Policy
public import System

/// A plan over a capture: the frames become the records that the kernel would have made of them, and go the same way.
///
/// A capture does not say whose its packets are, so that only rules without a scope can match, unless ``owners`` tell it or
/// comments that `-o pcap` wrote. Where it does not say which
/// way a packet went either, the packet counts as one that arrives.
public struct ReplayRun: ~Copyable {
  private var emitter: Emitter
  private var reader: CaptureReader
  private let classifier: TableClassifier
  private let record: ReplayRecord
  private let comments = KnownComment()
  /// Whether the record has an owner.
  private var isOwned = false
  private var scopes: ReplayScopes
  private var counts = ReplayCounts()
  /// Whose the packets are.
  public var owners = ReplayOwners()
  /// Packets whose owner is known.
  public private(set) var owned: UInt64 = 0
  /// Packets without a transport, counted as the kernel does.
  private var hidings = KernelCounts()
  /// What a plan costs, as the ready line says it.
  public let readiness: Readiness
  /// The policies with rules that ask whose packet it is, in load order: these rules match nothing.
  public let policiesOfOwners: [String]
  /// Whether a rule asks which way a packet went.
  public let asksDirection: Bool
  /// Is told now and then how many bytes of the capture were read.
  public var progress: (UInt64) -> Void = { _ in }
  /// Is told what there is to say about the outputs, as sentences.
  public var notice: (String) -> Void = { _ in }

  /// Makes ready to read a capture.
  public init(
    _ plan: TracePlan, _ reader: consuming CaptureReader, outputs: [Output],
    eventLimit: UInt64 = .max
  ) {
    self.init(ReplayPlan(plan), reader, outputs: outputs, eventLimit: eventLimit)
  }

  /// Makes ready to read a capture by a plan whose tables are made.
  init(
    _ plan: ReplayPlan, _ reader: consuming CaptureReader, outputs: [Output],
    eventLimit: UInt64 = .max, streams limits: Streams.Limits = Streams.Limits(),
    tallies: Bool = false
  ) {
    classifier = plan.classifier
    record = ReplayRecord(rowWords: plan.rowWords)
    emitter = Emitter(outputs: outputs, Streams(limits))
    emitter.eventLimit = eventLimit
    emitter.add(
      plan.plan, undecided: plan.undecided, generation: ReplayRecord.generation, tallies: tallies)
    scopes = ReplayScopes(plan.plan.rules)
    readiness = plan.readiness
    policiesOfOwners = plan.policiesOfOwners
    asksDirection = plan.plan.rules.contains { $0.filters.contains { $0.field == .direction } }
    self.reader = reader
  }

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
      replay()
      while emitter.outputs.isFull {
        guard stop?.allowsWaiting(for: wakeups) ?? true else { return }
        if stop == nil { emitter.outputs.awaitRoom() }
        tellNotices()
        if try emitter.outputs.flush() == .readerGone { return }
      }
    }
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

  /// Gives the frame that was read to the emitter, when a rule wants its packet.
  private mutating func replay() {
    let frame = reader.frame
    counts.frames += 1
    guard let link = frame.link else {
      counts.unknownLink += 1
      return
    }
    let input = reader.input
    let bytes = input.bytes.extracting(frame.place)
    guard let view = LinkView(bytes, link) else {
      counts.notIP += 1
      return
    }
    let captured = bytes.extracting(droppingFirst: view.offset)
    let length = LinkView.length(of: captured, room: frame.length - view.offset)
    let packet = captured.extracting(first: length)
    guard let headers = PacketHeaders(packet) else {
      counts.malformed += 1
      return
    }
    if let hidden = headers.hiddenTransport(in: packet) { hidings.count(hidden) }
    let direction = frame.direction ?? view.direction
    if direction == nil { counts.undirected += 1 }
    let owner = owner(of: headers)
    let wanting = classifier.row(of: headers, packet, direction ?? .ingress, scope: owner?.scope)
    guard
      wanting != nil
        || classifier.readsOther(
          than: headers, packet, direction?.other ?? .ingress, scope: owner?.scope)
    else {
      counts.unwanted += 1
      return
    }
    let record = record
    if owner != nil || isOwned {
      record.fill(owner?.owner, number: owner?.number ?? 0)
      isOwned = owner != nil
    }
    record.fill(
      packet, headers, row: wanting ?? Row(), time: frame.time, length: length,
      direction: direction ?? .ingress,
      interface: view.interface == 0 ? frame.interface : view.interface)
    guard wanting != nil else {
      counts.unwanted += 1
      emitter.follow(record.bytes)
      return
    }
    counts.wanted += 1
    emitter.consume(record.bytes)
  }

  /// Whose the frame is, when something tells it.
  private mutating func owner(of headers: PacketHeaders) -> ReplayScopes.Known? {
    var owner = owners.owner(of: headers)
    if owner == nil, let comment = reader.frame.comment {
      owner = comments.owner(in: reader.input.bytes.extracting(comment))
    }
    guard let owner else { return nil }
    owned += 1
    return scopes.known(owner)
  }

  /// How often events were emitted for which policies; nothing unless that is counted.
  var tally: EventTally { emitter.tally(generation: ReplayRecord.generation) }

  /// What became of all frames so far.
  public var ledger: ReplayLedger {
    var kernel = hidings
    kernel.unwanted = counts.unwanted + counts.malformed
    kernel.submitted = counts.wanted
    kernel.malformed = counts.malformed
    return ReplayLedger(
      counts: counts, faults: reader.faults,
      ledger: Ledger(kernel: kernel, emitter: emitter, ringFull: [:]))
  }
}

/// What became of the frames of a capture.
public struct ReplayCounts: Equatable, Sendable {
  /// Frames that could be read.
  public var frames: UInt64 = 0
  /// Of these, those of a link type that is not known.
  public var unknownLink: UInt64 = 0
  /// Of these, those that carry no IP.
  public var notIP: UInt64 = 0
  /// Of these, those whose IP header is not all there, or none.
  public var malformed: UInt64 = 0
  /// Packets that no rule wanted.
  public var unwanted: UInt64 = 0
  /// Packets that a rule wanted.
  public var wanted: UInt64 = 0
  /// Packets of which the capture does not say which way they went.
  public var undirected: UInt64 = 0
}

/// What became of everything in a capture.
public struct ReplayLedger: Sendable, CustomStringConvertible {
  /// What became of the frames.
  public let counts: ReplayCounts
  /// What could not be read.
  public let faults: CaptureFaults
  /// What became of the packets and events, as after tracing.
  public let ledger: Ledger

  /// The words of the ledger line.
  public var description: String {
    "frames \(counts.frames): not IP \(counts.notIP), link type not known \(counts.unknownLink), "
      + "malformed \(counts.malformed), unwanted \(counts.unwanted), wanted \(counts.wanted); "
      + "events \(ledger.emitted), rejected \(ledger.rejected), "
      + "undecodable \(ledger.undecodable), lost \(ledger.lost)"
      + Self.words("undecodable by", DecodingFault.allCases.map { ($0.words.name, faults($0)) })
      + Self.words(
        "messages over segments", ledger.messages.words.filter { $0.name != "assembled" })
      + Self.words(
        "without a transport",
        [
          ("fragments", ledger.kernel.fragments), ("buried", ledger.kernel.buried),
          ("cut off", ledger.kernel.cutOff),
        ])
  }

  private func faults(_ fault: DecodingFault) -> UInt64 {
    ledger.events.reduce(0) { $0 + $1.counts.faults[fault] }
  }

  /// The numbers that are not 0; nothing when all are.
  private static func words(_ title: String, _ counts: [(name: String, count: UInt64)]) -> String {
    let words = counts.filter { $0.count > 0 }.map { "\($0.name) \($0.count)" }
    return words.isEmpty ? "" : "; \(title): \(words.joined(separator: ", "))"
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
