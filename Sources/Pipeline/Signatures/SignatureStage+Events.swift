// SPDX-License-Identifier: Apache-2.0

import Policy
import System

/// Events: from when one comes until its time has come, and what signatures make of it then.
extension SignatureStage {
  /// The keys that the processor has at hand.
  private static let nearKeys = 4096

  /// Takes an event that signatures select.
  ///
  /// - Parameters:
  ///   - rules: the rules that want it for signatures, by number.
  ///   - generation: the plan whose rules they are.
  func take(
    _ packet: borrowing DecodedPacket, _ event: EventKind, _ rules: [Int], generation: UInt32
  ) {
    guard let feeds = feeds(of: generation) else { return }
    var kept = retained.keep(packet, event)
    while kept == nil, makeRoom() { kept = retained.keep(packet, event) }
    guard let place = kept else {
      unseen += 1
      return
    }
    feeds.use { note(packet, rules, $0, place) }
    order.add(place, at: packet.record.time)
    pump()
  }

  /// Notes what an event says to signatures.
  @inline(__always)
  private func note(
    _ packet: borrowing DecodedPacket, _ rules: [Int], _ feeds: PlanFeeds, _ event: UInt32
  ) {
    let place = unsafe retained.pointer(event)
    let serial = unsafe place.pointee.serial
    for index in rules.indices {
      for recipe in feeds.recipes(of: rules[index]) {
        let step = feeds.step(recipe)
        let key = feeds.key(recipe, step, packet, serial, seed, clock)
        if key == 0 {
          unsafe hot.pointee.targets[Int(step.machine)].machine?.use { $0.withoutKey += 1 }
        } else if step.isPlain {
          unsafe retained.add(
            Observation(machine: step.machine, member: step.member, key: key, value: 0), to: place)
        } else {
          feeds.observeValues(recipe, step, packet, clock) { [retained] observation in
            unsafe retained.add(observation, to: place)
          }
        }
      }
    }
    if rules.count > 1 { retained.sortObservations(event) }
  }

  @inline(__always)
  private func feeds(of generation: UInt32) -> Uncounted<PlanFeeds>? {
    if let feeds = unsafe hot.pointee.feeds, unsafe hot.pointee.generation == generation {
      return feeds
    }
    return otherFeeds(of: generation)
  }

  @inline(never)
  private func otherFeeds(of generation: UInt32) -> Uncounted<PlanFeeds>? {
    guard let feeds = plans.first(where: { $0.generation == generation }) else { return nil }
    unsafe hot.pointee.generation = generation
    unsafe hot.pointee.feeds = unsafe Uncounted(feeds)
    return unsafe hot.pointee.feeds
  }

  /// Gives up what a program was given, or else processes the next event before its time; false when there is neither.
  private func makeRoom() -> Bool {
    for program in programs {
      guard let event = program.forgetOldest() else { continue }
      retained.release(event)
      return true
    }
    guard let next = order.next(isForced: true) else { return false }
    process(next.event, next.time)
    return true
  }

  /// Notes that time has passed without an event.
  func advance(to time: UInt64) {
    guard isWatching || !order.isEmpty else { return }
    order.advance(to: time)
    pump()
  }

  /// Takes what is left, because no other event comes.
  func finish() {
    while let next = order.next(isForced: true) { process(next.event, next.time) }
    expire(before: order.newest)
  }

  /// Notes that events of this time were lost.
  func noteLoss(at time: UInt64) { lossTime = max(lossTime, time) }

  /// When there is something to do although nothing comes, by the clock of events; nil when there is nothing.
  var wakeTime: UInt64? {
    let deadline = nextDeadline().map { $0.time &+ 1 }
    let first = order.firstTime
    guard let next = [deadline, first].compactMap({ $0 }).min() else { return nil }
    return next &+ order.lateness
  }

  private func pump() {
    while let next = order.next() { process(next.event, next.time) }
    if unsafe hot.pointee.isWaiting { expire(before: order.settled) }
  }

  private func process(_ event: UInt32, _ time: UInt64) {
    if unsafe hot.pointee.isWaiting { expire(before: time) }
    let place = unsafe retained.pointer(event)
    let serial = unsafe place.pointee.serial
    if serial % 0x4000 == 0 { unsafe hot.pointee.looksAhead = keys > Self.nearKeys }
    lookAhead()
    var (isCompleted, isTold) = (false, false)
    for index in 0..<Int(unsafe place.pointee.observationCount) {
      let observation = unsafe retained.observation(index, of: place)
      let target = unsafe hot.pointee.targets[Int(observation.machine)]
      guard let machine = target.machine else { continue }
      if target.isProgram {
        noteProgram(observation.machine)
        isTold = true
        continue
      }
      let completion: Completion? = machine.use { [retained] machine in
        if machine.awaits(observation) { retained.hold(event) }
        return machine.take(observation, at: time, serial: serial, event: event) {
          retained.release($0)
        }
      }
      if let completion {
        note(completion, of: observation)
        isCompleted = true
      }
    }
    if isCompleted { complete(event, time) }
    if isTold { tell(event) }
    unsafe retained.release(event, place)
  }

  @inline(never)
  private func noteProgram(_ watcher: Int32) {
    if !told.contains(watcher) { told.append(watcher) }
  }

  @inline(never)
  private func note(_ completion: Completion, of observation: Observation) {
    guard let watcher = watchers[Int(observation.machine)] else { return }
    completions.append(
      Completed(
        watcher: Int(observation.machine), selection: watcher.selection(of: observation.member),
        completion: completion))
  }

  /// Has the processor fetch what the next events will touch: their places, and with many keys what is remembered of theirs.
  ///
  /// Each step uses what the one before it fetched when the event was further away.
  @inline(__always)
  private func lookAhead() {
    let (far, near) = (order.upcoming(12), order.upcoming(4))
    if far != 0 { retained.prepare(far) }
    if near != 0 { retained.prepareRest(near) }
    guard unsafe hot.pointee.looksAhead else { return }
    prepare(order.upcoming(8)) { $0.prepareChain(of: $1) }
    prepare(order.upcoming(5)) { $0.prepareEntry(of: $1) }
    prepare(order.upcoming(2)) { $0.prepareNeighbours(of: $1) }
  }

  @inline(__always)
  private func prepare(_ event: UInt32, _ step: (StateTable, UInt64) -> Void) {
    guard event != 0 else { return }
    let place = unsafe retained.pointer(event)
    guard unsafe place.pointee.observationCount > 0 else { return }
    let observation = unsafe place.pointee.first
    unsafe hot.pointee.targets[Int(observation.machine)].machine?.use {
      step($0.states, observation.key)
    }
  }

  /// The keys that all watchers remember.
  private var keys: Int { watchers.reduce(0) { $0 + ($1?.machine.keys ?? 0) } }

  private func nextDeadline() -> (watcher: Int, time: UInt64)? {
    var next: (watcher: Int, time: UInt64)?
    for index in waiting {
      guard let deadline = watchers[index]?.machine.deadline else { continue }
      if next == nil || deadline < next?.time ?? 0 { next = (index, deadline) }
    }
    return next
  }

  /// Finds what is missing: events whose time is over, and that nothing followed.
  private func expire(before time: UInt64) {
    if waiting.isEmpty { return }
    while let (index, deadline) = nextDeadline(), deadline < time {
      guard let watcher = watchers[index], let (event, completion) = watcher.machine.expire() else {
        return
      }
      order.pass(to: deadline)
      if let completion {
        completions.append(
          Completed(watcher: index, selection: watcher.selection(of: 0), completion: completion))
        complete(event, deadline)
      }
      retained.release(event)
    }
  }
}
