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
