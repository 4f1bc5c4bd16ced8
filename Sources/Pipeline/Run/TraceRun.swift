public import Policy

/// A plan in force: the kernel side, what finishes its records, and the wait for signals.
public struct TraceRun: ~Copyable {
  private var tracer: Tracer
  private var emitter: Emitter
  private let signals: StopSignals
  private let plan: TracePlan
  private let processes: ProcessTable?

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
    let tables = KernelTables(plan, generation: Self.firstGeneration)
    let signals = try TraceError.wrapping { () throws(KernelError) in try StopSignals() }
    let needsProcesses = ProcessTable.isNeeded(by: plan)
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
    var isOver = false
    while !isOver {
      do throws(KernelError) {
        let wakeup = try tracer.wait(signals, milliseconds: Self.milliseconds(until: deadline))
        isOver = wakeup == .signal
      } catch { throw .kernel(error) }
      if let deadline, deadline <= .now { isOver = true }
      if try emitRecords() == .readerGone || emitter.isDone { isOver = true }
    }
    tracer.detach()
    _ = try emitRecords()
  }

  /// The longest that a wait can be, so that a clock that is set does not matter.
  private static func milliseconds(until deadline: ContinuousClock.Instant?) -> Int32 {
    guard let deadline else { return -1 }
    let left = ContinuousClock.now.duration(to: deadline)
    let milliseconds = left / .milliseconds(1)
    return Int32(max(0, min(milliseconds.rounded(.up), 1_000_000)))
  }

  private mutating func emitRecords() throws(TraceError) -> FlushOutcome {
    do throws(KernelError) {
      try consume()
    } catch { throw .kernel(error) }
    do throws(OutputError) {
      return try emitter.flush()
    } catch { throw .output(error) }
  }

  private mutating func consume() throws(KernelError) {
    try tracer.consume { record in
      if let processes, let change = ProcessRecord(record) {
        processes.apply(change)
      } else {
        emitter.consume(record)
      }
      return true
    }
  }

  /// What became of all packets so far.
  public func ledger() throws(TraceError) -> Ledger {
    let kernel: KernelCounts
    let losses: [UInt64]
    do throws(KernelError) {
      kernel = try tracer.counts()
      losses = try tracer.losses(rules: plan.rules.count)
    } catch { throw .kernel(error) }
    return Ledger(
      kernel: kernel, emitter: emitter.counts,
      rules: emitter.ruleCounts(generation: Self.firstGeneration), losses: losses,
      outputs: emitter.outputs)
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
