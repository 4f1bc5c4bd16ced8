// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport

extension RandomNumberGenerator {
  /// Whether something of this probability happens.
  mutating func chance(_ probability: Double) -> Bool {
    Double.random(in: 0..<1, using: &self) < probability
  }

  /// One of several, which must not be none.
  mutating func pick<Choices: Collection>(_ choices: Choices) -> Choices.Element {
    guard let choice = choices.randomElement(using: &self) else {
      preconditionFailure("nothing to choose from")
    }
    return choice
  }
}

/// How much is compared, and from which seed.
///
/// `DECISIONS` and `SEED` of the environment say otherwise; `make equivalence` sets the first.
struct EquivalenceRun {
  /// The decisions that are compared at least: one rule on one packet in one direction each.
  let decisions: Int
  /// Everything random follows from it.
  let seed: UInt64

  init(decisions: Int) {
    let environment = ProcessInfo.processInfo.environment
    self.decisions = environment["DECISIONS"].flatMap(Int.init) ?? decisions
    seed = SplitMix.seed("of the equivalence")
  }

  /// What repeats it.
  var command: String { "SEED=\(seed) DECISIONS=\(decisions) make equivalence" }
}
