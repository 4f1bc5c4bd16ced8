// SPDX-License-Identifier: Apache-2.0

public import Policy
import System

/// Plans in force, one after the other: the kernel side, what finishes its records, and the wait for signals.
public struct TraceRun: ~Copyable {
  var tracer: Tracer
  var emitter: Emitter
  var generations: Generations
  var processes: ProcessTable?
  let completion: OwnerCompletion
  private let signals: Signals
  let ringBytes: UInt64
  private var unknownCgroups = UnknownCgroups()

  /// What there is to say about outputs while tracing goes on: sentences for people.
  public var notice: (String) -> Void = { _ in }

  private var gaps = RingGaps()

  /// Where the ledger is written to while tracing goes on, and at the end.
  public var statsFile: StatsFile?
  /// Reads the policies again, on any thread, when SIGHUP asks for it; nil: SIGHUP does nothing.
  public var reader: (@Sendable () -> PlanReading)?
  /// Reads the policies again when it notices that they have changed.
  public var watch: PathWatch?
  /// Is told what came of reading the policies again.
  public var report: (ReloadReport) -> Void = { _ in }
  /// Is given the ledger when SIGUSR1 asks for it.
  public var reportLedger: (Ledger) -> Void = { _ in }

  /// What the first plan costs, as the ready line says it.
  public let readiness: Readiness
  /// What the plan that decides costs.
  var current: Readiness

  /// Which policies are in force, and where they come from.
  var inForce: InForce
  /// Where the metrics are written to while tracing goes on, and at the end.
  public var metricsFile: StatsFile?
  /// The connection to systemd, which is told of readiness, reloads and the watchdog; nil without systemd.
  public var notifier: ServiceNotifier?
  /// Keeps the files of a set that is in force, with its generation, on any thread.
  public var keep: (@Sendable ([SourceFile], UInt32) -> Void)?
  /// What does not change while this runs; nil when nobody asks.
  var facts: TracerFacts?
  var server: ControlServer?
  /// Whether somebody has asked to stop.
  var isStopping = false

  /// The hooks in the place of which something else is used, or nothing.
  public var fallbacks: [HookReport] { tracer.hooks.filter { $0.isFallback || $0.used == nil } }

  /// The number of the first plan of a process.
  private static let firstGeneration: UInt32 = 1

  /// Loads the programs with a plan in force.
  ///
  /// Packets are recorded from then on.
  public init(
    _ plan: TracePlan, outputs: [Output], programs: [SignatureProgram] = [],
    eventLimit: UInt64 = .max, options: Tracer.Options
  ) throws(TraceError) {
    let place = options.filters
    let makeTables: @Sendable (TracePlan, UInt32) -> KernelTables = { plan, generation in
      KernelTables(plan, generation: generation, filters: place)
    }
    let tables = makeTables(plan, Self.firstGeneration)
    let signals = try TraceError.wrapping { () throws(SystemError) in try Signals() }
    let generations = try TraceError.wrapping { () throws(SystemError) in
      try Generations(plan, tables: makeTables)
    }
    tracer = try TraceError.wrapping { () throws(SystemError) in
      try Tracer(tables, options: options)
    }
    self.signals = signals
    ringBytes = UInt64(options.ringBytes)
    self.generations = generations
    completion = OwnerCompletion(tracer.knownCgroups)
    emitter = Emitter(outputs: outputs)
    emitter.eventLimit = eventLimit
    emitter.programs = programs
    let positions = tracer.streamPositions
    emitter.tell { positions.put($0) }
    readiness = Readiness(plan, tables)
    current = readiness
    inForce = InForce(PlanReading(plan: plan, remarks: ""))
    emitter.completeOwner = { [completion] owner, _ in completion.complete(&owner) }
    emitter.outputs.take(cgroupPath: { [completion] in completion.path(of: $0) })
    if tables.undecided.contains(where: \.asksForProcesses) { keepProcesses() }
    take(plan, tables.undecided, DatagramTables(tables), Self.firstGeneration)
  }

  /// Traces until a signal comes, the time is over, enough events were emitted, or the reader of standard output is gone.
  ///
  /// Then the programs are detached, and what the ring still holds is emitted.
  ///
  /// - Parameter duration: how long to trace; nil for as long as it takes.
  public mutating func run(for duration: Duration?) throws(TraceError) {
    let deadline = duration.map { ContinuousClock.now.advanced(by: $0) }
    var failure: TraceError?
    notifyReady()
    do throws(TraceError) {
      try trace(until: deadline)
    } catch { failure = error }
    notifier?.stopping()
    server?.stop()
    do throws(SystemError) { try tracer.detach() } catch { failure = failure ?? .kernel(error) }
    // Also after an error: what is left is then counted as lost.
    do throws(TraceError) { try drain() } catch { failure = failure ?? error }
    for text in emitter.finishSignatures() { notice(text) }
    do throws(OutputError) { _ = try emitter.outputs.finish() } catch {
      failure = failure ?? .output(error)
    }
    tellNotices()
    do throws(TraceError) { try writeStats() } catch { failure = failure ?? error }
    do throws(TraceError) { try writeMetrics() } catch { failure = failure ?? error }
    if let failure { throw failure }
  }

  private mutating func trace(until deadline: ContinuousClock.Instant?) throws(TraceError) {
    let wakeups = emitter.outputs.all.compactMap { $0.wakeup?.descriptor }
    let watched = watch.map { [$0.descriptor] } ?? []
    let others = [signals.descriptor, generations.mailbox.descriptor] + watched + wakeups
    var rest: Int32?
    try noticeGap(isIdle: true)
    while !emitter.isDone {
      let isFull = mustWait
      let isResting = rest != nil && !isFull
      let limit = milliseconds(until: deadline, atMost: isFull ? fullRest : rest)
      let ready = try TraceError.wrapping { () throws(SystemError) in
        try tracer.wait(
          orFor: emitter.programs.isEmpty ? others : others + programDescriptors,
          forRecords: !isFull && !isResting, milliseconds: limit
        )
      }
      let start = tracer.ringPositions.read
      let count = try consumeBatch()
      rest = Self.rest(after: count, bytes: tracer.ringPositions.read - start, ring: ringBytes)
      // The ring is empty: whatever happened until now was seen.
      if count == 0, !mustWait { emitter.advance(to: BootClock.bootTime) }
      try noticeGap(isIdle: count < Self.batchLimit)
      if ready.contains(where: wakeups.contains) { tellNotices() }
      if !emitter.programs.isEmpty { for text in emitter.servePrograms() { notice(text) } }
      do throws(OutputError) {
        if try emitter.outputs.flush() == .readerGone { return }
      } catch { throw .output(error) }
      if statsFile?.isDue() == true { try keepStats() }
      if metricsFile != nil { try keepMetrics() }
      if notifier != nil { notifier?.beat() }
      if watch?.isDue() == true { reload(.changes) }
      if ready.contains(generations.mailbox.descriptor) { try takeMessages() }
      if isStopping { return }
      forgetFinished()
      if ready.contains(signals.descriptor), try !heedSignals() { return }
      if let deadline, deadline <= .now { return }
    }
  }

  /// Does what signals ask for; false when they ask to stop.
  private mutating func heedSignals() throws(TraceError) -> Bool {
    while let request = signals.next() {
      switch request {
      case .stop: return false
      case .reload:
        for output in emitter.outputs.all { output.reopen() }
        reload(.order)
      case .totals: reportLedger(try ledger())
      }
    }
    return true
  }

  /// Emits what is in the ring, while outputs that lose nothing take it.
  private mutating func drain() throws(TraceError) {
    var isLeft = true
    while isLeft {
      let count = try consumeBatch()
      emitter.outputs.push()
      let isFull = emitter.outputs.isFull
      if isFull { emitter.outputs.awaitRoom() }
      isLeft = isFull || count == Self.batchLimit
    }
    try noticeGap(isIdle: true)
  }

  /// Has the outputs say what their readers do not see, when the ring had no room since the last time.
  ///
  /// - Parameter isIdle: whether the ring is empty, so that nothing may bring us back here soon.
  private mutating func noticeGap(isIdle: Bool) throws(TraceError) {
    guard isIdle || gaps.isDue, !mustWait else { return }
    do throws(SystemError) {
      let counts = try tracer.counts()
      let unknown = unknownCgroups.notice(counts.cgroupsUnknown, limit: tracer.cgroupLimit)
      if let unknown { notice(unknown) }
      let full = counts.ringFull
      guard gaps.isNew(full) else { return }
      emitter.signatures?.noteLoss(at: BootClock.bootTime)
      emitter.outputs.append(gaps.gap(full, emitter.ruleAccounts(ringFull: try losses())))
    } catch { throw .kernel(error) }
  }

  private func tellNotices() {
    for output in emitter.outputs.all {
      output.wakeup?.clear()
      for text in output.takeNotices() { notice(text) }
    }
  }

  /// Takes what is in the ring, up to ``batchLimit`` records, and says how many there were.
  private mutating func consumeBatch() throws(TraceError) -> Int {
    guard !mustWait else { return 0 }
    var count = 0
    do throws(SystemError) {
      try tracer.consume { record in
        count += 1
        if let processes, let change = ProcessRecord(record) {
          processes.apply(change)
        } else {
          emitter.consume(record)
        }
        return count < Self.batchLimit && !mustWait
      }
    } catch { throw .kernel(error) }
    return count
  }
}
