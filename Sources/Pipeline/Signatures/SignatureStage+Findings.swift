// SPDX-License-Identifier: Apache-2.0

import Policy

/// Findings: from what a machine completed to what outputs show.
extension SignatureStage {
  /// Makes findings of what an event completed, and gives them to those who take findings.
  func complete(_ event: UInt32, _ time: UInt64) {
    var ready: [(watcher: Int, data: [FindingDatum], isApproximate: Bool)] = []
    let serial = retained.serial(event)
    retained.withPacket(event) { packet in
      var index = 0
      while index < completions.count {
        let completed = completions[index]
        index += 1
        guard let watcher = watchers[completed.watcher] else { continue }
        let data =
          completed.found
          ?? watcher.signature.data(
            of: packet, selection: completed.selection, count: completed.completion.count, clock,
            &lender, data: completed.data)
        ready.append((completed.watcher, data, completed.completion.isApproximate))
        if watcher.feeds.isEmpty { continue }
        let fields = watcher.signature.fields(data)
        for feed in watcher.feeds { take(fields, packet, feed, event, time, serial) }
      }
    }
    completions.removeAll(keepingCapacity: true)
    show(ready, event, time)
  }

  /// Gives a finding to a selection of another signature.
  func take(
    _ values: [String: FieldValue], _ packet: borrowing DecodedPacket, _ feed: Watcher.Feed,
    _ event: UInt32, _ time: UInt64, _ serial: UInt64
  ) {
    guard Self.meets(feed.filters, values) else { return }
    for recipe in feed.recipes {
      guard let watcher = watchers[Int(recipe.machine)] else { continue }
      let isKeyed = recipe.observe(packet, seed, clock, &lender, data: values) { observation in
        if watcher.machine.awaits(observation) { retained.hold(event) }
        let completion = watcher.machine.take(
          observation, at: time, serial: serial, event: event
        ) { retained.release($0) }
        if let completion {
          completions.append(
            Completed(
              watcher: Int(recipe.machine), selection: watcher.selection(of: recipe.member),
              completion: completion, data: values))
        }
      }
      if !isKeyed { watcher.machine.withoutKey += 1 }
    }
  }

  static func meets(_ filters: [Clause<String>], _ data: [String: FieldValue]) -> Bool {
    filters.allSatisfy { clause in
      let value = data[clause.field]
      return ReferenceMatcher.matches(clause.condition, value.map { [$0] } ?? [])
    }
  }

  /// Joins what several policies found alike, and lets it be shown.
  func show(
    _ ready: [(watcher: Int, data: [FindingDatum], isApproximate: Bool)], _ event: UInt32,
    _ time: UInt64
  ) {
    var isJoined = [Bool](repeating: false, count: ready.count)
    for index in ready.indices where !isJoined[index] {
      guard let first = watchers[ready[index].watcher], isShown(first, ready[index].data) else {
        continue
      }
      var policies = [(first.policyNumber, first.policy)]
      // Of a signature in two sets, that in force names the event.
      var lead = first
      for other in ready.indices where other > index && !isJoined[other] {
        guard ready[other].data == ready[index].data, let more = watchers[ready[other].watcher],
          more.signature.name == first.signature.name, isShown(more, ready[other].data)
        else { continue }
        isJoined[other] = true
        if more.policyNumber < lead.policyNumber { lead = more }
        if !policies.contains(where: { $0.1 == more.policy }) {
          policies.append((more.policyNumber, more.policy))
        }
      }
      retained.hold(event)
      let memory = first.machine.memory
      add(
        SignatureFinding(
          lead.signature, number: lead.number,
          policies: policies.sorted { $0.0 < $1.0 }.map(\.1), base: retained.event(event),
          event: event, time: time,
          data: ready[index].data, isApproximate: ready[index].isApproximate,
          isIncomplete: lossTime > 0 && (memory == 0 || lossTime &+ memory >= time)
            || first.program?.hasMissed == true))
    }
  }

  func isShown(_ watcher: Watcher, _ data: [FindingDatum]) -> Bool {
    guard watcher.isShown else { return false }
    if watcher.filters.isEmpty || Self.meets(watcher.filters, watcher.signature.fields(data)) {
      return true
    }
    watcher.rejected += 1
    return false
  }
}
