// SPDX-License-Identifier: Apache-2.0

import Policy

/// A plan as captures are judged by it.
struct ReplayPlan: Sendable {
  let plan: TracePlan
  let classifier: TableClassifier
  /// For each rule, what is left to be asked packet by packet.
  let undecided: [Undecided]
  /// The words of a row.
  let rowWords: Int
  let readiness: Readiness

  /// Makes the tables.
  init(_ plan: TracePlan) {
    let tables = KernelTables(plan, generation: ReplayRecord.generation)
    self.plan = plan
    classifier = TableClassifier(tables)
    undecided = TableClassifier.undecided(plan.rules)
    rowWords = tables.rowWords
    readiness = Readiness(plan, tables)
  }

  /// The policies with rules that ask whose packet it is, in load order.
  var policiesOfOwners: [String] {
    plan.policies.indices.filter { policy in
      plan.rules.contains {
        $0.policy == policy
          && !(ReferenceMatcher.matches($0.scope, owner: nil)
            && ReferenceMatcher.follows($0, owner: nil))
      }
    }.map { plan.policies[$0] }
  }
}
