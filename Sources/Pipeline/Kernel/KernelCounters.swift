// SPDX-License-Identifier: Apache-2.0

import CBPF
import System

/// Reads the counters of the kernel side.
struct KernelCounters {
  private let counters: Int32
  private let losses: Int32
  private let processors = Int(tp_possible_cpus())

  /// Takes the descriptors of the maps `tp_counters` and `tp_losses`.
  init(counters: Int32, losses: Int32) {
    self.counters = counters
    self.losses = losses
  }

  /// The counts of all packets.
  func counts() throws(SystemError) -> KernelCounts {
    let values = try read(counters, index: 0, words: MemoryLayout<tp_counters>.size / 8)
    func count(_ field: KeyPath<tp_counters, UInt64>) -> UInt64 { values[Self.word(of: field)] }
    func hidden(_ hiding: tp_hiding) -> UInt64 {
      values[Self.word(of: \tp_counters.hidden) + Int(hiding.rawValue)]
    }
    func failed(_ failure: tp_failure) -> UInt64 {
      values[Self.word(of: \tp_counters.failures) + Int(failure.rawValue)]
    }
    return KernelCounts(
      unwanted: count(\.unwanted), submitted: count(\.submitted), ringFull: count(\.full),
      malformed: count(\.malformed), fragments: hidden(TP_HIDDEN_BY_FRAGMENT),
      buried: hidden(TP_HIDDEN_BY_HEADERS), cutOff: hidden(TP_HIDDEN_BY_END),
      processesFull: count(\.processes_full), processesRefused: count(\.descents_full),
      ancestorsCut: count(\.ancestors_cut), cgroupsUnknown: count(\.cgroups_unknown),
      socketFailures: failed(TP_FAILED_SOCKET), streamFailures: failed(TP_FAILED_STREAM),
      processFailures: failed(TP_FAILED_PROCESS), ownerFailures: failed(TP_FAILED_OWNER))
  }

  /// The place of a counter among the words of ``CBPF/tp_counters``.
  private static func word<Field>(of field: KeyPath<tp_counters, Field>) -> Int {
    guard let offset = MemoryLayout<tp_counters>.offset(of: field) else {
      preconditionFailure("a field of a C structure has an offset")
    }
    return offset / 8
  }

  /// For each of the first `rules` rules of a generation, the packets that it wanted and that found the ring full.
  func losses(of generation: UInt32, rules: Int) throws(SystemError) -> [UInt64] {
    var result: [UInt64] = []
    for rule in 0..<rules {
      result.append(try read(losses, index: Self.place(of: rule, in: generation), words: 1)[0])
    }
    return result
  }

  /// Makes the losses of a generation 0, when no program counts them any more: its slot is used again.
  func clearLosses(of generation: UInt32, _ losses: [UInt64]) throws(SystemError) {
    for rule in losses.indices where losses[rule] != 0 {
      var index = Self.place(of: rule, in: generation)
      var values = [UInt64](repeating: 0, count: processors)
      let code = unsafe bpf_map_update_elem(self.losses, &index, &values, 0)
      guard code == 0 else { throw SystemError("clear the counters", code: code) }
    }
  }

  private static func place(of rule: Int, in generation: UInt32) -> UInt32 {
    Installer.slot(of: generation) * UInt32(TP_RULES_MAX) + UInt32(rule)
  }

  private func read(_ map: Int32, index: UInt32, words: Int) throws(SystemError) -> [UInt64] {
    var index = index
    var values = [UInt64](repeating: 0, count: words * processors)
    let code = unsafe bpf_map_lookup_elem(map, &index, &values)
    guard code == 0 else { throw SystemError("read the counters", code: code) }
    return (0..<words).map { word in
      (0..<processors).reduce(0) { $0 &+ values[$1 * words + word] }
    }
  }
}
