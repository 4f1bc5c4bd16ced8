// SPDX-License-Identifier: Apache-2.0

import Policy

/// What is in force, in numbers.
public struct Readiness: Equatable, Sendable, CustomStringConvertible {
  /// The number of policies in the plan.
  public let policies: Int
  /// How many rules, each with a bit of its own.
  public let rules: Int
  /// How many different events the rules want.
  public let events: Int
  /// How many clauses the kernel decides.
  public let kernelFilters: Int
  /// How many clauses are left to user space.
  public let userSpaceFilters: Int
  /// The kernel's memory for the tables, in bytes.
  public let tableBytes: Int

  init(_ plan: TracePlan, _ tables: KernelTables) {
    policies = plan.policies.count
    rules = plan.rules.count
    events = Set(plan.rules.map(\.event)).count
    kernelFilters = tables.decidedClauses
    userSpaceFilters = tables.undecidedClauses
    tableBytes = tables.bytes
  }

  /// The words of the ready line.
  public var description: String {
    func count(_ number: Int, _ one: String, _ many: String) -> String {
      "\(number) \(number == 1 ? one : many)"
    }
    return
      "\(count(policies, "policy", "policies")), \(count(rules, "rule", "rules")), "
      + "\(count(events, "event", "events")); kernel filters \(kernelFilters), "
      + "user-space filters \(userSpaceFilters); tables \(tableBytes.shownBytes)"
  }
}
