// SPDX-License-Identifier: Apache-2.0

import CBPF
import Policy
import System

/// The plans on their way into force, and out of it.
struct Generations: ~Copyable {
  /// The plan that decides.
  var current: TracePlan
  /// Makes the tables of plans.
  let tables: @Sendable (TracePlan, UInt32) -> KernelTables
  /// What other threads have done.
  let mailbox: Mailbox<Message>
  /// Why the policies are to be read again; nil when they are not.
  var wanted: Reason?
  /// Who waits for what comes of it.
  var asking: [ControlQuestion] = []
  /// Whether a thread reads or loads a plan.
  var isLoading = false
  /// The plans that decide no more, the oldest first.
  var outgoing: [Outgoing] = []

  /// What was said of policies that were refused, until others are in force.
  private var refusal: String?

  /// Why policies are read again.
  enum Reason {
    /// Somebody wants it, and wants to know what comes of it.
    case order
    /// Files seem to have changed.
    case changes
  }

  /// What a thread has done.
  enum Message: Sendable {
    case read(Loading)
    case freed(generation: UInt32, SystemError?)
    /// Somebody asks something.
    case asked(ControlQuestion)
  }

  /// What a thread that reads and loads a plan comes back with.
  struct Loading: Sendable {
    enum Result: Sendable {
      case loaded(
        TracePlan, [Undecided], DatagramTables?, Readiness, PlanLoader.LoadedPlan)
      case unchanged
      case refused
      case failed(SystemError)
    }

    let reason: Reason
    /// Who waits for what comes of it.
    let asking: [ControlQuestion]
    var result: Result
    let reading: PlanReading
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
  ) throws(SystemError) {
    current = first
    self.tables = tables
    mailbox = try Mailbox()
  }

  /// Whether there is something to say of a reading: not when files seemed to have changed and nothing is different.
  mutating func isNews(_ loading: Loading) -> Bool {
    let before = refusal
    switch loading.result {
    case .refused: refusal = loading.reading.remarks
    case .failed(let error): refusal = error.description
    case .loaded, .unchanged: refusal = nil
    }
    if case .loaded = loading.result { return true }
    return loading.reason == .order || refusal != before
  }

  /// Whether a plan can be loaded: the slot of an older one may still be in use.
  func hasRoom(for generation: UInt32) -> Bool {
    outgoing.allSatisfy { Installer.slot(of: $0.generation) != Installer.slot(of: generation) }
  }
}
