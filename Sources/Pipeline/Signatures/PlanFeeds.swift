// SPDX-License-Identifier: Apache-2.0

import Policy
import System

/// Who watches in a plan, and for each rule that feeds a signature what becomes of its events.
///
/// An event visits the recipes of the rules that want it, and no others; those with the same key share its number.
@safe final class PlanFeeds {
  /// The number that records of the plan carry.
  let generation: UInt32
  /// The watchers of the plan, by the index of the use.
  let places: [Int]
  /// The recipes of all rules, one rule after the other.
  private let recipes: [MemberRecipe]
  /// What is asked first of each recipe.
  private let steps: UnsafeMutableBufferPointer<Step>
  /// Where the recipes of each rule begin, and where the last ends.
  private let starts: UnsafeMutableBufferPointer<Int32>
  /// The different keys.
  private let keys: UnsafeMutableBufferPointer<Key>
  private let lender: UnsafeMutablePointer<FieldLender>

  /// What is asked first of a recipe.
  struct Step {
    var machine: Int32
    var member: Int32
    /// Its key among the different ones.
    fileprivate var key: Int32
    /// Whether an event says no more than its key.
    var isPlain: Bool
  }

  private struct Key {
    /// Of the latest event that was asked for it.
    var serial: UInt64 = 0
    /// What that event has.
    var latest = ObservedKey()
    /// Where it is; nil when a recipe has to look for it.
    var inHeaders: HeaderKey?
  }

  /// Creates the feeds of a plan.
  ///
  /// - Parameters:
  ///   - places: the watchers of the plan, by the index of the use.
  ///   - recipes: what becomes of the events of each rule.
  init(generation: UInt32, places: [Int], recipes: [[MemberRecipe]]) {
    self.generation = generation
    self.places = places
    self.recipes = recipes.flatMap { $0 }
    var known: [[EventValue]] = []
    let steps = self.recipes.map { recipe in
      let number = known.firstIndex(of: recipe.key) ?? known.count
      if number == known.count { known.append(recipe.key) }
      return Step(
        machine: recipe.machine, member: recipe.member, key: Int32(number),
        isPlain: recipe.isPlain)
    }
    var starts: [Int32] = [0]
    for rule in recipes { starts.append((starts.last ?? 0) + Int32(rule.count)) }
    unsafe self.steps = Self.buffer(steps)
    unsafe self.starts = Self.buffer(starts)
    unsafe keys = Self.buffer(known.map { Key(inHeaders: HeaderKey($0)) })
    unsafe lender = .allocate(capacity: 1)
    unsafe lender.initialize(to: FieldLender())
  }

  private static func buffer<Element>(_ elements: [Element]) -> UnsafeMutableBufferPointer<Element>
  {
    let buffer = UnsafeMutableBufferPointer<Element>.allocate(capacity: elements.count)
    _ = unsafe buffer.initialize(from: elements)
    return unsafe buffer
  }

  deinit {
    unsafe steps.deallocate()
    unsafe starts.deallocate()
    unsafe keys.deallocate()
    unsafe lender.deinitialize(count: 1)
    unsafe lender.deallocate()
  }

  /// The indices of the recipes of a rule.
  @inline(__always)
  func recipes(of rule: Int) -> Range<Int> { unsafe Int(starts[rule])..<Int(starts[rule + 1]) }

  /// What is asked first of a recipe.
  @inline(__always)
  func step(_ index: Int) -> Step { unsafe steps[index] }

  /// The number of an event's key; 0 when the event has no value of a part of it.
  ///
  /// - Parameter serial: a number that the event has and no other.
  @inline(__always)
  func key(
    _ index: Int, _ step: Step, _ packet: borrowing DecodedPacket, _ serial: UInt64,
    _ seed: KeyHash.Seed, _ clock: BootClock
  ) -> UInt64 {
    let key = unsafe keys.baseAddress.unsafelyUnwrapped + Int(step.key)
    if unsafe key.pointee.serial != serial {
      unsafe key.pointee.serial = serial
      if let inHeaders = unsafe key.pointee.inHeaders {
        unsafe key.pointee.latest = inHeaders.of(packet, seed)
      } else {
        unsafe key.pointee.latest = unsafe recipes[index].key(
          of: packet, seed, clock, &lender.pointee)
      }
    }
    return unsafe key.pointee.latest.number
  }

  /// Gives `body` what an event says of values, after ``key(_:_:_:_:_:_:)``.
  @inline(never)
  func observeValues(
    _ index: Int, _ step: Step, _ packet: borrowing DecodedPacket, _ clock: BootClock,
    _ body: (Observation) -> Void
  ) {
    unsafe recipes[index].observe(
      packet, keys[Int(step.key)].latest, clock, &lender.pointee, body)
  }
}
