// SPDX-License-Identifier: Apache-2.0

import Policy

/// An event as the reference sees it: what it says to each member of one correlation.
struct PlainEvent {
  var time: UInt64
  var observations: [PlainObservation]
}

/// What an event says to a member, with its key and value spelled out.
struct PlainObservation {
  var member: Int
  var key: [FieldValue]
  var value: FieldValue?
}

/// The meaning of a correlation, in the plainest code: everything that was seen is kept, and looked at anew with each event.
struct ReferenceEvaluator {
  /// A finding: of which event, counted from 0 as they came, and with which number.
  struct Found: Equatable {
    var event: Int
    var count: UInt64
  }

  /// What can be wrong with an evaluator, to see that the comparison would find it.
  enum Mistake: CaseIterable {
    case windowTooLong, orderIgnored, sortIgnored, suppressIgnored, latestFirst, notCleared,
      edgeIgnored, countsTwice
  }

  private struct Seen {
    var time: UInt64
    var event: Int
    var member: Int
    var value: FieldValue?
  }

  private(set) var found: [Found] = []
  private let correlation: Correlation
  private let lateness: UInt64
  private let mistake: Mistake?
  private var waiting: [(time: UInt64, event: Int, observations: [PlainObservation])] = []
  private var newest: UInt64 = 0
  private var given: UInt64 = 0
  private var count = 0

  private var history: [[FieldValue]: [Seen]] = [:]
  private var isAbove: Set<[FieldValue]> = []
  private var quietUntil: [[FieldValue]: UInt64] = [:]
  private var pending: [(key: [FieldValue], start: UInt64, event: Int)] = []
  private var start: UInt64?
  /// The keys, the one that was used longest ago first.
  private var used: [[FieldValue]] = []
  private var lastUse: [[FieldValue]: UInt64] = [:]

  init(_ correlation: Correlation, lateness: UInt64, mistake: Mistake? = nil) {
    self.correlation = correlation
    self.lateness = lateness
    self.mistake = mistake
  }

  // MARK: order

  mutating func take(_ event: PlainEvent) {
    newest = max(newest, event.time)
    let time = max(event.time, given)
    // Behind all of its time: equal times keep the order in which they came.
    let place =
      waiting.firstIndex { mistake == .latestFirst ? $0.time >= time : $0.time > time }
      ?? waiting.count
    waiting.insert((time, count, event.observations), at: place)
    count += 1
    let settled = newest < lateness ? 0 : newest - lateness
    while let first = waiting.first, first.time <= settled { processFirst() }
    expire(before: settled)
  }

  mutating func finish() {
    while !waiting.isEmpty { processFirst() }
    expire(before: newest)
  }

  private mutating func processFirst() {
    let (time, event, observations) = waiting.removeFirst()
    expire(before: time)
    given = max(given, time)
    if start == nil, !observations.isEmpty { start = time }
    var counted = false
    for observation in observations.sorted(by: { $0.member > $1.member }) {
      var observation = observation
      if mistake == .sortIgnored {
        observation.key = observation.key.map { .text($0.plain) }
      }
      switch correlation.kind {
      case .eventCount, .valueSum, .interval:
        if counted, mistake != .countsTwice { continue }
        counted = true
      default: break
      }
      look(at: observation, time, event)
    }
  }

  private var step: UInt64 { max(1, ((correlation.timespan ?? 0) + 14) / 15) }

  /// Whether what was seen at one time counts at another.
  private func isInWindow(_ time: UInt64, at now: UInt64) -> Bool {
    now / step - time / step < (mistake == .windowTooLong ? 17 : 16)
  }

  private func isWithin(_ time: UInt64, of now: UInt64) -> Bool {
    now - time <= (correlation.timespan ?? .max)
  }

  // MARK: bounds

  /// Notes that a key is used; the one that was used longest ago is forgotten when there are too many.
  private mutating func use(_ key: [FieldValue], _ now: UInt64) {
    used.removeAll { $0 == key }
    used.append(key)
    lastUse[key] = now
    guard used.count > correlation.keyLimit else { return }
    forget(used.removeFirst())
  }

  /// Whether what is remembered of a key can still lead to a finding, or hold one back.
  private func isOfUse(_ key: [FieldValue], _ now: UInt64) -> Bool {
    guard used.contains(key), let last = lastUse[key] else { return false }
    return isWithin(last, of: now) || quietUntil[key] ?? 0 > now
  }

  private mutating func forget(_ key: [FieldValue]) {
    lastUse[key] = nil
    history[key] = nil
    isAbove.remove(key)
    quietUntil[key] = nil
  }

  // MARK: kinds

  private mutating func look(at observation: PlainObservation, _ now: UInt64, _ event: Int) {
    let key = observation.key
    let seen = Seen(time: now, event: event, member: observation.member, value: observation.value)
    switch correlation.kind {
    case .eventCount(let range):
      use(key, now)
      let before = (history[key] ?? []).filter { isInWindow($0.time, at: now) }
      history[key] = before + [seen]
      cross(key, range, UInt64(before.count), UInt64(before.count + 1), now, event)
    case .valueCount(let range):
      use(key, now)
      let old = (history[key] ?? []).filter { isInWindow($0.time, at: now) }
      let before = Set(old.map(\.value)).count
      let isRemembered =
        before < correlation.valueLimit || old.contains { $0.value == observation.value }
      history[key] = old + (isRemembered ? [seen] : [])
      let after = Set((history[key] ?? []).map(\.value)).count
      cross(key, range, UInt64(before), UInt64(after), now, event)
    case .valueSum(let range):
      use(key, now)
      let old = (history[key] ?? []).filter { isInWindow($0.time, at: now) }
      history[key] = old + [seen]
      cross(key, range, sum(old), sum(old + [seen]), now, event)
    case .temporal:
      use(key, now)
      history[key, default: []].append(seen)
      let recent = (history[key] ?? []).filter { isWithin($0.time, of: now) }
      let members = Set(recent.map(\.member))
      if members.count == correlation.members.count {
        if mistake != .notCleared { history[key] = [] }
        speak(key, now, event, 1)
      } else {
        history[key] = recent
      }
    case .temporalOrdered:
      guard observation.member == 0 || isOfUse(key, now) else { return }
      use(key, now)
      history[key, default: []].append(seen)
      history[key] = (history[key] ?? []).filter { isWithin($0.time, of: now) }
      let last = correlation.members.count - 1
      guard observation.member == last, hasChain(to: seen, history[key] ?? []) else { return }
      if mistake != .notCleared { history[key] = [] }
      speak(key, now, event, 1)
    case .absence:
      if observation.member > 0 {
        pending.removeAll { $0.key == key }
      } else if !pending.contains(where: { $0.key == key }) {
        pending.append((key, now, event))
        if pending.count > correlation.keyLimit { pending.removeFirst() }
      }
    case .newValue(let history, let warmUp, let knownFor):
      let whole = key + [observation.value ?? .number(0)]
      use(whole, now)
      let isKnown = (self.history[whole] ?? []).contains { old in
        let length = old.member == 0 ? history : knownFor
        return mistake == .edgeIgnored ? old.time + length > now : old.time + length >= now
      }
      self.history[whole, default: []].append(seen)
      guard observation.member == 0, !isKnown, now >= (start ?? 0) + warmUp else { return }
      speak(key, now, event, 1)
    case .interval(let count, let share, let tolerance, let range):
      use(key, now)
      var times = (self.history[key] ?? []).map(\.time)
      if let last = times.last {
        let gap = now - last
        if gap < range.lowerBound { return }
        if gap > range.upperBound { times = [] }
      }
      times.append(now)
      let gaps = zip(times, times.dropFirst()).map { Double(Float($1 - $0)) }.suffix(count)
      self.history[key] = times.map { Seen(time: $0, event: event, member: 0, value: nil) }
      guard gaps.count == count else { return }
      let median = gaps.sorted()[count / 2]
      let near = gaps.filter { abs($0 - median) <= tolerance * median }
      guard Double(near.count) >= share * Double(count) else { return }
      if mistake != .notCleared { self.history[key] = [seen] }
      speak(key, now, event, UInt64(count))
    }
  }

  private func sum(_ seen: [Seen]) -> UInt64 {
    seen.reduce(0) { sum, one in
      guard case .number(let number)? = one.value else { return sum }
      let (whole, overflow) = sum.addingReportingOverflow(number)
      return overflow ? .max : whole
    }
  }

  /// Whether events lead to this one, each member after the one before it.
  private func hasChain(to last: Seen, _ history: [Seen]) -> Bool {
    if last.member == 0 { return true }
    return history.contains { one in
      let isEarlier =
        mistake == .orderIgnored
        ? one.event != last.event
        : (one.time, place(of: one, history)) < (last.time, place(of: last, history))
          && one.event != last.event
      guard one.member == last.member - 1, isEarlier else { return false }
      return mistake == .orderIgnored || hasChain(to: one, history)
    }
  }

  private func place(of seen: Seen, _ history: [Seen]) -> Int {
    history.firstIndex { $0.event == seen.event && $0.member == seen.member } ?? 0
  }

  // MARK: findings

  private mutating func cross(
    _ key: [FieldValue], _ range: ClosedRange<UInt64>, _ before: UInt64, _ after: UInt64,
    _ now: UInt64, _ event: Int
  ) {
    let wasAbove = isAbove.contains(key) && before > 0 && range.contains(before)
    guard range.contains(after) else {
      isAbove.remove(key)
      return
    }
    isAbove.insert(key)
    if let suppress = correlation.suppress, mistake != .suppressIgnored {
      if now < quietUntil[key] ?? 0 { return }
      quietUntil[key] = now + suppress
    } else if wasAbove, mistake != .edgeIgnored {
      return
    }
    found.append(Found(event: event, count: after))
  }

  private mutating func speak(_ key: [FieldValue], _ now: UInt64, _ event: Int, _ count: UInt64) {
    if let suppress = correlation.suppress, mistake != .suppressIgnored {
      if now < quietUntil[key] ?? 0 { return }
      quietUntil[key] = now + suppress
    }
    found.append(Found(event: event, count: count))
  }

  private mutating func expire(before time: UInt64) {
    guard case .absence = correlation.kind, let timespan = correlation.timespan else { return }
    while let first = pending.first, first.start + timespan < time {
      pending.removeFirst()
      given = max(given, first.start + timespan)
      speak(first.key, first.start + timespan, first.event, 1)
    }
  }
}

extension FieldValue {
  /// The value without its sort.
  fileprivate var plain: String {
    switch self {
    case .number(let number): String(number)
    case .address(let address): address.description
    case .text(let text), .member(_, let text): text
    }
  }
}
