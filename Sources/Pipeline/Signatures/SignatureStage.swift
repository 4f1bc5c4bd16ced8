// SPDX-License-Identifier: Apache-2.0

import Policy
import System

/// Watches the events that signatures select, in order of time, and finds.
///
/// It stands between matching and outputs. Of an event that no signature selects it is not asked. Findings wait in
/// ``findings`` for whoever gives them to the outputs.
final class SignatureStage {
  /// What was found and is to be shown, in order.
  var findings: [SignatureFinding] = []
  /// Events that there was no room to keep: signatures did not see them.
  private(set) var unseen: UInt64 = 0

  let retained: RetainedEvents
  var order: EventOrder
  var watchers: [Watcher?] = []
  private var plans: [Plan] = []
  /// The watchers that find by what does not happen.
  private var waiting: [Int] = []
  let clock: BootClock
  let seed: KeyHash.Seed
  var lender = FieldLender()
  var completions: [Completed] = []
  /// Of watchers that are gone, by policy and signature.
  private var retired = SignatureAccounts()
  /// When events were last lost, in ns; 0 for never.
  var lossTime: UInt64 = 0
  /// The programs that find.
  let programs: [ProgramFeed]
  /// The watchers of programs that the current event counts for.
  var told: [Int32] = []

  /// Who watches in a plan, and for each rule that feeds a signature what becomes of its events.
  private struct Plan {
    var generation: UInt32
    var places: [Int]
    var recipes: [[MemberRecipe]]
  }

  struct Completed {
    var watcher: Int
    var selection: Int
    var completion: Completion
    /// The data of the finding that completed it.
    var data: [String: FieldValue]?
    /// What a program found.
    var found: [FindingDatum]?
  }

  /// How long after an event one of an earlier time may come, in ns.
  static let lateness: UInt64 = 100_000_000
  /// The most bytes of events that are kept.
  static let memoryLimit = 64 << 20

  init(
    clock: BootClock, lateness: UInt64 = SignatureStage.lateness,
    memoryLimit: Int = SignatureStage.memoryLimit, seed: KeyHash.Seed = .random(),
    programs: [ProgramFeed] = []
  ) {
    self.programs = programs
    self.clock = clock
    self.seed = seed
    order = EventOrder(lateness: lateness)
    retained = RetainedEvents(limit: memoryLimit)
  }

  // MARK: plans

  /// Takes a plan; who watches for the same in the same policy goes on with what it remembers.
  func add(_ plan: TracePlan, generation: UInt32) {
    guard !plan.uses.isEmpty else { return }
    var places: [Int] = []
    for use in plan.uses {
      let signature = plan.signatures[use.signature]
      let policy = plan.policies[use.policy]
      let known = watchers.indices.first { index in
        guard let watcher = watchers[index], !places.contains(index) else { return false }
        return watcher.policy == policy && watcher.signature == signature
      }
      places.append(known ?? watchers.count)
      if known == nil {
        let program = programs.first { $0.path == signature.program }
        watchers.append(Watcher(signature, policy: policy, program: program))
      }
    }
    func recipes(_ feed: PlanRule.Feed) -> [MemberRecipe] {
      MemberRecipe.all(
        of: plan.signatures[plan.uses[feed.use].signature], selection: feed.selection,
        machine: Int32(places[feed.use]))
    }
    for (use, place) in zip(plan.uses, places) {
      watchers[place]?.adopt(
        use, feeds: use.feeds.map { .init(recipes: recipes($0.target), filters: $0.filters) })
    }
    plans.append(
      Plan(
        generation: generation, places: places,
        recipes: plan.rules.map { rule in rule.feed.map { recipes($0) } ?? [] }))
    waiting = watchers.indices.filter { watchers[$0]?.machine.findsWhatIsMissing == true }
  }

  /// Forgets a plan, and what those remember who watch for nothing any more.
  ///
  /// - Returns: the names of the signatures whose state is gone, each once.
  @discardableResult
  func remove(generation: UInt32) -> [String] {
    guard let index = plans.firstIndex(where: { $0.generation == generation }) else { return [] }
    let places = plans.remove(at: index).places
    let kept = Set(plans.flatMap(\.places))
    var dropped: [String] = []
    for place in places where !kept.contains(place) {
      guard let watcher = watchers[place] else { continue }
      let keys = watcher.machine.keys
      while let event = watcher.machine.abandon() { retained.release(event) }
      retired.add(watcher.account)
      watchers[place] = nil
      if keys > 0, !dropped.contains(watcher.signature.name) {
        dropped.append(watcher.signature.name)
      }
    }
    return dropped
  }

  /// What became of the events that signatures got, by policy and signature.
  var accounts: [SignatureAccount] {
    var accounts = retired
    for watcher in watchers { if let watcher { accounts.add(watcher.account) } }
    return accounts.all
  }

  /// Events that came too late to be put in order.
  var late: UInt64 { order.late }

  /// Whether somebody watches for something.
  var isWatching: Bool { !plans.isEmpty }

  // MARK: events

  /// Takes an event that signatures select.
  ///
  /// - Parameters:
  ///   - rules: the rules that want it for signatures, by number.
  ///   - generation: the plan whose rules they are.
  func take(
    _ packet: borrowing DecodedPacket, _ event: EventKind, _ rules: [Int], generation: UInt32
  ) {
    guard let plan = plans.firstIndex(where: { $0.generation == generation }) else { return }
    var kept = retained.keep(packet, event)
    while kept == nil, makeRoom() { kept = retained.keep(packet, event) }
    guard let place = kept else {
      unseen += 1
      return
    }
    for rule in rules.indices {
      for index in plans[plan].recipes[rules[rule]].indices {
        let recipe = plans[plan].recipes[rules[rule]][index]
        let isKeyed = recipe.observe(packet, seed, clock, &lender) { retained.add($0, to: place) }
        if !isKeyed { watchers[Int(recipe.machine)]?.machine.withoutKey += 1 }
      }
    }
    if rules.count > 1 { retained.sortObservations(place) }
    order.add(place, at: packet.record.time)
    pump()
  }

  /// Gives up what a program was given, or else processes the next event before its time; false when there is neither.
  private func makeRoom() -> Bool {
    for program in programs {
      guard let event = program.forgetOldest() else { continue }
      retained.release(event)
      return true
    }
    guard let next = order.next(isForced: true) else { return false }
    process(next.event, next.time)
    return true
  }

  /// Notes that time has passed without an event.
  func advance(to time: UInt64) {
    guard isWatching || !order.isEmpty else { return }
    order.advance(to: time)
    pump()
  }

  /// Takes what is left, because no other event comes.
  func finish() {
    while let next = order.next(isForced: true) { process(next.event, next.time) }
    expire(before: order.newest)
  }

  /// Notes that events of this time were lost.
  func noteLoss(at time: UInt64) { lossTime = max(lossTime, time) }

  /// When there is something to do although nothing comes, by the clock of events; nil when there is nothing.
  var wakeTime: UInt64? {
    let deadline = nextDeadline().map { $0.time &+ 1 }
    let first = order.firstTime
    guard let next = [deadline, first].compactMap({ $0 }).min() else { return nil }
    return next &+ order.lateness
  }

  /// Takes the findings that are ready.
  func takeFindings() -> [SignatureFinding] {
    defer { findings.removeAll() }
    return findings
  }

  private func pump() {
    while let next = order.next() { process(next.event, next.time) }
    expire(before: order.settled)
  }

  private func process(_ event: UInt32, _ time: UInt64) {
    expire(before: time)
    let serial = retained.serial(event)
    for index in 0..<retained.observationCount(event) {
      let observation = retained.observation(index, of: event)
      guard let watcher = watchers[Int(observation.machine)] else { continue }
      if watcher.program != nil {
        if !told.contains(observation.machine) { told.append(observation.machine) }
        continue
      }
      if watcher.machine.awaits(observation) { retained.hold(event) }
      let completion = watcher.machine.take(
        observation, at: time, serial: serial, event: event
      ) { retained.release($0) }
      if let completion {
        completions.append(
          Completed(
            watcher: Int(observation.machine), selection: watcher.selection(of: observation.member),
            completion: completion))
      }
    }
    if !completions.isEmpty { complete(event, time) }
    if !told.isEmpty { tell(event) }
    retained.release(event)
  }

  private func nextDeadline() -> (watcher: Int, time: UInt64)? {
    var next: (watcher: Int, time: UInt64)?
    for index in waiting {
      guard let deadline = watchers[index]?.machine.deadline else { continue }
      if next == nil || deadline < next?.time ?? 0 { next = (index, deadline) }
    }
    return next
  }

  /// Finds what is missing: events whose time is over, and that nothing followed.
  private func expire(before time: UInt64) {
    if waiting.isEmpty { return }
    while let (index, deadline) = nextDeadline(), deadline < time {
      guard let watcher = watchers[index], let (event, completion) = watcher.machine.expire() else {
        return
      }
      order.pass(to: deadline)
      if let completion {
        completions.append(
          Completed(watcher: index, selection: watcher.selection(of: 0), completion: completion))
        complete(event, deadline)
      }
      retained.release(event)
    }
  }
}
