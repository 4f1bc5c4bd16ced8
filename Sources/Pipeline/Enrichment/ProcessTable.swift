import Policy

/// Who descends from whom, who is new, and who once matched a scope that says `follow`.
///
/// It is fed with every change of every process, in order, while a plan asks such questions.
final class ProcessTable {
  private struct Process {
    /// Its ancestors when it was forked, nearest first: a parent that dies stays one.
    var ancestors: [UInt32]
    var isNew: Bool
    var followedPolicies: Set<Int> = []
    var hasExited = false
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
  private let scopes: [(policy: Int, rule: Rule)]
  private let complete: (inout Owner) -> Void

  /// Exited processes that are remembered.
  private static let exitedLimit = 16_384

  /// Whether what the kernel leaves of the rules has a question that needs the table.
  static func isNeeded(by undecided: [Undecided]) -> Bool {
    undecided.contains { rule in
      rule.following != nil || rule.scope.contains { $0.field == .tree || $0.asksForNew }
    }
  }

  /// Makes an empty table.
  ///
  /// - Parameter complete: adds to an owner what does not depend on other processes.
  init(_ plan: TracePlan, complete: @escaping (inout Owner) -> Void) {
    var scopes: [Int: Rule] = [:]
    for rule in plan.rules where rule.followed != nil { scopes[rule.policy] = rule }
    self.scopes = scopes.map { ($0, $1) }
    self.complete = complete
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
        ancestors: [record.parent] + (parent?.ancestors ?? []), isNew: true,
        followedPolicies: parent?.followedPolicies ?? [])
    case .executed:
      resolveFound()
      processes[id, default: Process(ancestors: [], isNew: true)].isNew = true
    case .renamed:
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
    describe(&owner)
  }

  /// Adds to an owner what the table knows, and notes which scopes it matches.
  func describe(_ owner: inout Owner) {
    resolveFound()
    let id = owner.processID
    var process = processes[id] ?? Process(ancestors: [owner.parentProcessID], isNew: true)
    owner.ancestors = process.ancestors
    owner.isNew = process.isNew
    owner.followedPolicies = process.followedPolicies
    for (policy, rule) in scopes where !process.followedPolicies.contains(policy) {
      if ReferenceMatcher.follows(rule, owner: owner) { process.followedPolicies.insert(policy) }
    }
    guard process.followedPolicies != owner.followedPolicies else { return }
    owner.followedPolicies = process.followedPolicies
    processes[id] = process
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
      }
      processes[process.processID] = Process(ancestors: ancestors, isNew: false)
    }
    for process in all {
      if var owner = process.owner { describe(&owner) }
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

extension Clause<OwnerField> {
  /// Whether the clause compares with the state `new` of a process.
  fileprivate var asksForNew: Bool {
    guard field == .processID || field == .namespacedProcessID else { return false }
    return (condition.included + condition.excluded).contains {
      if case .member = $0 { true } else { false }
    }
  }
}
