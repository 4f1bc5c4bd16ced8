import Policy

/// Who descends from whom, and who once matched a scope that says `follow`.
///
/// It is fed with every change of every process, in order, while a plan asks such questions.
final class ProcessTable {
  private struct Process {
    /// Its ancestors when it was forked, nearest first: a parent that dies stays one.
    var ancestors: [UInt32]
    /// The scopes that it has matched, or an ancestor had when it was forked: their places in `scopes`.
    var followed: Set<Int> = []
    var hasExited = false
  }

  private struct FollowedScope {
    let policy: String
    let rule: Rule
    /// How many plans that are there have it.
    var users: Int
  }

  /// A process that is older than the tracer, until its ancestors can be told.
  private struct Found {
    var processID: UInt32
    var parent: UInt32
    var owner: Owner?
  }

  private var processes: [UInt32: Process] = [:]
  private var found: [Found] = []
  /// Processes that have exited, oldest first.
  ///
  /// Their last packets can come later.
  private var exited: [UInt32] = []
  /// The scopes that say `follow`, of all plans that are there: the same scope of the same policy is there once.
  private var scopes: [FollowedScope] = []
  /// By generation, for each policy that says `follow` the place of its scope.
  private var policies: [UInt32: [Int: Int]] = [:]
  private let complete: (inout Owner) -> Void

  /// Exited processes that are remembered.
  private static let exitedLimit = 16_384

  /// Whether what the kernel leaves of the rules has a question that needs the table.
  static func isNeeded(by undecided: [Undecided]) -> Bool {
    undecided.contains { rule in
      rule.following != nil || rule.scope.contains { $0.field == .tree }
    }
  }

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
      for id in processes.keys { processes[id]?.followed.remove(place) }
    }
  }

  /// Takes a change.
  func apply(_ record: borrowing ProcessRecord) {
    let id = record.processID
    switch record.change {
    case .found:
      let owner = scopes.isEmpty ? nil : record.owner.subject(complete: complete)
      found.append(Found(processID: id, parent: record.parent, owner: owner))
      return
    case .forked:
      resolveFound()
      let parent = processes[record.parent]
      processes[id] = Process(
        ancestors: [record.parent] + (parent?.ancestors ?? []),
        followed: parent?.followed ?? [])
    case .executed, .renamed:
      break
    case .exited:
      resolveFound()
      processes[id]?.hasExited = true
      exited.append(id)
      forgetOldest()
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
    let id = owner.processID
    var process = processes[id] ?? Process(ancestors: [owner.parentProcessID])
    owner.ancestors = process.ancestors
    let before = process.followed
    for (place, scope) in scopes.enumerated() where scope.users > 0 && !before.contains(place) {
      if ReferenceMatcher.follows(scope.rule, owner: owner) { process.followed.insert(place) }
    }
    if process.followed != before { processes[id] = process }
    return before
  }

  private func resolveFound() {
    guard !found.isEmpty else { return }
    let all = found
    found = []
    let parents = Dictionary(all.map { ($0.processID, $0.parent) }, uniquingKeysWith: { $1 })
    for process in all {
      var ancestors: [UInt32] = []
      var next = parents[process.processID]
      while let parent = next, parent != 0, !ancestors.contains(parent) {
        ancestors.append(parent)
        next = parents[parent]
        // Somebody else's change came between, and its parents were resolved then.
        if next == nil, let known = processes[parent] {
          ancestors += known.ancestors
        }
      }
      processes[process.processID] = Process(ancestors: ancestors)
    }
    // Chains that ended with somebody who was not found yet.
    for (id, process) in processes where parents[id] == nil {
      guard let last = process.ancestors.last, parents[last] != nil,
        let rest = processes[last]?.ancestors
      else { continue }
      processes[id]?.ancestors += rest.filter { !process.ancestors.contains($0) }
    }
    for process in all {
      if var owner = process.owner { note(&owner) }
    }
  }

  private func forgetOldest() {
    guard exited.count > 2 * Self.exitedLimit else { return }
    // A number can be that of a younger process by now.
    for id in exited.prefix(Self.exitedLimit) where processes[id]?.hasExited == true {
      processes[id] = nil
    }
    exited.removeFirst(Self.exitedLimit)
  }
}
