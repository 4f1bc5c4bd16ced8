// SPDX-License-Identifier: Apache-2.0

import Policy

/// Several events, in any order, in order, or of which one is missing.
extension Machine {
  // MARK: several events

  /// Whether a key may have a finding now; one that may not is counted.
  func speak(_ entry: StateTable.Pointer, _ now: UInt64) -> Bool {
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
  func speak(_ key: UInt64, _ now: UInt64) -> Bool {
    guard let quiets else {
      findings += 1
      return true
    }
    return unsafe speak(quiets.enter(key, now).entry, now)
  }

  func see(_ observation: Observation, _ now: UInt64) -> Completion? {
    let entry = unsafe states.enter(observation.key, now).entry
    let times = unsafe payload(entry, as: UInt64.self)
    let count = memberCount
    unsafe times[Int(observation.member)] = now &+ 1
    for member in 0..<count {
      guard unsafe times[member] != 0, unsafe now - (times[member] - 1) <= timespan else {
        return nil
      }
    }
    for member in 0..<count { unsafe times[member] = 0 }
    return unsafe speak(entry, now) ? Completion(count: 1) : nil
  }

  func follow(_ observation: Observation, _ now: UInt64) -> Completion? {
    let member = Int(observation.member)
    let count = memberCount
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

  func wait(
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
    guard case .absence = kind, observation.member == 0 else { return false }
    return unsafe states.find(observation.key) == nil
  }

  /// When the next finding is due if nothing comes before it; nil when none is.
  var deadline: UInt64? {
    guard case .absence = kind, let oldest = unsafe states.oldest else { return nil }
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
}
