// SPDX-License-Identifier: Apache-2.0

import Pipeline
import Policy

/// Prints how long the kernel's tables of a thousand rules take that name ten thousand prefixes of addresses, or as many
/// texts.
func measureCompiling() {
  let addresses = (0..<TracePlan.ruleLimit).map { rule in
    let prefixes = (0..<10).map { number in
      let first = UInt32(truncatingIfNeeded: (rule * 10 + number) * 40_503) << 12
      let last = first | (number % 2 == 0 ? 0xff : 0xfff)
      return Operand.addresses(IPAddress(ipv4: first)...IPAddress(ipv4: last))
    }
    let condition = rule % 3 == 0 ? Condition(excluded: prefixes) : Condition(included: prefixes)
    return PlanRule(policy: 0, event: .tcp, filters: [Clause(.destination, condition)])
  }
  let texts = (0..<TracePlan.ruleLimit).map { rule in
    let patterns = (0..<10).map { number in
      Operand.text(
        number % 2 == 0
          ? .prefix("/usr/\(rule % 7)/\(rule)\(number)") : .exact("/bin/\(rule)\(number)"))
    }
    return PlanRule(
      policy: 0, event: .tcp, scope: [Clause(.executable, Condition(included: patterns))])
  }
  print("\ntables of \(TracePlan.ruleLimit) rules  milliseconds")
  for (name, rules) in [("10,240 prefixes", addresses), ("10,240 texts", texts)] {
    let plan = TracePlan(policies: ["bench"], rules: rules)
    var fastest = Double.infinity
    for _ in 0..<3 {
      let start = seconds()
      let tables = KernelTables(plan, generation: 1)
      precondition(tables.undecidedClauses == 0, "the kernel decides all of it")
      fastest = min(fastest, seconds() - start)
    }
    print(name, Int(fastest * 1000), separator: "\t")
  }
}

/// Prints how long one rule takes that names many addresses: reading the file, checking it, and making the tables.
func measureCompilingLists() {
  print("\naddresses in a rule  milliseconds")
  for count in [10_000, 100_000, 1_000_000] {
    let addresses = (0..<UInt32(count)).map { IPAddress(ipv4: 0x0a00_0000 + $0 * 3).description }
    let text =
      "type: policy\nname: a\nscope: [global]\nrules:\n- event: net_packet_tcp\n  filters:\n  - data.dst="
      + addresses.joined(separator: ",") + "\n"
    let start = seconds()
    let checked = PolicySet.parse([SourceFile(name: "a.yaml", bytes: Array(text.utf8))]).checked()
    let read = seconds() - start
    guard let plan = checked.plan else { preconditionFailure("the policy is valid") }
    let tables = KernelTables(plan, generation: 1)
    precondition(tables.undecidedClauses == 0, "the kernel decides all of it")
    print(count, Int(read * 1000), Int((seconds() - start) * 1000), separator: "\t")
  }
}
