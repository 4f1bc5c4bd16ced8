public import Policy

/// A plan in force: the kernel side, what finishes its records, and the wait for signals.
public struct TraceRun: ~Copyable {
  private var tracer: Tracer
  private var emitter: Emitter
  private let signals: StopSignals
  private let plan: TracePlan
  private let processes: ProcessTable?

  /// What there is to say about outputs while tracing goes on: sentences for people.
  public var notice: (String) -> Void = { _ in }

  private var gaps = RingGaps()

  /// Where the ledger is written to while tracing goes on, and at the end.
  public var statsFile: StatsFile?

  /// What a plan costs, as the ready line says it.
  public let readiness: Readiness

  /// The number of the first plan of a process.
  private static let firstGeneration: UInt32 = 1

  /// Loads the programs with a plan in force.
  ///
  /// Packets are recorded from then on.
  public init(
    _ plan: TracePlan, outputs: [Output], eventLimit: UInt64 = .max, options: Tracer.Options
  ) throws(TraceError) {
    let tables = KernelTables(plan, generation: Self.firstGeneration, filters: options.filters)
    let signals = try TraceError.wrapping { () throws(KernelError) in try StopSignals() }
    let needsProcesses = ProcessTable.isNeeded(by: tables.undecided)
    let tracer = try TraceError.wrapping { () throws(KernelError) in
      var options = options
      options.recordsProcesses = needsProcesses
      return try Tracer(tables, options: options)
    }
    let completion = OwnerCompletion(tracer.knownCgroups)
    let processes = needsProcesses ? ProcessTable(plan, complete: completion.complete) : nil
    emitter = Emitter(outputs: outputs)
    emitter.eventLimit = eventLimit
    emitter.completeOwner = { owner in
      completion.complete(&owner)
      processes?.describe(&owner)
    }
    self.processes = processes
    emitter.add(plan, undecided: tables.undecided, generation: Self.firstGeneration)
    self.tracer = tracer
    self.signals = signals
    self.plan = plan
    readiness = Readiness(plan, tables)
  }

  /// Traces until a signal comes, the time is over, enough events were emitted, or the reader of standard output is gone.
  ///
  /// Then the programs are detached, and what the ring still holds is emitted.
  ///
  /// - Parameter duration: how long to trace; nil for as long as it takes.
  public mutating func run(for duration: Duration?) throws(TraceError) {
    let deadline = duration.map { ContinuousClock.now.advanced(by: $0) }
    var failure: TraceError?
    do throws(TraceError) {
      try trace(until: deadline)
    } catch { failure = error }
    tracer.detach()
    // Also after an error: what is left is then counted as lost.
    do throws(TraceError) { try drain() } catch { failure = failure ?? error }
    do throws(OutputError) { _ = try emitter.finish() } catch {
      failure = failure ?? .output(error)
    }
    tellNotices()
    do throws(TraceError) { try writeStats() } catch { failure = failure ?? error }
    if let failure { throw failure }
  }

  private mutating func trace(until deadline: ContinuousClock.Instant?) throws(TraceError) {
    let bells = emitter.outputs.compactMap { $0.bell?.descriptor }
    while !emitter.isDone {
      let limit = milliseconds(until: deadline)
      let isFull = emitter.isFull
      let wakeup = try TraceError.wrapping { () throws(KernelError) in
        try tracer.wait(signals, bells: bells, forRecords: !isFull, milliseconds: limit)
      }
      let count = try consumeBatch()
      try noticeGap(isIdle: count < Self.batchLimit)
      if wakeup == .output { tellNotices() }
      do throws(OutputError) {
        if try emitter.flush() == .readerGone { return }
      } catch { throw .output(error) }
      if statsFile?.isDue() == true { try writeStats() }
      if wakeup == .signal { return }
      if let deadline, deadline <= .now { return }
    }
  }

  /// Emits what is in the ring, while outputs that lose nothing take it.
  private mutating func drain() throws(TraceError) {
    var isLeft = true
    while isLeft {
      let count = try consumeBatch()
      emitter.push()
      let isFull = emitter.isFull
      if isFull { emitter.awaitRoom() }
      isLeft = isFull || count == Self.batchLimit
    }
    try noticeGap(isIdle: true)
  }

  /// Has the outputs say what their readers do not see, when the ring had no room since the last time.
  ///
  /// - Parameter isIdle: whether the ring is empty, so that nothing may bring us back here soon.
  private mutating func noticeGap(isIdle: Bool) throws(TraceError) {
    guard isIdle || gaps.isDue else { return }
    do throws(KernelError) {
      let full = try tracer.counts().ringFull
      guard gaps.isNew(full) else { return }
      let losses = try tracer.losses(rules: plan.rules.count)
      emitter.append(gaps.gap(full, losses, in: plan))
    } catch { throw .kernel(error) }
  }

  private func tellNotices() {
    for output in emitter.outputs {
      output.bell?.silence()
      for text in output.takeNotices() { notice(text) }
    }
  }

  /// Writes the ledger to ``statsFile``, if there is one.
  public func writeStats() throws(TraceError) {
    guard let statsFile else { return }
    let ledger = try ledger()
    do throws(OutputError) { try statsFile.write(ledger) } catch { throw .output(error) }
  }

  /// How long to wait in milliseconds, at most some minutes at once; -1 for as long as it takes.
  private func milliseconds(until deadline: ContinuousClock.Instant?) -> Int32 {
    let waits = [deadline.map { ContinuousClock.now.duration(to: $0) }, statsFile?.wait]
    guard let wait = waits.compactMap({ $0 }).min() else { return -1 }
    let left = wait / .milliseconds(1)
    return Int32(max(0, min(left.rounded(.up), 1_000_000)))
  }

  /// The records that are taken before signals and the time are looked at again, however many more there are.
  private static let batchLimit = 4096

  /// Takes what is in the ring, up to ``batchLimit`` records, and says how many there were.
  private mutating func consumeBatch() throws(TraceError) -> Int {
    var count = 0
    do throws(KernelError) {
      try tracer.consume { record in
        count += 1
        if let processes, let change = ProcessRecord(record) {
          processes.apply(change)
        } else {
          emitter.consume(record)
        }
        return count < Self.batchLimit && !emitter.isFull
      }
    } catch { throw .kernel(error) }
    return count
  }

  /// What became of all packets so far.
  public func ledger() throws(TraceError) -> Ledger {
    let kernel: KernelCounts
    let losses: [UInt64]
    do throws(KernelError) {
      kernel = try tracer.counts()
      losses = try tracer.losses(rules: plan.rules.count)
    } catch { throw .kernel(error) }
    return Ledger(kernel: kernel, emitter: emitter, ringFull: [Self.firstGeneration: losses])
  }
}

/// Why tracing ended before its time.
public enum TraceError: Error, CustomStringConvertible {
  case kernel(KernelError)
  case output(OutputError)

  fileprivate static func wrapping<Value: ~Copyable>(
    _ body: () throws(KernelError) -> Value
  ) throws(TraceError) -> Value {
    do throws(KernelError) { return try body() } catch { throw .kernel(error) }
  }

  /// One sentence: what failed, why, and what to do.
  public var description: String {
    switch self {
    case .kernel(let error): error.description
    case .output(let error): error.description
    }
  }
}
