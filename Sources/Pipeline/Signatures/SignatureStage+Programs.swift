// SPDX-License-Identifier: Apache-2.0

import Policy

/// What programs are told, and what they claim.
extension SignatureStage {
  /// Gives an event to the programs that watch for it.
  func tell(_ event: UInt32) {
    for program in programs {
      let uses = told.filter { watchers[Int($0)]?.program === program }
      guard !uses.isEmpty else { continue }
      let names = uses.compactMap { index in
        watchers[Int(index)].map { (signature: $0.signature.name, policy: $0.policy) }
      }
      var isTaken = false
      retained.withPacket(event) { isTaken = program.give($0, retained.event(event), names) }
      guard isTaken else { continue }
      retained.hold(event)
      if let old = program.remember(event, uses) { retained.release(old) }
    }
    told.removeAll(keepingCapacity: true)
  }

  /// What outputs say when a program has ended; nil when nobody watches with it.
  ///
  /// - Parameter lost: the events that it had not read.
  func gap(of program: ProgramFeed, _ lost: UInt64, at time: UInt64) -> Gap? {
    let losses = watchers.compactMap { watcher -> Gap.Loss? in
      guard let watcher, watcher.program === program else { return nil }
      return Gap.Loss(
        policies: [watcher.policy], event: watcher.signature.eventID(watcher.number), count: lost)
    }
    guard !losses.isEmpty else { return nil }
    return Gap(reason: .programEnded, count: lost, since: time, until: time, losses: losses)
  }

  /// Takes what programs have found.
  func takeClaims() {
    for program in programs {
      while let claim = program.nextClaim() {
        if take(claim, program) { program.accept() } else { program.refuse() }
      }
    }
  }

  func take(_ claim: ProgramClaim, _ program: ProgramFeed) -> Bool {
    guard let given = program.take(claim.event),
      let index = given.watchers.first(where: { index in
        guard let watcher = watchers[Int(index)] else { return false }
        return watcher.signature.name == claim.signature && watcher.policy == claim.policy
      }), let watcher = watchers[Int(index)]
    else { return false }
    watcher.claims += 1
    completions.append(
      Completed(
        watcher: Int(index), selection: 0, completion: Completion(count: 1),
        found: claim.data(of: watcher.signature)))
    complete(given.event, order.given)
    return true
  }
}
