import CBPF
import Policy

/// The plans on their way into force, and out of it.
struct Generations: ~Copyable {
  /// The plan that decides.
  var current: TracePlan
  /// Makes the tables of plans.
  let tables: @Sendable (TracePlan, UInt32) -> KernelTables
  /// What other threads have done.
  let mailbox: Mailbox<Message>
  /// Whether the policies are to be read again.
  var isReloadWanted = false
  /// Whether a thread reads or loads a plan.
  var isLoading = false
  /// The plans that decide no more, the oldest first.
  var outgoing: [Outgoing] = []

  /// What a thread has done.
  enum Message: Sendable {
    case read(Loading)
    case freed(generation: UInt32, KernelError?)
  }

  /// What a thread that reads and loads a plan comes back with.
  struct Loading: Sendable {
    enum Result: Sendable {
      case loaded(TracePlan, [Undecided], Readiness, PlanLoader.LoadedPlan)
      case unchanged
      case refused
      case failed(KernelError)
    }

    var result: Result
    var remarks: String
  }

  /// A plan that decides no more, and whose records may not all be read yet.
  struct Outgoing {
    let generation: UInt32
    let rules: Int
    /// When all of its records are in the ring: the place in the ring before which they are, and its losses by rule.
    var end: (position: UInt64, losses: [UInt64])?
  }

  init(
    _ first: TracePlan, tables: @escaping @Sendable (TracePlan, UInt32) -> KernelTables
  ) throws(KernelError) {
    current = first
    self.tables = tables
    mailbox = try Mailbox()
  }

  /// Whether a plan can be loaded: the slot of an older one may still be in use.
  func hasRoom(for generation: UInt32) -> Bool {
    outgoing.allSatisfy { Installer.slot(of: $0.generation) != Installer.slot(of: generation) }
  }
}
