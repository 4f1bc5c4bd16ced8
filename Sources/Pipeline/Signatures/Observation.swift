// SPDX-License-Identifier: Apache-2.0

/// What an event says to one member of a signature that selects it: a key, and a value if the signature asks for one.
struct Observation {
  /// The place of the machine among those of all plans.
  var machine: Int32
  /// The member of the correlation.
  var member: Int32
  /// The number of the key.
  var key: UInt64
  /// The number of the key and the value together, or the number that is added.
  var value: UInt64
}

/// What a machine answers to an observation that completes a finding.
struct Completion {
  /// The number that met the condition.
  var count: UInt64 = 0
  /// Whether the number may be smaller than it should be, because something had to be forgotten.
  var isApproximate = false
}

/// The key that an event has, as far as it was hashed: a value may follow.
struct ObservedKey {
  /// What was hashed.
  var hash: KeyHash
  /// The number of the key; 0 when the event has no value of a part of it.
  var number: UInt64 = 0

  /// Creates what stands for no key.
  init() { hash = KeyHash(KeyHash.Seed(first: 0, second: 0)) }

  /// Creates the key that was hashed.
  @inline(__always)
  init(_ hash: KeyHash) {
    self.hash = hash
    number = hash.value
  }

  /// Whether the event has a value of each part of the key.
  var isThere: Bool { number != 0 }
}
