// SPDX-License-Identifier: Apache-2.0

import Policy

/// Counts of events, values and sums within a sliding window.
extension Machine {
  // MARK: sliding windows

  static let meets: UInt32 = 0x8000_0000

  /// Sets the counts of steps to 0 that are no longer in the window.
  @inline(__always)
  func advance<Count: FixedWidthInteger>(
    _ entry: StateTable.Pointer, _ counts: UnsafeMutablePointer<Count>, to step: UInt64
  ) {
    let old = unsafe entry.pointee.step
    guard step > old else { return }
    let passed = min(step - old, UInt64(Self.stepCount))
    for distance in 0..<passed {
      unsafe counts[Int((step - distance) & UInt64(Self.stepCount - 1))] = 0
    }
    unsafe entry.pointee.step = step
  }

  @inline(__always)
  func total<Count: FixedWidthInteger>(_ counts: UnsafeMutablePointer<Count>) -> UInt64 {
    var total: UInt64 = 0
    if Count.bitWidth <= 32 {
      for index in 0..<Self.stepCount {
        unsafe total &+= UInt64(truncatingIfNeeded: counts[index])
      }
      return total
    }
    for index in 0..<Self.stepCount {
      let (sum, overflow) = unsafe total.addingReportingOverflow(UInt64(counts[index]))
      total = overflow ? .max : sum
    }
    return total
  }

  /// Whether a number that meets a condition, or does not, is a finding.
  @inline(__always)
  func cross(
    _ entry: StateTable.Pointer, before: Bool, after: Bool, _ now: UInt64
  ) -> Bool {
    if !before { unsafe entry.pointee.round &= ~Self.meets }
    guard after else {
      unsafe entry.pointee.round &= ~Self.meets
      return false
    }
    let isAbove = unsafe entry.pointee.round & Self.meets != 0
    unsafe entry.pointee.round |= Self.meets
    if suppress > 0 {
      if unsafe now < entry.pointee.quietUntil {
        if !isAbove { suppressed += 1 }
        return false
      }
      unsafe entry.pointee.quietUntil = Self.longer(now, suppress)
    } else if isAbove {
      return false
    }
    findings += 1
    return true
  }

  @inline(__always)
  func count(
    _ observation: Observation, _ range: ClosedRange<UInt64>, _ now: UInt64
  ) -> Completion? {
    let entry = unsafe states.enter(observation.key, now).entry
    let counts = unsafe payload(entry, as: UInt32.self)
    let step = step(of: now)
    unsafe advance(entry, counts, to: step)
    let before = unsafe total(counts)
    let place = Int(step & UInt64(Self.stepCount - 1))
    if unsafe counts[place] < .max { unsafe counts[place] += 1 }
    let isFinding = unsafe cross(
      entry, before: before > 0 && range.contains(before), after: range.contains(before + 1), now)
    return isFinding ? Completion(count: before + 1) : nil
  }

  func add(
    _ observation: Observation, _ range: ClosedRange<UInt64>, _ now: UInt64
  ) -> Completion? {
    let entry = unsafe states.enter(observation.key, now).entry
    let sums = unsafe payload(entry, as: UInt64.self)
    let step = step(of: now)
    unsafe advance(entry, sums, to: step)
    let before = unsafe total(sums)
    let place = Int(step & UInt64(Self.stepCount - 1))
    unsafe sums[place] = Self.longer(sums[place], observation.value)
    let after = unsafe total(sums)
    let isFinding = unsafe cross(
      entry, before: before > 0 && range.contains(before), after: range.contains(after), now)
    return isFinding ? Completion(count: after, isApproximate: after == .max) : nil
  }

  func countValues(
    _ observation: Observation, _ range: ClosedRange<UInt64>, _ now: UInt64
  ) -> Completion? {
    guard let pairs else { return nil }
    let entry = unsafe states.enter(observation.key, now).entry
    let counts = unsafe payload(entry, as: UInt32.self)
    let step = step(of: now)
    unsafe advance(entry, counts, to: step)
    let before = unsafe total(counts)
    let place = Int(step & UInt64(Self.stepCount - 1))
    let round = unsafe entry.pointee.round & ~Self.meets
    let lost = pairs.forgotten
    let (pair, isNew) = unsafe pairs.enter(observation.value, now)
    if pairs.forgotten > lost { approximateUntil = Self.longer(now, timespan) }
    let age = unsafe isNew ? .max : step - min(step, pair.pointee.step)
    if age < UInt64(Self.stepCount), unsafe pair.pointee.round == round {
      if age > 0 {
        unsafe counts[Int(pair.pointee.step & UInt64(Self.stepCount - 1))] -= 1
        unsafe counts[place] += 1
      }
    } else if before >= valueLimit {
      // One more than are remembered.
      unsafe pairs.remove(pair)
      approximateUntil = Self.longer(now, timespan)
      let isFinding = unsafe cross(
        entry, before: before > 0 && range.contains(before), after: range.contains(before), now)
      return isFinding ? Completion(count: before, isApproximate: true) : nil
    } else {
      unsafe counts[place] += 1
    }
    unsafe pair.pointee.step = step
    unsafe pair.pointee.round = round
    let after = unsafe total(counts)
    let isFinding = unsafe cross(
      entry, before: before > 0 && range.contains(before), after: range.contains(after), now)
    return isFinding ? Completion(count: after, isApproximate: now < approximateUntil) : nil
  }
}
