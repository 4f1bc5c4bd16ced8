// SPDX-License-Identifier: Apache-2.0

import Policy

/// Which rules an owner meets, as far as the kernel left that open: the reference is asked once for each owner, and its
/// answers are kept while the owner stays as it is.
struct OwnerScopes {
  /// One owner.
  private struct Known {
    /// The bytes that tell it.
    var bytes: [UInt8] = []
    /// What they say.
    var told: Owner?
    /// The same with what records do not carry, when the answers were given.
    var completed: Owner?
    /// The rules that were asked about, and those of them that it meets.
    var asked = Row()
    var met = Row()
  }

  /// By the low bits of the owner's id; owners with the same take each other's place.
  private var places: [Known]
  private var place = 0
  private let undecided: [Undecided]

  private static let count = 1 << 8

  /// Makes a memory for what the kernel leaves of each rule.
  init(_ undecided: [Undecided]) {
    self.undecided = undecided
    let asks = undecided.contains { !$0.scope.isEmpty || $0.following != nil }
    places = asks ? Array(repeating: Known(), count: Self.count) : []
  }

  /// Takes the owner that is asked about from now on.
  ///
  /// - Parameter complete: adds what records do not carry; it may add more each time.
  mutating func look(at owner: borrowing OwnerReader, complete: (inout Owner) -> Void) {
    place = Int(truncatingIfNeeded: owner.id) & (Self.count - 1)
    let known = places[place].bytes
    if !owner.bytes.isEqual(to: known.bytes) {
      places[place] = Known(bytes: owner.bytes.copy, told: owner.subject { _ in })
    }
    guard var completed = places[place].told else { return }
    complete(&completed)
    guard places[place].completed != completed else { return }
    places[place].completed = completed
    (places[place].asked, places[place].met) = (Row(), Row())
  }

  /// Whether the owner meets what is left of a rule's scope.
  mutating func meets(_ rule: Int) -> Bool {
    let (scope, following) = (undecided[rule].scope, undecided[rule].following)
    if scope.isEmpty, following == nil { return true }
    if !places[place].asked[rule] {
      let owner = places[place].completed
      places[place].asked[rule] = true
      places[place].met[rule] =
        ReferenceMatcher.matches(scope, owner: owner)
        && following.map { ReferenceMatcher.follows($0, owner: owner) } ?? true
    }
    return places[place].met[rule]
  }
}
