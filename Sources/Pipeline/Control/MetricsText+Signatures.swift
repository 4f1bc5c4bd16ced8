// SPDX-License-Identifier: Apache-2.0

extension MetricsText {
  /// Adds what signatures and their programs count; nothing if there are none.
  mutating func addSignatures(_ ledger: Ledger) {
    guard !ledger.signatures.isEmpty || !ledger.programs.isEmpty else { return }
    family(
      "tracee_policy_findings_total", .counter,
      "Findings of a signature, by the policy that selects it.")
    addAccounts(ledger, \.findings)
    family(
      "tracee_policy_signature_suppressed_total", .counter,
      "Findings that were held back because their key had one not long ago.")
    addAccounts(ledger, \.suppressed)
    family(
      "tracee_policy_signature_forgotten_total", .counter,
      "Keys, and values of keys, that a signature had to forget while they were of use.")
    addAccounts(ledger, \.forgotten)
    family(
      "tracee_policy_signature_state_entries", .gauge, "Keys that a signature remembers now.")
    for account in ledger.signatures {
      sample(account.keys, ["policy": account.policy, "signature": account.signature])
    }
    family(
      "tracee_policy_signature_missed_events_total", .counter,
      "Events that signatures did not see, because they came too late or there was no room.")
    sample(ledger.lateForSignatures, ["reason": "late"])
    sample(ledger.unseenBySignatures, ["reason": "no_room"])
    addPrograms(ledger.programs)
  }

  private mutating func addAccounts(
    _ ledger: Ledger, _ count: KeyPath<SignatureAccount, UInt64>
  ) {
    for account in ledger.signatures {
      sample(
        account[keyPath: count], ["policy": account.policy, "signature": account.signature])
    }
  }

  private mutating func addPrograms(_ programs: [ProgramAccount]) {
    guard !programs.isEmpty else { return }
    let names = Self.distinct(programs.map(\.program))
    family(
      "tracee_policy_signature_program_lost_total", .counter,
      "Events that a program of signatures did not get.")
    for (program, name) in zip(programs, names) { sample(program.lost, ["program": name]) }
    family(
      "tracee_policy_signature_program_refused_total", .counter,
      "Lines of a program of signatures that are no findings.")
    for (program, name) in zip(programs, names) { sample(program.refused, ["program": name]) }
    family(
      "tracee_policy_signature_program_starts_total", .counter,
      "Times that a program of signatures was started.")
    for (program, name) in zip(programs, names) { sample(program.starts, ["program": name]) }
  }
}
