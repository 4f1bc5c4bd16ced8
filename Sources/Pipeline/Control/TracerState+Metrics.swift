// SPDX-License-Identifier: Apache-2.0

import Policy

extension TracerState {
  /// Everything that is counted, for Prometheus.
  func metrics(_ facts: TracerFacts) -> String {
    var metrics = MetricsText()
    metrics.addPolicies(self, facts)
    metrics.addPackets(ledger)
    metrics.addEvents(ledger)
    metrics.addSignatures(ledger)
    metrics.addOutputs(ledger)
    metrics.addRing(ring)
    metrics.add(ProcessFigures())
    return metrics.text
  }
}

extension MetricsText {
  fileprivate mutating func addPolicies(_ state: TracerState, _ facts: TracerFacts) {
    family("tracee_policy_build_info", .gauge, "The version of the tracer, always 1.")
    sample(1, ["version": facts.version])
    family("tracee_policy_generation", .gauge, "The number of the set of policies in force.")
    sample(state.generation)
    family("tracee_policy_policies", .gauge, "Policies in force.")
    sample(state.readiness.policies)
    family("tracee_policy_rules", .gauge, "Rules in force, after expansion.")
    sample(state.readiness.rules)
    if let contents = state.inForce.contents {
      family("tracee_policy_set_info", .gauge, "The digest of the files in force, always 1.")
      sample(1, ["sha256": contents.digest])
    }
    family(
      "tracee_policy_config_last_reload_successful", .gauge,
      "Whether the policies in force are what the files were when they were last read.")
    sample(state.inForce.condition == .current ? 1 : 0)
    if let time = state.inForce.lastSuccess {
      family(
        "tracee_policy_config_last_reload_success_timestamp_seconds", .gauge,
        "When the files were last read and accepted.")
      sample(time)
    }
    family(
      "tracee_policy_last_good_set", .gauge,
      "Whether the last good set is traced by, because the files were refused at the start.")
    sample(state.inForce.condition == .lastGood ? 1 : 0)
  }

  fileprivate mutating func addPackets(_ ledger: Ledger) {
    family(
      "tracee_policy_packets_total", .counter,
      "Packets seen, by what became of them in the kernel.")
    sample(ledger.kernel.unwanted, ["result": "unwanted"])
    sample(ledger.kernel.submitted, ["result": "submitted"])
    sample(ledger.kernel.ringFull, ["result": "ring_full"])
    family(
      "tracee_policy_failures_total", .counter,
      "Times that something about an owner could not be remembered.")
    let failures = [
      ("sockets", ledger.kernel.socketFailures), ("streams", ledger.kernel.streamFailures),
      ("processes", ledger.kernel.processFailures), ("owners", ledger.kernel.ownerFailures),
      ("process_changes", ledger.kernel.processesFull),
      ("descent", ledger.kernel.processesRefused), ("cgroups", ledger.kernel.cgroupsUnknown),
    ]
    for (what, count) in failures { sample(count, ["what": what]) }
  }

  fileprivate mutating func addEvents(_ ledger: Ledger) {
    family(
      "tracee_policy_events_total", .counter,
      "Events emitted, by the policy that wanted them: one that two policies wanted counts for both."
    )
    for account in ledger.policies {
      sample(
        account.emitted,
        ["policy": account.key.policy, "event": account.key.event.name])
    }
    family(
      "tracee_policy_ring_full_packets_total", .counter,
      "Packets lost because the ring was full, by the rule that wanted them.")
    for rule in ledger.rules {
      sample(
        rule.ringFull,
        [
          "policy": rule.key.policy, "event": rule.key.event.name, "number": "\(rule.key.number)",
        ])
    }
    family(
      "tracee_policy_undecodable_total", .counter,
      "Packets whose event could not be given, for what it shows is cut off or malformed.")
    for (kind, counts) in ledger.events { sample(counts.undecodable, ["event": kind.name]) }
  }

  fileprivate mutating func addOutputs(_ ledger: Ledger) {
    let outputs = ledger.outputs
    let names = Self.distinct(outputs.map(\.name))
    family(
      "tracee_policy_lost_total", .counter,
      "Events lost at an output, and, without one, packets lost because the ring was full.")
    sample(ledger.kernel.ringFull, ["reason": "ring_full", "output": ""])
    for (output, name) in zip(outputs, names) {
      sample(output.dropped, ["reason": "output_full", "output": name])
      sample(output.unwritten, ["reason": "output_failed", "output": name])
    }
    family(
      "tracee_policy_policy_lost_total", .counter,
      "Events lost at an output, by the policy that wanted them.")
    for (output, name) in zip(outputs, names) {
      for loss in output.losses.byPolicy {
        sample(
          loss.count, ["output": name, "policy": loss.policy, "event": loss.event.name])
      }
    }
    family("tracee_policy_written_total", .counter, "Events that an output has written.")
    for (output, name) in zip(outputs, names) { sample(output.written, ["output": name]) }
    family(
      "tracee_policy_output_retries_total", .counter,
      "Times that an output's connection or message was retried.")
    for (output, name) in zip(outputs, names) { sample(output.retries, ["output": name]) }
    family(
      "tracee_policy_truncated_total", .counter,
      "Events that an output has sent without their arguments, for they were too long.")
    for (output, name) in zip(outputs, names) { sample(output.truncated, ["output": name]) }
    family("tracee_policy_waiting_events", .gauge, "Events that wait for an output.")
    for (output, name) in zip(outputs, names) { sample(output.waiting, ["output": name]) }
  }

  fileprivate mutating func addRing(_ ring: (used: UInt64, size: UInt64)) {
    family("tracee_policy_ring_used_bytes", .gauge, "Bytes in the ring that wait to be read.")
    sample(ring.used)
    family("tracee_policy_ring_size_bytes", .gauge, "The size of the ring.")
    sample(ring.size)
  }

  fileprivate mutating func add(_ figures: ProcessFigures) {
    family(
      "process_cpu_seconds_total", .counter, "Time of processors that the process has used.")
    sample(figures.processorSeconds)
    family("process_resident_memory_bytes", .gauge, "Memory of the process that is resident.")
    sample(figures.residentBytes)
    family("process_virtual_memory_bytes", .gauge, "Memory that the process has mapped.")
    sample(figures.virtualBytes)
    family("process_open_fds", .gauge, "Descriptors that the process has open.")
    sample(figures.openDescriptors)
    family("process_max_fds", .gauge, "Descriptors that the process may open.")
    sample(figures.descriptorLimit)
    family("process_start_time_seconds", .gauge, "When the process began.")
    sample(figures.startTime)
  }

  /// Names of which two can be the same, each with its number then.
  static func distinct(_ names: [String]) -> [String] {
    var seen: [String: Int] = [:]
    return names.map { name in
      let count = seen[name, default: 0] + 1
      seen[name] = count
      return count == 1 ? name : "\(name)#\(count)"
    }
  }
}

extension Losses {
  /// The losses of each policy and event, sorted by the policy's name and the event's number.
  var byPolicy: [(policy: String, event: EventID, count: UInt64)] {
    var counts: [EventID: [String: UInt64]] = [:]
    for (key, count) in byLabel {
      for policy in key.policies { counts[key.event, default: [:]][policy, default: 0] += count }
    }
    return counts.flatMap { event, policies in policies.map { ($0.key, event, $0.value) } }
      .sorted { ($0.0, $0.1.number) < ($1.0, $1.1.number) }
  }
}
