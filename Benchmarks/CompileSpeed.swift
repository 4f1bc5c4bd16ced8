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

/// Prints how long lists of addresses take, written in a rule and in a file of their own: reading, checking, making the tables.
func measureCompilingLists() {
  print("\naddresses  milliseconds checked, with tables")
  for count in [10_000, 100_000, 1_000_000] {
    let addresses = (0..<UInt32(count)).map { IPAddress(ipv4: 0x0a00_0000 + $0 * 3).description }
    measureCompiling("\(count) in a rule", policies: 1, addresses.joined(separator: ","), list: nil)
    let list = addresses.joined(separator: "\n")
    measureCompiling("\(count) in a list", policies: 1, "@own", list: list)
    if count == 10_000 {
      measureCompiling("\(count) in a list, 20 policies", policies: 20, "@own", list: list)
    }
  }
}

private func measureCompiling(_ name: String, policies: Int, _ value: String, list: String?) {
  let sources = (0..<policies).map { number in
    let text = """
      type: policy
      name: p\(number)
      scope: [global]
      \(list == nil ? "" : "lists: { own: own.txt }")
      rules:
      - event: net_packet_tcp
        filters:
        - data.dst=\(value)
      """
    return SourceFile(name: "\(number).yaml", bytes: Array(text.utf8))
  }
  let bytes = list.map { Array($0.utf8) }
  let start = seconds()
  let lists = bytes.map { ["own.txt": ValueList(reading: SourceFile(name: "own.txt", bytes: $0))] }
  let checked = PolicySet.parse(sources, lists: lists ?? [:]).checked()
  let read = seconds() - start
  guard let plan = checked.plan else { preconditionFailure("the policy is valid") }
  let tables = KernelTables(plan, generation: 1)
  precondition(tables.undecidedClauses == 0, "the kernel decides all of it")
  print(name, Int(read * 1000), Int((seconds() - start) * 1000), separator: "\t")
}
