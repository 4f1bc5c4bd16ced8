// SPDX-License-Identifier: Apache-2.0

public import Policy
public import System

/// What came of reading the policies again.
public struct ReloadReport: Sendable, CustomStringConvertible {
  /// The outcomes of reading the policies again.
  public enum Outcome: Sendable {
    /// Another plan decides.
    case reloaded(PlanChange, Readiness)
    /// The policies ask for just what they asked for before.
    case unchanged
    /// Something is wrong with the policies, or they could not be read.
    case refused
    /// The kernel did not take the plan.
    case failed(SystemError)
  }

  /// The outcome of reading the policies again.
  public let outcome: Outcome
  /// The number of the plan that decides from now on.
  public let generation: UInt32
  /// All that is to be said of the policies, in whole lines; empty when there is nothing.
  public let remarks: String
  /// What a previewed set of policies would have changed until then; nil when none was previewed.
  public var preview: PreviewCounts?

  /// Whether the files that were read are in force.
  public var isAccepted: Bool {
    switch outcome {
    case .reloaded, .unchanged: true
    case .refused, .failed: false
    }
  }

  /// What came of it, in a few words.
  var summary: String {
    switch outcome {
    case .reloaded(let change, _): "\(change)"
    case .unchanged: "nothing has changed"
    case .refused: "the files were refused; it stays in force"
    case .failed(let error): "\(error); it stays in force"
    }
  }

  /// The words of the line about it.
  public var description: String {
    switch outcome {
    case .reloaded(let change, let readiness):
      "reloaded: generation \(generation), \(change): \(readiness)"
    case .unchanged: "reloaded: nothing has changed; generation \(generation) stays in force"
    case .refused: "not reloaded; generation \(generation) stays in force"
    case .failed(let error): "not reloaded: \(error); generation \(generation) stays in force"
    }
  }
}
