// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A generator whose numbers follow from its seed (Steele, Lea, Flood: Fast splittable pseudorandom number generators).
public struct SplitMix: RandomNumberGenerator, Sendable {
  /// Where it is.
  public var state: UInt64

  /// Begins at a seed.
  public init(state: UInt64) { self.state = state }

  /// The next number.
  public mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
    return z ^ z >> 31
  }
}

extension SplitMix {
  /// Returns the seed of a test: `SEED` of the environment, or else the usual one, or else a new one.
  ///
  /// It is printed at once, so that a run can be repeated that ends by a trap.
  public static func seed(_ test: String = #function, usually: UInt64? = nil) -> UInt64 {
    let given = getenv("SEED").flatMap { UInt64(String(cString: $0)) }
    let seed = given ?? usually ?? UInt64.random(in: 0...UInt64.max)
    let line = "SEED=\(seed) \(test)\n"
    _ = line.withCString { write(STDERR_FILENO, $0, strlen($0)) }
    return seed
  }

  /// Returns a generator with the seed of a test, which is printed.
  public static func ofTest(_ test: String = #function) -> SplitMix {
    SplitMix(state: seed(test))
  }
}
