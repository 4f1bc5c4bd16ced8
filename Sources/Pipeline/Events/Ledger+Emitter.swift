// SPDX-License-Identifier: Apache-2.0

import Policy

extension Ledger {
  /// Adds up what the kernel side and an emitter counted.
  ///
  /// - Parameter ringFull: by the generation of each plan that is there and by rule, the packets that found the ring full.
  init(kernel: KernelCounts, emitter: borrowing Emitter, ringFull: [UInt32: [UInt64]]) {
    self.init(
      kernel: kernel, records: emitter.counts.records,
      malformedRecords: emitter.counts.malformed + emitter.counts.withoutPlan,
      emitted: emitter.counts.events, rules: emitter.ruleAccounts(ringFull: ringFull),
      policies: emitter.policyAccounts(),
      events: zip(EventKind.allCases, emitter.eventCounts()).filter { $0.1.submitted > 0 }
        .map { (kind: $0.0, counts: $0.1) },
      outputs: emitter.outputs.all.map(\.account), messages: emitter.messages)
    preview = emitter.preview
  }
}
