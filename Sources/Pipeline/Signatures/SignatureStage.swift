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
  var unseen: UInt64 = 0

  let retained: RetainedEvents
  let order: EventOrder
  private(set) var watchers: [Watcher?] = []
  /// What each event needs.
  let hot: UnsafeMutablePointer<Hot>
  private(set) var plans: [PlanFeeds] = []
  /// The watchers that find by what does not happen.
  private(set) var waiting: [Int] = []
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
  @unsafe struct Hot {
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

  struct Target {
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
      if !watcher.isPreviewed { retired.add(watcher.account) }
      watchers[place] = nil
      if keys > 0, !watcher.isPreviewed, !dropped.contains(watcher.signature.name) {
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
    for watcher in watchers {
      if let watcher, !watcher.isPreviewed { accounts.add(watcher.account) }
    }
    return accounts.all
  }

  /// Events that came too late to be put in order.
  var late: UInt64 { order.late }

  /// Whether somebody watches for something.
  var isWatching: Bool { !plans.isEmpty }

  // MARK: findings

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
}
