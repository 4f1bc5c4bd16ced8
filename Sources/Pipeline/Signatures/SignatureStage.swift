// SPDX-License-Identifier: Apache-2.0

import Policy
import System

/// Watches the events that signatures select, in order of time, and finds.
///
/// It stands between matching and outputs. Of an event that no signature selects it is not asked. Findings wait in
/// ``takeFindings()`` for whoever gives them to the outputs.
@safe final class SignatureStage {
  /// What was found and is to be shown, in order.
  private var findings: [SignatureFinding] = []
  /// Events that there was no room to keep: signatures did not see them.
  private(set) var unseen: UInt64 = 0

  let retained: RetainedEvents
  let order: EventOrder
  private(set) var watchers: [Watcher?] = []
  /// What each event needs.
  private let hot: UnsafeMutablePointer<Hot>
  private var plans: [PlanFeeds] = []
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

  /// What each event needs stands apart, where nothing has to be guarded or counted when it is read.
  @unsafe private struct Hot {
    /// What an observation needs of each watcher.
    var targets: UnsafeMutableBufferPointer<Target>
    /// The plan that was asked for last.
    var feeds: Uncounted<PlanFeeds>?
    var generation: UInt32 = 0
    /// Whether some watcher finds by what does not happen.
    var isWaiting = false
    /// Whether there are more keys than the processor has at hand.
    var looksAhead = false
    /// Whether something was found that is not taken yet.
    var hasFindings = false
  }

  private struct Target {
    /// Of the watcher at the same place; nil when it is gone.
    var machine: Uncounted<Machine>?
    /// Whether a program finds instead of the machine.
    var isProgram: Bool
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
  /// The keys that the processor has at hand.
  private static let nearKeys = 4096
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
    unsafe hot = .allocate(capacity: 1)
    unsafe hot.initialize(to: Hot(targets: .allocate(capacity: 0)))
  }

  deinit {
    unsafe hot.pointee.targets.deallocate()
    unsafe hot.deallocate()
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
      PlanFeeds(
        generation: generation, places: places,
        recipes: plan.rules.map { rule in rule.feed.map { recipes($0) } ?? [] }))
    noteTargets()
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
    noteTargets()
    return dropped
  }

  private func noteTargets() {
    let targets = watchers.map { watcher in
      Target(
        machine: watcher.map { unsafe Uncounted($0.machine) }, isProgram: watcher?.program != nil)
    }
    unsafe hot.pointee.targets.deallocate()
    let memory = UnsafeMutableBufferPointer<Target>.allocate(capacity: targets.count)
    _ = unsafe memory.initialize(from: targets)
    waiting = watchers.indices.filter { watchers[$0]?.machine.findsWhatIsMissing == true }
    unsafe hot.pointee = unsafe Hot(
      targets: memory, isWaiting: !waiting.isEmpty, looksAhead: hot.pointee.looksAhead,
      hasFindings: hot.pointee.hasFindings)
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
    guard let feeds = feeds(of: generation) else { return }
    var kept = retained.keep(packet, event)
    while kept == nil, makeRoom() { kept = retained.keep(packet, event) }
    guard let place = kept else {
      unseen += 1
      return
    }
    feeds.use { note(packet, rules, $0, place) }
    order.add(place, at: packet.record.time)
    pump()
  }

  /// Notes what an event says to signatures.
  @inline(__always)
  private func note(
    _ packet: borrowing DecodedPacket, _ rules: [Int], _ feeds: PlanFeeds, _ event: UInt32
  ) {
    let place = unsafe retained.pointer(event)
    let serial = unsafe place.pointee.serial
    for index in rules.indices {
      for recipe in feeds.recipes(of: rules[index]) {
        let step = feeds.step(recipe)
        let key = feeds.key(recipe, step, packet, serial, seed, clock)
        if key == 0 {
          unsafe hot.pointee.targets[Int(step.machine)].machine?.use { $0.withoutKey += 1 }
        } else if step.isPlain {
          unsafe retained.add(
            Observation(machine: step.machine, member: step.member, key: key, value: 0), to: place)
        } else {
          feeds.observeValues(recipe, step, packet, clock) { [retained] observation in
            unsafe retained.add(observation, to: place)
          }
        }
      }
    }
    if rules.count > 1 { retained.sortObservations(event) }
  }

  @inline(__always)
  private func feeds(of generation: UInt32) -> Uncounted<PlanFeeds>? {
    if let feeds = unsafe hot.pointee.feeds, unsafe hot.pointee.generation == generation {
      return feeds
    }
    return otherFeeds(of: generation)
  }

  @inline(never)
  private func otherFeeds(of generation: UInt32) -> Uncounted<PlanFeeds>? {
    guard let feeds = plans.first(where: { $0.generation == generation }) else { return nil }
    unsafe hot.pointee.generation = generation
    unsafe hot.pointee.feeds = unsafe Uncounted(feeds)
    return unsafe hot.pointee.feeds
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

  /// Whether findings are ready.
  @inline(__always)
  var hasFindings: Bool { unsafe hot.pointee.hasFindings }

  /// Takes the findings that are ready.
  func takeFindings() -> [SignatureFinding] {
    defer { findings.removeAll() }
    unsafe hot.pointee.hasFindings = false
    return findings
  }

  /// Has a finding wait until it is taken.
  func add(_ finding: SignatureFinding) {
    findings.append(finding)
    unsafe hot.pointee.hasFindings = true
  }

  private func pump() {
    while let next = order.next() { process(next.event, next.time) }
    if unsafe hot.pointee.isWaiting { expire(before: order.settled) }
  }

  private func process(_ event: UInt32, _ time: UInt64) {
    if unsafe hot.pointee.isWaiting { expire(before: time) }
    let place = unsafe retained.pointer(event)
    let serial = unsafe place.pointee.serial
    if serial % 0x4000 == 0 { unsafe hot.pointee.looksAhead = keys > Self.nearKeys }
    lookAhead()
    var (isCompleted, isTold) = (false, false)
    for index in 0..<Int(unsafe place.pointee.observationCount) {
      let observation = unsafe retained.observation(index, of: place)
      let target = unsafe hot.pointee.targets[Int(observation.machine)]
      guard let machine = target.machine else { continue }
      if target.isProgram {
        noteProgram(observation.machine)
        isTold = true
        continue
      }
      let completion: Completion? = machine.use { [retained] machine in
        if machine.awaits(observation) { retained.hold(event) }
        return machine.take(observation, at: time, serial: serial, event: event) {
          retained.release($0)
        }
      }
      if let completion {
        note(completion, of: observation)
        isCompleted = true
      }
    }
    if isCompleted { complete(event, time) }
    if isTold { tell(event) }
    unsafe retained.release(event, place)
  }

  @inline(never)
  private func noteProgram(_ watcher: Int32) {
    if !told.contains(watcher) { told.append(watcher) }
  }

  @inline(never)
  private func note(_ completion: Completion, of observation: Observation) {
    guard let watcher = watchers[Int(observation.machine)] else { return }
    completions.append(
      Completed(
        watcher: Int(observation.machine), selection: watcher.selection(of: observation.member),
        completion: completion))
  }

  /// Has the processor fetch what the next events will touch: their places, and with many keys what is remembered of theirs.
  ///
  /// Each step uses what the one before it fetched when the event was further away.
  @inline(__always)
  private func lookAhead() {
    let (far, near) = (order.upcoming(12), order.upcoming(4))
    if far != 0 { retained.prepare(far) }
    if near != 0 { retained.prepareRest(near) }
    guard unsafe hot.pointee.looksAhead else { return }
    prepare(order.upcoming(8)) { $0.prepareChain(of: $1) }
    prepare(order.upcoming(5)) { $0.prepareEntry(of: $1) }
    prepare(order.upcoming(2)) { $0.prepareNeighbours(of: $1) }
  }

  @inline(__always)
  private func prepare(_ event: UInt32, _ step: (StateTable, UInt64) -> Void) {
    guard event != 0 else { return }
    let place = unsafe retained.pointer(event)
    guard unsafe place.pointee.observationCount > 0 else { return }
    let observation = unsafe place.pointee.first
    unsafe hot.pointee.targets[Int(observation.machine)].machine?.use {
      step($0.states, observation.key)
    }
  }

  /// The keys that all watchers remember.
  private var keys: Int { watchers.reduce(0) { $0 + ($1?.machine.keys ?? 0) } }

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
