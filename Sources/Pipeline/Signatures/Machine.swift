// SPDX-License-Identifier: Apache-2.0

import Policy

/// What one signature remembers for one policy.
///
/// All that it finds follows from the observations and their times, which never go back. `ReferenceEvaluator` of the tests
/// says plainly what is found.
final class Machine {
  /// How a signature correlates; nil when every event is a finding.
  let kind: Correlation.Kind?
  /// The selections that take part.
  let memberCount: Int
  /// The most values of a key that are remembered.
  let valueLimit: UInt64
  /// A finding would not be complete when something was lost for so long before it; 0 for no time.
  let memory: UInt64
  /// Findings that were held back because their key had one not long ago.
  var suppressed: UInt64 = 0
  /// Events without one of the key's values.
  var withoutKey: UInt64 = 0
  /// What it found.
  var findings: UInt64 = 0

  let states: StateTable
  /// The distinct values of keys, or until when keys stay silent where ``states`` does not hold keys.
  let pairs: StateTable?
  let quiets: StateTable?
  let timespan: UInt64
  let suppress: UInt64
  /// The length of a step of a sliding window, of which there are ``stepCount``.
  let stepLength: UInt64
  /// Which event the last observation was of; of one that several members select, only the first counts.
  private var lastSerial: UInt64 = 0
  var approximateUntil: UInt64 = 0
  /// The step of the latest event, and its first and last ns.
  private var step: UInt64 = 0
  private var stepStart: UInt64 = 1
  private var stepEnd: UInt64 = 0
  private var start: UInt64?

  /// The steps of a sliding window: an event counts for its time span, and for no more than a fifteenth of it longer.
  static let stepCount = 16

  init(_ correlation: Correlation?) {
    kind = correlation?.kind
    memberCount = correlation?.members.count ?? 0
    valueLimit = UInt64(correlation?.valueLimit ?? 0)
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

  static func longer(_ time: UInt64, _ more: UInt64) -> UInt64 {
    let (sum, overflow) = time.addingReportingOverflow(more)
    return overflow ? .max : sum
  }

  /// Whether it finds by what does not happen.
  var findsWhatIsMissing: Bool { if case .absence = kind { true } else { false } }

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
    guard let kind else {
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

  /// The number of the step of a sliding window to which a time belongs.
  @inline(__always)
  func step(of time: UInt64) -> UInt64 {
    if time < stepStart || time > stepEnd { divide(time) }
    return step
  }

  private func divide(_ time: UInt64) {
    step = time / stepLength
    stepStart = step * stepLength
    stepEnd = Self.longer(stepStart, stepLength - 1)
  }

  /// The payload of an entry.
  @inline(__always)
  func payload<Value>(
    _ entry: StateTable.Pointer, as _: Value.Type
  ) -> UnsafeMutablePointer<Value> {
    unsafe UnsafeMutableRawPointer(entry + 1).assumingMemoryBound(to: Value.self)
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
