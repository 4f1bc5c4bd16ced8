// SPDX-License-Identifier: Apache-2.0

import CBPF
import Glibc
import Pipeline

/// Prints the mean time of each program on live packets, as the kernel counts it (`bpf_stats`), which costs some 20 ns itself.
func measurePrograms() throws {
  print("\nprogram  ns a run, 1 rule, 64 rules, 1,024 rules")
  let traffic = try LoopbackTraffic(size: 32)
  let statistics = bpf_enable_stats(BPF_STATS_RUN_TIME)
  guard statistics >= 0 else { throw Refused("bpf_enable_stats", -statistics) }
  defer { close(statistics) }
  var times: [String: [Double]] = [:]
  func note() throws {
    for (name, time) in try runTimes(traffic) { times[name, default: []].append(time) }
  }
  do {
    let programs = try BarePrograms()
    try note()
    _ = consume programs
  }
  for count in [1, 64, 1024] {
    let tracer = try Tracer(KernelTables(unwantedPlan(rules: count), generation: 1))
    try note()
    let seen = try tracer.counts().unwanted
    precondition(seen > 1000, "the packets were looked at")
  }
  for (name, values) in times.sorted(by: { $0.key < $1.key }) {
    print(
      "  \(name)", values.map { "\(Int($0.rounded()))" }.joined(separator: "\t"), separator: "\t")
  }
}

/// The median of five means of each program's runs.
private func runTimes(_ traffic: borrowing LoopbackTraffic) throws -> [String: Double] {
  var rounds: [String: [Double]] = [:]
  for _ in 0..<5 {
    let before = programRuns()
    _ = try traffic.rate()
    for (name, now) in programRuns() {
      guard let first = before[name], now.count > first.count + 100 else { continue }
      rounds[name, default: []].append(
        Double(now.nanoseconds - first.nanoseconds) / Double(now.count - first.count))
    }
  }
  return rounds.mapValues(median)
}

/// The runs and the time of each loaded program of the tracer so far.
private func programRuns() -> [String: (count: UInt64, nanoseconds: UInt64)] {
  var runs: [String: (count: UInt64, nanoseconds: UInt64)] = [:]
  var id: UInt32 = 0
  while bpf_prog_get_next_id(id, &id) == 0 {
    let program = bpf_prog_get_fd_by_id(id)
    guard program >= 0 else { continue }
    defer { close(program) }
    var info = bpf_prog_info()
    var length = UInt32(MemoryLayout<bpf_prog_info>.size)
    guard bpf_obj_get_info_by_fd(program, &info, &length) == 0 else { continue }
    let name = withUnsafeBytes(of: info.name) {
      String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
    }
    if name.hasPrefix("tp_on_") || name.hasPrefix("bare_") {
      runs[name] = (info.run_cnt, info.run_time_ns)
    }
  }
  return runs
}
