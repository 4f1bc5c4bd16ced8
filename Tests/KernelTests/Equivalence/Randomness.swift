import Foundation

/// A generator whose numbers follow from its seed (Steele, Lea, Flood: Fast splittable pseudorandom number generators).
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
    return z ^ z >> 31
  }
}

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
    seed = environment["SEED"].flatMap(UInt64.init) ?? UInt64.random(in: 0...UInt64.max)
  }

  /// What repeats it.
  var command: String { "SEED=\(seed) DECISIONS=\(decisions) make equivalence" }
}
