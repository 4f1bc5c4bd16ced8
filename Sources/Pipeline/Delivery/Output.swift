// SPDX-License-Identifier: Apache-2.0

import Glibc
import Policy
public import System

/// One destination that is open, and the lines that wait for it.
///
/// Lines are written by a thread of the output's own, so that a destination that takes its time keeps nobody else
/// waiting. What may wait is bounded: see ``Destination/onFull``.
public final class Output {
  /// What was asked for.
  public let destination: Destination
  /// What tells the times of events.
  let clock: BootClock

  /// What waits for the thread; nil when events are only counted.
  private let queue: OutputQueue?
  /// Turns events into bytes; nil when they are only counted.
  private let writer: EventWriter?
  /// The same, for what every event does.
  private let eventWriter: Uncounted<EventWriter>?
  /// What is being filled.
  private var chunk: LineChunk { didSet { filling = unsafe Uncounted(chunk) } }
  /// The same, for what every event does.
  private var filling: Uncounted<LineChunk>
  /// Events that it should write.
  private var accepted: UInt64 = 0
  private var dropped = Losses()
  /// Events after it was given up.
  private var refused = Losses()
  /// What was dropped since the last line.
  private var gap: (losses: Losses, since: UInt64, until: UInt64)?
  private var isStopped = false
  /// What it had taken then.
  private var takenAtStop: Taken?
  private var isGivenUp = false
  /// Whether it takes something, since it was first found full; nil when it was not.
  private var taken: Taken?
  /// Whether events go on without it as long as it is full.
  private var isLeftBehind = false

  /// How far a chunk may grow while the emitter, which should look at ``isFull``, goes on: more than one packet can give.
  private static let hardLimit = 32 * LineChunk.limit
  /// How long it may take nothing before others do not wait for it.
  private static let longestStall = Duration.seconds(5)

  /// Opens a destination.
  ///
  /// A file is made with mode 0600 unless it exists, and lines are added at its end. A FIFO or a socket without a reader
  /// is tried again until there is one. A symbolic link is refused. From then on the process ignores SIGPIPE: a reader
  /// that goes away is an error of a write.
  ///
  /// - Parameters:
  ///   - clock: tells the times of events.
  ///   - style: how a table is printed.
  public convenience init(
    _ destination: Destination, clock: BootClock, style: TableStyle = TableStyle()
  ) throws(OutputError) {
    try self.init(destination, clock: clock, style: style, sender: destination.sender)
  }

  /// Opens a destination whose events a sender hands over; nil where lines are written as they are.
  init(
    _ destination: Destination, clock: BootClock, style: TableStyle = TableStyle(),
    sender: EventSender?
  ) throws(OutputError) {
    try destination.prepare()
    self.destination = destination
    self.clock = clock
    let first = LineChunk()
    chunk = first
    filling = unsafe Uncounted(first)
    writer = destination.format.writer(
      clock: clock, style: style, shape: destination.shape, additions: destination.additions)
    eventWriter = writer.map { unsafe Uncounted($0) }
    signal(SIGPIPE, SIG_IGN)
    guard let writer else {
      queue = nil
      return
    }
    let queue: OutputQueue
    do throws(SystemError) { queue = try OutputQueue() } catch {
      throw OutputError(operation: .start, place: destination.place, code: error.code)
    }
    if let sender {
      try SenderThread(sender, destination.place, queue).start()
    } else {
      try OutputWriter(destination.place, header: writer.header, queue).start()
    }
    self.queue = queue
  }

  deinit {
    guard !isStopped else { return }
    queue?.abandon()
    queue?.stop(chunk)
  }

  /// A descriptor that is readable when there is room again, or something to hear; nil for an output that never waits.
  var wakeup: WakeupPipe? { queue?.emitterWakeup }

  /// What became of the events that were meant for it.
  public var account: OutputAccount {
    var (written, unwritten) = queue?.counts ?? (accepted, Losses())
    unwritten += refused
    var losses = dropped
    losses += unwritten
    let efforts = queue?.efforts ?? (retries: 0, truncated: 0)
    return OutputAccount(
      name: destination.name, accepted: accepted, written: written,
      waiting: accepted - written - losses.count, dropped: dropped.count,
      unwritten: unwritten.count, retries: efforts.retries, truncated: efforts.truncated,
      losses: losses)
  }

  /// Has events of a generation show a set of policies, where they show any.
  func take(_ set: ShownSet) { writer?.take(set) }

  /// Has events show the paths of cgroups, where they show any; `cgroupPath` returns an empty text if it is not known.
  func take(cgroupPath: @escaping (UInt64) -> String) { writer?.take(cgroupPath: cgroupPath) }

  /// Adds an event that the label's policies want.
  func append(_ packet: borrowing DecodedPacket, as label: EventLabel) {
    guard makesRoom(for: label, at: packet.record.time), let eventWriter else { return }
    eventWriter.use { writer in filling.use { writer.append(packet, as: label, to: $0) } }
  }

  /// Adds a finding, with the packet of the event that completed it.
  func append(
    _ finding: SignatureFinding, _ packet: borrowing DecodedPacket, as label: EventLabel
  ) {
    guard makesRoom(for: label, at: packet.record.time), let writer else { return }
    writer.append(finding, packet, as: label, to: chunk)
  }

  /// Counts an event that it should write, and whether there is room for it; else it is lost.
  @inline(__always)
  private func makesRoom(for label: EventLabel, at time: UInt64) -> Bool {
    accepted += 1
    if eventWriter == nil { return false }
    if isGivenUp {
      refused.add(label.losses, 1)
      return false
    }
    if isChunkFull, !handOver() {
      if destination.onFull == .drop || isLeftBehind {
        drop(label, at: time)
        return false
      }
      if chunk.lines.count >= Self.hardLimit { awaitRoom() }
    }
    if gap != nil { appendGap() }
    return true
  }

  /// Whether its chunk should be handed over.
  private var isChunkFull: Bool { filling.use(\.isFull) }

  /// Ends a packet: it gives no further event.
  func endPacket(_ record: borrowing RecordReader) {
    guard let eventWriter else { return }
    eventWriter.use { writer in filling.use { writer.endPacket(record, to: $0) } }
  }

  /// Adds what the reader does not see, if it concerns this output.
  func append(_ gap: Gap) {
    guard chunk.lines.count < Self.hardLimit, let gap = gap.along(destination.route) else { return }
    write(gap)
  }

  private func write(_ gap: Gap) { writer?.append(gap, to: chunk) }

  private func drop(_ label: EventLabel, at time: UInt64) {
    dropped.add(label.losses, 1)
    var (losses, since, _) = gap ?? (Losses(), time, time)
    // So that nobody else holds the losses that are changed.
    gap = nil
    losses.add(label.losses, 1)
    gap = (losses, since, time)
  }

  private func appendGap() {
    guard let (losses, since, until) = gap else { return }
    gap = nil
    // It holds what is on the output's route, and only that.
    write(
      Gap(
        reason: .outputFull, count: losses.count, since: since, until: until,
        losses: losses.byLabel.map { key, count in
          Gap.Loss(policies: key.policies, event: key.event, count: count)
        }))
  }

  /// Whether nothing more should be added before there is room, lest events are lost or memory grows.
  @inline(__always)
  var isFull: Bool { isChunkFull && staysFull }

  @inline(never)
  private var staysFull: Bool { destination.onFull == .block && !isGivenUp && !handOver() }

  /// Says what becomes of events as long as it is full and others are not.
  ///
  /// - Parameter isPressed: whether others would lose something if they waited for it.
  /// - Returns: whether they go on without it: it has taken nothing for long, or they are pressed.
  func leaveBehind(_ isPressed: Bool) -> Bool {
    guard let queue else { return false }
    var taken = taken ?? Taken(queue, Self.longestStall)
    isLeftBehind = taken.isOver || isPressed
    self.taken = taken
    return isLeftBehind
  }

  /// Gives what waits to the writer, unless it is busy, and says what was dropped as soon as there is room.
  func flush() {
    if chunk.isFull, !handOver() { return }
    if gap != nil { appendGap() }
    if !chunk.isEmpty { _ = handOver() }
  }

  private func handOver() -> Bool {
    guard let queue, let empty = queue.exchange(chunk) else { return false }
    chunk = empty
    taken = nil
    isLeftBehind = false
    return true
  }

  /// Waits until it has room.
  ///
  /// - Parameter patience: how long it may take nothing before what waits is given up; nil for as long as it takes.
  func awaitRoom(patience: Duration? = nil) {
    guard let queue else { return }
    var taken = Taken(queue, patience)
    while isFull, !isGivenUp {
      queue.emitterWakeup.wait(milliseconds: taken.milliseconds)
      if taken.isOver { giveUp() }
    }
  }

  /// Has the path opened anew, so that a file that was renamed gets a successor.
  public func reopen() { queue?.reopen() }

  /// Why nothing more is written; nil while all is well.
  var ending: OutputEnding? { queue?.ending }

  /// What there is to say about it, as sentences, since the last time.
  func takeNotices() -> [String] { queue?.takeNotices() ?? [] }

  /// Gives the last lines to the writer, after which there are no others.
  func stop() {
    guard !isStopped else { return }
    isStopped = true
    if gap != nil { appendGap() }
    queue?.stop(chunk)
    takenAtStop = queue.map { Taken($0, nil) }
    chunk = LineChunk()
  }

  /// Whether its writer has come to its end.
  var isFinished: Bool { queue?.isFinished ?? true }

  /// Waits until everything is written.
  ///
  /// - Parameter patience: how long it may take nothing, from ``stop()`` on, before what is left is given up.
  func awaitEnd(patience: Duration) {
    guard let queue else { return }
    let patience = max(patience, destination.place.patience)
    var taken = takenAtStop ?? Taken(queue, patience)
    taken.patience = patience
    while !queue.isFinished {
      queue.emitterWakeup.wait(milliseconds: taken.milliseconds)
      guard taken.isOver else { continue }
      // A write that blocks in the kernel is not waited for a second time.
      if isGivenUp { return }
      giveUp()
      taken = Taken(queue, patience)
    }
  }

  private func giveUp() {
    isGivenUp = true
    queue?.abandon()
  }
}

/// Whether a queue's destination still takes something.
private struct Taken {
  private let queue: OutputQueue
  var patience: Duration?
  private var bytes: UInt64
  private var last = ContinuousClock.now

  init(_ queue: OutputQueue, _ patience: Duration?) {
    self.queue = queue
    self.patience = patience
    bytes = queue.bytes
  }

  /// How long to wait for the next look; -1 for as long as it takes.
  var milliseconds: Int32 {
    guard let patience else { return -1 }
    let left = (patience - last.duration(to: .now)) / .milliseconds(1)
    return Int32(max(1, min(left.rounded(.up), 60_000)))
  }

  /// Whether it took nothing for too long.
  var isOver: Bool {
    mutating get {
      if queue.bytes != bytes { (bytes, last) = (queue.bytes, .now) }
      guard let patience else { return false }
      return last.duration(to: .now) >= patience
    }
  }
}
