// SPDX-License-Identifier: Apache-2.0

import Glibc
import Policy

/// Prints how fast a thousand files of twenty rules are linted in one process, and the most memory that the process had.
///
/// Their text is in memory: what is measured is everything but the disk.
func measureLint() {
  let files = (0..<1000).map { number in
    var text =
      "type: policy\nname: policy-\(number)\nscope: [\"comm=nginx,envoy\", not-container]\nrules:\n"
    for rule in 0..<20 {
      text += "  - event: net_packet_tcp\n    filters:\n"
      text += "      - data.dst_port=\(1000 + rule * 20)-\(1010 + rule * 20),443\n"
      text += "      - data.dst!=10.\(rule).0.0/16\n"
    }
    return SourceFile(name: "\(number).yaml", bytes: Array(text.utf8))
  }
  var fastest = Double.infinity
  for _ in 0..<3 {
    let start = seconds()
    let checked = PolicySet.parse(files).checked()
    precondition(checked.policies.count == files.count, "every file is a policy")
    fastest = min(fastest, seconds() - start)
  }
  measureLongLists()
  var usage = rusage()
  getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
  print("\nlint: \(Int(1000 / fastest)) files/s, \(usage.ru_maxrss / 1024) MiB at most")
}

/// Prints how long it takes to lint 1,024 rules, of which 20 have lists of ten thousand addresses.
private func measureLongLists() {
  let files = (0..<20).map { number in
    var text = "type: policy\nname: policy-\(number)\nscope: [comm=nginx]\nrules:\n"
    let addresses = (0..<10_000).map {
      "10.\(number * 4 + $0 / 4096).\($0 / 16 % 256).\($0 % 16 * 2)"
    }
    text +=
      "  - event: net_packet_tcp\n    filters:\n      - data.dst=\(addresses.joined(separator: ","))\n"
    for rule in 1..<51 {
      text += "  - event: net_packet_tcp\n    filters: [data.dst_port=\(1000 + rule)]\n"
    }
    return SourceFile(name: "\(number).yaml", bytes: Array(text.utf8))
  }
  let start = seconds()
  let checked = PolicySet.parse(files).checked()
  precondition(checked.plan?.rules.count == 1020, "every rule counts")
  print("\nlint of 20 lists of 10,000 addresses: \(Int((seconds() - start) * 1000)) ms")
}
