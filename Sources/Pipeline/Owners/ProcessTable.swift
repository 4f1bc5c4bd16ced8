// SPDX-License-Identifier: Apache-2.0

import CBPF
import Policy

/// Who descends from whom, and who once matched a scope that says `follow`.
///
/// It is fed with every change of every process, in order, while a plan asks such questions. What it remembers is bounded; what
/// it has to forget before its time is counted.
final class ProcessTable {
  private struct Process {
    /// When it started: another one can get its number.
    var startTime: UInt64
    /// Its ancestors when it was forked, nearest first: a parent that dies stays one.
    var ancestors: [UInt32]
    /// The scopes that it has matched, or an ancestor had when it was forked: their places in `scopes`.
    var followed: Set<Int> = []
  }

  /// Names a process beyond the reuse of its number.
  private struct Key: Hashable {
    var id: UInt32
    var startTime: UInt64
  }

  private struct FollowedScope {
    let policy: String
    let rule: PlanRule
    /// How many plans that are there have it.
    var users: Int
  }

  /// A process that is older than the tracer, until its ancestors can be told.
  private struct Found {
    var key: Key
    var parent: Key
    var owner: Owner?
  }

  /// Those that run, as far as is known, by their numbers.
  private var living: [UInt32: Process] = [:]
  /// Those that have exited: their last packets can come later.
  private var exited: [Key: Process] = [:]
  /// The keys of `exited`, in the order in which they are forgotten, beginning at `oldest`.
  private var exits: [Key] = []
  private var oldest = 0
  private var found: [Found] = []
  /// Of a process whose farthest ancestor was not found yet, that ancestor.
  private var open: [Key: Key] = [:]
  /// How many processes were not remembered, for as many others ran.
  private(set) var refused: UInt64 = 0
  /// How many processes have more ancestors than are remembered.
  private(set) var cut: UInt64 = 0
  /// The scopes that say `follow`, of all plans that are there: the same scope of the same policy is there once.
  private var scopes: [FollowedScope] = []
  /// By generation, for each policy that says `follow` the place of its scope.
  private var policies: [UInt32: [Int: Int]] = [:]
  private let complete: (inout Owner) -> Void

  /// Exited processes that are remembered, as many as the kernel side does.
  static let exitedLimit = 16_384
  /// Running processes that are remembered, as many as the kernel side does.
  static let livingLimit = 1 << 18
  /// Ancestors of a process that are remembered, as many as the kernel side keeps.
  static let ancestorLimit = Int(TP_ANCESTORS_MAX)
  /// Processes whose farthest ancestor is awaited.
  private static let openLimit = 4096

  /// Makes an empty table.
  ///
  /// - Parameter complete: adds to an owner what does not depend on other processes.
  init(complete: @escaping (inout Owner) -> Void) { self.complete = complete }

  /// Takes a plan before the first of its records arrives.
  ///
  /// Whoever is followed by a policy stays so while the policy's scope is the same from plan to plan.
  func add(_ plan: TracePlan, generation: UInt32) {
    var places: [Int: Int] = [:]
    for rule in plan.rules where rule.followed != nil && places[rule.policy] == nil {
      let name = plan.policies[rule.policy]
      let known = scopes.firstIndex {
        $0.users > 0 && $0.policy == name && $0.rule.followed == rule.followed
      }
      let place = known ?? scopes.firstIndex { $0.users == 0 } ?? scopes.count
      let scope = FollowedScope(policy: name, rule: rule, users: 1)
      if known != nil {
        scopes[place].users += 1
      } else if place < scopes.count {
        scopes[place] = scope
      } else {
        scopes.append(scope)
      }
      places[rule.policy] = place
    }
    policies[generation] = places
  }

  /// Forgets a plan whose last record was consumed.
  func remove(generation: UInt32) {
    for place in (policies.removeValue(forKey: generation) ?? [:]).values {
      scopes[place].users -= 1
      guard scopes[place].users == 0 else { continue }
      for id in living.keys { living[id]?.followed.remove(place) }
      for key in exited.keys { exited[key]?.followed.remove(place) }
    }
  }

  /// Forgets all processes: nobody has told of changes for a while.
  func forgetProcesses() {
    living = [:]
    exited = [:]
    exits = []
    oldest = 0
    found = []
    open = [:]
  }

  /// Takes a change.
  func apply(_ record: borrowing ProcessRecord) {
    let key = Key(id: record.processID, startTime: record.startTime)
    let parent = Key(id: record.parent, startTime: record.parentStartTime)
    switch record.change {
    case .found:
      let owner = scopes.isEmpty ? nil : record.owner.subject(complete: complete)
      found.append(Found(key: key, parent: parent, owner: owner))
      return
    case .forked:
      resolveFound()
      let above = process(at: parent)
      if let end = above == nil ? parent : open[parent] { leaveOpen(key, at: end) }
      remember(
        Process(
          startTime: key.startTime,
          ancestors: bounded([parent.id] + (above?.ancestors ?? [])),
          followed: above?.followed ?? []),
        id: key.id)
    case .executed, .renamed:
      break
    case .exited:
      resolveFound()
      if living[key.id]?.startTime == key.startTime { noteEnd(of: key.id) }
      return
    }
    // Whoever matches a scope that says `follow` is followed from now on, with or without packets.
    guard !scopes.isEmpty, var owner = record.owner.subject(complete: complete) else { return }
    note(&owner)
  }

  /// Adds to an owner what the table knows, as the plan of a generation sees it, and notes which scopes it matches.
  func describe(_ owner: inout Owner, generation: UInt32) {
    let followed = note(&owner)
    for (policy, place) in policies[generation] ?? [:] where followed.contains(place) {
      owner.followedPolicies.insert(policy)
    }
  }

  /// Adds to an owner its ancestors, and gives the scopes that it had matched before.
  @discardableResult
  private func note(_ owner: inout Owner) -> Set<Int> {
    resolveFound()
    let key = Key(id: owner.processID, startTime: owner.startTime)
    var process =
      process(at: key)
      ?? Process(startTime: key.startTime, ancestors: [owner.parentProcessID])
    owner.ancestors = process.ancestors
    let before = process.followed
    for (place, scope) in scopes.enumerated() where scope.users > 0 && !before.contains(place) {
      if ReferenceMatcher.follows(scope.rule, owner: owner) { process.followed.insert(place) }
    }
    if process.followed != before { replace(process, at: key) }
    return before
  }

  private func process(at key: Key) -> Process? {
    if let process = living[key.id], process.startTime == key.startTime { return process }
    return exited[key]
  }

  private func replace(_ process: Process, at key: Key) {
    if living[key.id]?.startTime == key.startTime {
      living[key.id] = process
    } else {
      // Of one that is not known it is not known either whether it will end, so it is not kept for longer than those that have.
      keep(process, at: key)
    }
  }

  private func remember(_ process: Process, id: UInt32) {
    // Its end was not recorded.
    if let before = living[id], before.startTime != process.startTime { noteEnd(of: id) }
    guard living[id] != nil || living.count < Self.livingLimit else {
      refused += 1
      return
    }
    living[id] = process
  }

  private func noteEnd(of id: UInt32) {
    guard let process = living.removeValue(forKey: id) else { return }
    keep(process, at: Key(id: id, startTime: process.startTime))
  }

  /// Keeps a process that has exited until as many others have as there is room for.
  private func keep(_ process: Process, at key: Key) {
    guard exited.updateValue(process, forKey: key) == nil else { return }
    guard exits.count == Self.exitedLimit else {
      exits.append(key)
      return
    }
    exited[exits[oldest]] = nil
    open[exits[oldest]] = nil
    exits[oldest] = key
    oldest = (oldest + 1) % Self.exitedLimit
  }

  /// As many of these ancestors as there is room for: the nearest half and the farthest half of it.
  ///
  /// So nobody leaves a tree by forking again and again.
  private func bounded(_ ancestors: [UInt32]) -> [UInt32] {
    guard ancestors.count > Self.ancestorLimit else { return ancestors }
    cut += 1
    return Array(
      ancestors.prefix(Self.ancestorLimit / 2) + ancestors.suffix(Self.ancestorLimit / 2))
  }

  /// Remembers that the ancestors of a process go on behind one that may be found later.
  private func leaveOpen(_ key: Key, at end: Key) {
    if end.id != 0, open.count < Self.openLimit { open[key] = end }
  }

  private func resolveFound() {
    guard !found.isEmpty else { return }
    let all = found
    found = []
    let parents = Dictionary(all.map { ($0.key, $0.parent) }, uniquingKeysWith: { $1 })
    for process in all where self.process(at: process.key) == nil {
      var ancestors: [UInt32] = []
      var next: Key? = process.parent
      while let parent = next, parent.id != 0, !ancestors.contains(parent.id),
        ancestors.count <= Self.ancestorLimit
      {
        ancestors.append(parent.id)
        next = parents[parent]
        guard next == nil else { continue }
        // Somebody else's change came between, and its parents were resolved then.
        let known = self.process(at: parent)
        ancestors += known?.ancestors ?? []
        if let end = known == nil ? parent : open[parent] { leaveOpen(process.key, at: end) }
      }
      remember(
        Process(startTime: process.key.startTime, ancestors: bounded(ancestors)),
        id: process.key.id)
    }
    closeChains()
    for process in all {
      if var owner = process.owner { note(&owner) }
    }
  }

  /// Goes on with the chains that ended with somebody who has been found now.
  private func closeChains() {
    for (key, end) in open {
      guard let last = process(at: end) else { continue }
      open[key] = open[end]
      guard var process = process(at: key) else { continue }
      process.ancestors = bounded(
        process.ancestors + last.ancestors.filter { !process.ancestors.contains($0) })
      replace(process, at: key)
    }
  }
}
