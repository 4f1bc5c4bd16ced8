// SPDX-License-Identifier: Apache-2.0

import Policy

/// What a thread asks of the tracer's, which answers between two batches of records.
struct ControlQuestion: Sendable {
  /// What is asked.
  enum Kind: Sendable {
    /// How it is.
    case state
    /// To read the policies again, and what comes of it.
    case reload
    /// To stop.
    case stop
  }

  /// What is answered.
  enum Answer: Sendable {
    case state(TracerState)
    case reloaded(ReloadRecord, digest: String?, InForce.Condition)
    case stopping
  }

  let kind: Kind
  /// Who asks, for reports.
  let by: String
  /// Takes the answer, on the tracer's thread: it must not wait.
  let answer: @Sendable (Answer) -> Void
}

/// How a tracer is, at one moment.
struct TracerState: Sendable {
  let ledger: Ledger
  let generation: UInt32
  let inForce: InForce
  let readiness: Readiness
  let ring: (used: UInt64, size: UInt64)
  let hooks: [HookReport]
  let moment = ContinuousClock.now
}
