// SPDX-License-Identifier: Apache-2.0

import Policy
import System

extension TraceRun {
  /// Reads the policies again, as soon as there is room for another plan, and once more if they are being read.
  mutating func reload(_ reason: Generations.Reason) {
    generations.wanted = generations.wanted == .order ? .order : reason
    if reason == .order { notifier?.reloading() }
    startReload()
  }

  /// The reading, the compiling and the loading are another thread's, so that the ring is emptied meanwhile.
  mutating func startReload() {
    let next = tracer.generation + 1
    guard let reason = generations.wanted, !generations.isLoading, let reader,
      generations.hasRoom(for: next)
    else { return }
    generations.wanted = nil
    generations.isLoading = true
    let current = generations.current
    let tables = generations.tables
    let loader = tracer.loader
    let mailbox = generations.mailbox
    // Who asks from now on may have changed files that are being read: he gets the next answer.
    let asking = generations.asking
    generations.asking = []
    Threads.start {
      let reading = reader()
      var loading = Generations.Loading(
        reason: reason, asking: asking, result: .refused, reading: reading)
      if let plan = reading.plan {
        loading.result =
          plan == current
          ? .unchanged : loader.load(plan, next, tables: tables, current: current)
      }
      mailbox.leave(.read(loading))
    }
  }

  /// Takes what other threads have done.
  mutating func takeMessages() throws(TraceError) {
    for message in generations.mailbox.take() {
      switch message {
      case .read(let loading):
        generations.isLoading = false
        try finish(loading)
      case .freed(let generation, let failure):
        if let failure { throw .kernel(failure) }
        try noteEnd(of: generation)
      case .asked(let question): try heed(question)
      }
    }
    startReload()
  }

  private mutating func finish(_ loading: Generations.Loading) throws(TraceError) {
    let outcome: ReloadReport.Outcome
    switch loading.result {
    case .unchanged: outcome = .unchanged
    case .refused: outcome = .refused
    case .failed(let error): outcome = .failed(error)
    case .loaded(let plan, let undecided, let datagrams, let readiness, let loaded):
      let change = PlanChange(from: generations.current, to: plan)
      do throws(SystemError) {
        try putInForce(plan, undecided, datagrams, loaded)
        current = readiness
        outcome = .reloaded(change, readiness)
      } catch { outcome = .failed(error) }
    }
    conclude(loading, outcome, isNews: generations.isNews(loading))
  }

  private mutating func putInForce(
    _ plan: TracePlan, _ undecided: [Undecided], _ datagrams: DatagramTables?,
    _ loaded: PlanLoader.LoadedPlan
  ) throws(SystemError) {
    if !tracer.recordsProcesses, undecided.contains(where: \.asksForProcesses) { keepProcesses() }
    take(plan, undecided, datagrams, loaded.generation)
    let before: OutgoingPlan
    do throws(SystemError) {
      before = try tracer.activate(loaded)
    } catch {
      forget(loaded.generation, ringFull: [])
      throw error
    }
    generations.outgoing.append(
      Generations.Outgoing(
        generation: before.generation, rules: generations.current.rules.count))
    generations.current = plan
    let mailbox = generations.mailbox
    Threads.start {
      var failure: SystemError?
      do throws(SystemError) { try before.free() } catch { failure = error }
      mailbox.leave(.freed(generation: before.generation, failure))
    }
  }

  /// From now on remembers who descends from whom.
  mutating func keepProcesses() {
    let table = processes ?? ProcessTable(complete: completion.complete)
    table.forgetProcesses()
    processes = table
    emitter.completeOwner = { [completion] owner, generation in
      completion.complete(&owner)
      table.describe(&owner, generation: generation)
    }
  }

  /// No plan that is there asks about processes any more.
  private mutating func forgetProcesses() {
    processes?.forgetProcesses()
    emitter.completeOwner = { [completion] owner, _ in completion.complete(&owner) }
  }

  /// Makes a plan known to whoever judges its records.
  mutating func take(
    _ plan: TracePlan, _ undecided: [Undecided], _ datagrams: DatagramTables?,
    _ generation: UInt32
  ) {
    emitter.add(plan, undecided: undecided, datagrams: datagrams, generation: generation)
    processes?.add(plan, generation: generation)
  }

  private mutating func forget(_ generation: UInt32, ringFull: [UInt64]) {
    emitter.remove(generation: generation, ringFull: ringFull)
    processes?.remove(generation: generation)
  }

  /// No program decides by the plan any more: its records stand before the place where the ring is written now.
  private mutating func noteEnd(of generation: UInt32) throws(TraceError) {
    let found = generations.outgoing.firstIndex { $0.generation == generation }
    guard let place = found else { return }
    do throws(SystemError) {
      let losses = try tracer.losses(
        of: generation, rules: generations.outgoing[place].rules)
      try tracer.clearLosses(of: generation, losses)
      generations.outgoing[place].end = (tracer.ringPositions.written, losses)
    } catch { throw .kernel(error) }
  }

  /// Forgets the plans whose last record was consumed.
  mutating func forgetFinished() {
    let read = tracer.ringPositions.read
    for plan in generations.outgoing {
      guard let end = plan.end, end.position <= read else { continue }
      forget(plan.generation, ringFull: end.losses)
      generations.outgoing.removeAll { $0.generation == plan.generation }
      if generations.outgoing.isEmpty, !tracer.recordsProcesses { forgetProcesses() }
      // A reload may have waited for its place.
      startReload()
    }
  }
}

extension PlanLoader {
  /// Makes the tables of a plan and loads them.
  fileprivate func load(
    _ plan: TracePlan, _ generation: UInt32, tables: (TracePlan, UInt32) -> KernelTables,
    current: TracePlan
  ) -> Generations.Loading.Result {
    let made = tables(plan, generation)
    do throws(SystemError) {
      let loaded = try load(made) { tables(current, generation - 1) }
      return .loaded(
        plan, made.undecided, DatagramTables(made), Readiness(plan, made), loaded)
    } catch { return .failed(error) }
  }
}
