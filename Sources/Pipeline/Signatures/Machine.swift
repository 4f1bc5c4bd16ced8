// SPDX-License-Identifier: Apache-2.0

import Policy

/// What one signature remembers for one policy.
///
/// All that it finds follows from the observations and their times, which never go back. `ReferenceEvaluator` of the tests
/// says plainly what is found.
final class Machine {
  /// How a signature correlates; nil when every event is a finding.
  let correlation: Correlation?
  /// A finding would not be complete when something was lost for so long before it; 0 for no time.
  let memory: UInt64
  /// Findings that were held back because their key had one not long ago.
  private(set) var suppressed: UInt64 = 0
  /// Events without one of the key's values.
  var withoutKey: UInt64 = 0
  /// What it found.
  private(set) var findings: UInt64 = 0

  private let states: StateTable
  /// The distinct values of keys, or until when keys stay silent where ``states`` does not hold keys.
  private let pairs: StateTable?
  private let quiets: StateTable?
  private let timespan: UInt64
  private let suppress: UInt64
  /// The length of a step of a sliding window, of which there are ``stepCount``.
  private let stepLength: UInt64
  /// Which event the last observation was of; of one that several members select, only the first counts.
  private var lastSerial: UInt64 = 0
  private var approximateUntil: UInt64 = 0
  private var start: UInt64?

  /// The steps of a sliding window: an event counts for its time span, and for no more than a fifteenth of it longer.
  static let stepCount = 16

  init(_ correlation: Correlation?) {
    self.correlation = correlation
    timespan = correlation?.timespan ?? .max
    suppress = correlation?.suppress ?? 0
    stepLength = max(1, timespan == .max ? .max : (timespan + 14) / 15)
    var (payload, lifetime, pairs, quiets): (Int, UInt64, Bool, Bool) = (0, timespan, false, false)
    var memory = timespan == .max ? 0 : timespan
    switch correlation?.kind {
    case nil: lifetime = 0
    case .eventCount:
      payload = Self.stepCount * 4
      lifetime = Self.longer(timespan, stepLength)
    case .valueCount:
      payload = Self.stepCount * 4
      lifetime = Self.longer(timespan, stepLength)
      pairs = true
    case .valueSum:
      payload = Self.stepCount * 8
      lifetime = Self.longer(timespan, stepLength)
    case .temporal, .temporalOrdered: payload = 8 * (correlation?.members.count ?? 0)
    case .absence:
      payload = 8
      lifetime = .max
      quiets = suppress > 0
    case .newValue(let history, _, let knownFor):
      payload = 8
      lifetime = max(history, knownFor)
      memory = lifetime
      quiets = suppress > 0
    case .interval(let count, _, _, let range):
      payload = 16 + 4 * count
      lifetime = range.upperBound
      memory = Self.longer(
        0, range.upperBound.multipliedReportingOverflow(by: UInt64(count)).partialValue)
    }
    self.memory = memory
    let limit = correlation?.keyLimit ?? 1
    states = StateTable(payload: payload, limit: limit, lifetime: lifetime)
    self.pairs =
      pairs
      ? StateTable(
        payload: 0, limit: max(min(limit * 16, 4_000_000), correlation?.valueLimit ?? 0),
        lifetime: lifetime) : nil
    self.quiets = quiets ? StateTable(payload: 0, limit: limit, lifetime: suppress) : nil
  }

  private static func longer(_ time: UInt64, _ more: UInt64) -> UInt64 {
    let (sum, overflow) = time.addingReportingOverflow(more)
    return overflow ? .max : sum
  }

  /// Whether it finds by what does not happen.
  var findsWhatIsMissing: Bool { if case .absence = correlation?.kind { true } else { false } }

  /// The keys that are remembered.
  var keys: Int { states.count }
  /// The keys, and values of keys, that had to be forgotten while they were of use.
  var forgotten: UInt64 { states.forgotten + (pairs?.forgotten ?? 0) }
  /// The bytes that it takes.
  var bytes: Int { states.bytes + (pairs?.bytes ?? 0) + (quiets?.bytes ?? 0) }

  // MARK: observations

  /// Takes an observation of an event, and says whether that completes a finding.
  ///
  /// - Parameters:
  ///   - now: the event's time in ns, no less than that of the event before.
  ///   - serial: a number that the event has and no other.
  ///   - event: what stands for the event, where it may be waited for.
  ///   - dropped: is told of events that nobody waits for any more.
  @inline(__always)
  func take(
    _ observation: Observation, at now: UInt64, serial: UInt64, event: UInt32 = 0,
    dropped: (UInt32) -> Void = { _ in }
  ) -> Completion? {
    guard let kind = correlation?.kind else {
      findings += 1
      return Completion(count: 1)
    }
    if start == nil { start = now }
    switch kind {
    case .eventCount(let range):
      guard serial != lastSerial else { return nil }
      lastSerial = serial
      return count(observation, range, now)
    case .valueCount(let range): return countValues(observation, range, now)
    case .valueSum(let range):
      guard serial != lastSerial else { return nil }
      lastSerial = serial
      return add(observation, range, now)
    case .temporal: return see(observation, now)
    case .temporalOrdered: return follow(observation, now)
    case .absence:
      wait(observation, now, event, dropped)
      return nil
    case .newValue(let history, let warmUp, let knownFor):
      return know(observation, history, warmUp, knownFor, now)
    case .interval(let count, let share, let tolerance, let range):
      guard serial != lastSerial else { return nil }
      lastSerial = serial
      return measure(observation, count, share, tolerance, range, now)
    }
  }

  /// The payload of an entry.
  @inline(__always)
  private func payload<Value>(
    _ entry: StateTable.Pointer, as _: Value.Type
  ) -> UnsafeMutablePointer<Value> {
    unsafe UnsafeMutableRawPointer(entry + 1).assumingMemoryBound(to: Value.self)
  }

  // MARK: sliding windows

  private static let meets: UInt32 = 0x8000_0000

  /// Sets the counts of steps to 0 that are no longer in the window.
  @inline(__always)
  private func advance<Count: FixedWidthInteger>(
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
  private func total<Count: FixedWidthInteger>(_ counts: UnsafeMutablePointer<Count>) -> UInt64 {
    var total: UInt64 = 0
    for index in 0..<Self.stepCount {
      let (sum, overflow) = unsafe total.addingReportingOverflow(UInt64(counts[index]))
      total = overflow ? .max : sum
    }
    return total
  }

  /// Whether a number that meets a condition, or does not, is a finding.
  @inline(__always)
  private func cross(
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
  private func count(
    _ observation: Observation, _ range: ClosedRange<UInt64>, _ now: UInt64
  ) -> Completion? {
    let entry = unsafe states.enter(observation.key, now).entry
    let counts = unsafe payload(entry, as: UInt32.self)
    let step = now / stepLength
    unsafe advance(entry, counts, to: step)
    let before = unsafe total(counts)
    let place = Int(step & UInt64(Self.stepCount - 1))
    if unsafe counts[place] < .max { unsafe counts[place] += 1 }
    let isFinding = unsafe cross(
      entry, before: before > 0 && range.contains(before), after: range.contains(before + 1), now)
    return isFinding ? Completion(count: before + 1) : nil
  }

  private func add(
    _ observation: Observation, _ range: ClosedRange<UInt64>, _ now: UInt64
  ) -> Completion? {
    let entry = unsafe states.enter(observation.key, now).entry
    let sums = unsafe payload(entry, as: UInt64.self)
    let step = now / stepLength
    unsafe advance(entry, sums, to: step)
    let before = unsafe total(sums)
    let place = Int(step & UInt64(Self.stepCount - 1))
    unsafe sums[place] = Self.longer(sums[place], observation.value)
    let after = unsafe total(sums)
    let isFinding = unsafe cross(
      entry, before: before > 0 && range.contains(before), after: range.contains(after), now)
    return isFinding ? Completion(count: after, isApproximate: after == .max) : nil
  }

  private func countValues(
    _ observation: Observation, _ range: ClosedRange<UInt64>, _ now: UInt64
  ) -> Completion? {
    guard let pairs else { return nil }
    let entry = unsafe states.enter(observation.key, now).entry
    let counts = unsafe payload(entry, as: UInt32.self)
    let step = now / stepLength
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
    } else if before >= UInt64(correlation?.valueLimit ?? 0) {
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

  // MARK: several events

  /// Whether a key may have a finding now; one that may not is counted.
  private func speak(_ entry: StateTable.Pointer, _ now: UInt64) -> Bool {
    if suppress > 0 {
      if unsafe now < entry.pointee.quietUntil {
        suppressed += 1
        return false
      }
      unsafe entry.pointee.quietUntil = Self.longer(now, suppress)
    }
    findings += 1
    return true
  }

  /// Whether a key may have a finding now, where keys have a table of their own.
  private func speak(_ key: UInt64, _ now: UInt64) -> Bool {
    guard let quiets else {
      findings += 1
      return true
    }
    return unsafe speak(quiets.enter(key, now).entry, now)
  }

  private func see(_ observation: Observation, _ now: UInt64) -> Completion? {
    let entry = unsafe states.enter(observation.key, now).entry
    let times = unsafe payload(entry, as: UInt64.self)
    let count = correlation?.members.count ?? 0
    unsafe times[Int(observation.member)] = now &+ 1
    for member in 0..<count {
      guard unsafe times[member] != 0, unsafe now - (times[member] - 1) <= timespan else {
        return nil
      }
    }
    for member in 0..<count { unsafe times[member] = 0 }
    return unsafe speak(entry, now) ? Completion(count: 1) : nil
  }

  private func follow(_ observation: Observation, _ now: UInt64) -> Completion? {
    let member = Int(observation.member)
    let count = correlation?.members.count ?? 0
    let entry: StateTable.Pointer
    if member == 0 {
      unsafe entry = states.enter(observation.key, now).entry
    } else {
      // A chain whose time is over is none, whether its key is still there or not.
      guard let known = unsafe states.find(observation.key), unsafe !states.isOver(known, now)
      else { return nil }
      unsafe entry = states.enter(observation.key, now).entry
    }
    // When the latest chain began that got so far.
    let begins = unsafe payload(entry, as: UInt64.self)
    if member == 0 {
      unsafe begins[0] = now &+ 1
    } else {
      let begin = unsafe begins[member - 1]
      guard begin != 0, now - (begin - 1) <= timespan else { return nil }
      unsafe begins[member] = max(begins[member], begin)
    }
    guard member + 1 == count else { return nil }
    for member in 0..<count { unsafe begins[member] = 0 }
    return unsafe speak(entry, now) ? Completion(count: 1) : nil
  }

  // MARK: what is missing

  private func wait(
    _ observation: Observation, _ now: UInt64, _ event: UInt32, _ dropped: (UInt32) -> Void
  ) {
    if observation.member == 0 {
      guard unsafe states.find(observation.key) == nil else { return }
      let entry = unsafe states.enter(observation.key, now) { old in
        unsafe dropped(payload(old, as: UInt32.self)[0])
      }.entry
      unsafe payload(entry, as: UInt32.self)[0] = event
    } else if let entry = unsafe states.find(observation.key) {
      unsafe dropped(payload(entry, as: UInt32.self)[0])
      unsafe states.remove(entry)
    }
  }

  /// Whether an event of this time is waited with; its place must be kept.
  func awaits(_ observation: Observation) -> Bool {
    guard case .absence = correlation?.kind, observation.member == 0 else { return false }
    return unsafe states.find(observation.key) == nil
  }

  /// When the next finding is due if nothing comes before it; nil when none is.
  var deadline: UInt64? {
    guard case .absence = correlation?.kind, let oldest = unsafe states.oldest else { return nil }
    return unsafe Self.longer(oldest.pointee.last, timespan)
  }

  /// Takes the event that nothing followed in time, and says whether that is a finding.
  func expire() -> (event: UInt32, completion: Completion?)? {
    guard let oldest = unsafe states.oldest, let deadline else { return nil }
    let (event, key) = unsafe (payload(oldest, as: UInt32.self)[0], oldest.pointee.key)
    unsafe states.remove(oldest)
    return (event, speak(key, deadline) ? Completion(count: 1) : nil)
  }

  /// Gives up waiting for what would follow an event; nil when no event is waited with.
  func abandon() -> UInt32? {
    guard deadline != nil, let oldest = unsafe states.oldest else { return nil }
    let event = unsafe payload(oldest, as: UInt32.self)[0]
    unsafe states.remove(oldest)
    return event
  }

  // MARK: what is new

  private func know(
    _ observation: Observation, _ history: UInt64, _ warmUp: UInt64, _ knownFor: UInt64,
    _ now: UInt64
  ) -> Completion? {
    let entry = unsafe states.enter(observation.value, now).entry
    let knownUntil = unsafe payload(entry, as: UInt64.self)
    let wasKnown = unsafe knownUntil.pointee >= now && knownUntil.pointee > 0
    let length = observation.member == 0 ? history : knownFor
    unsafe knownUntil.pointee = max(knownUntil.pointee, Self.longer(now, length))
    guard observation.member == 0, !wasKnown, now >= Self.longer(start ?? now, warmUp),
      speak(observation.key, now)
    else { return nil }
    return Completion(count: 1)
  }

  // MARK: gaps

  private func measure(
    _ observation: Observation, _ wanted: Int, _ share: Double, _ tolerance: Double,
    _ range: ClosedRange<UInt64>, _ now: UInt64
  ) -> Completion? {
    let (entry, isNew) = unsafe states.enter(observation.key, now)
    let previous = unsafe payload(entry, as: UInt64.self)
    let filled = unsafe payload(entry, as: UInt32.self) + 2
    let next = unsafe payload(entry, as: UInt32.self) + 3
    let gaps = unsafe payload(entry, as: Float.self) + 4
    let gap = unsafe now - previous.pointee
    if !isNew, gap < range.lowerBound { return nil }
    unsafe previous.pointee = now
    if isNew || gap > range.upperBound {
      unsafe filled.pointee = 0
      return nil
    }
    if unsafe filled.pointee == 0 { unsafe next.pointee = 0 }
    unsafe gaps[Int(next.pointee)] = Float(gap)
    unsafe next.pointee = UInt32((Int(next.pointee) + 1) % wanted)
    if unsafe Int(filled.pointee) < wanted { unsafe filled.pointee += 1 }
    guard unsafe Int(filled.pointee) == wanted, unsafe areAlike(gaps, wanted, share, tolerance)
    else { return nil }
    unsafe filled.pointee = 0
    return unsafe speak(entry, now) ? Completion(count: UInt64(wanted)) : nil
  }

  /// Whether enough of some gaps are near their median, which is the greater of the two in the middle.
  private func areAlike(
    _ gaps: UnsafeMutablePointer<Float>, _ count: Int, _ share: Double, _ tolerance: Double
  ) -> Bool {
    var sorted = InlineArray<64, Float>(repeating: 0)
    for index in 0..<count {
      var place = index
      let gap = unsafe gaps[index]
      while place > 0, sorted[place - 1] > gap {
        sorted[place] = sorted[place - 1]
        place -= 1
      }
      sorted[place] = gap
    }
    let median = Double(sorted[count / 2])
    var near = 0
    for index in 0..<count where abs(Double(sorted[index]) - median) <= tolerance * median {
      near += 1
    }
    return Double(near) >= share * Double(count)
  }
}
