// SPDX-License-Identifier: Apache-2.0

import CBPF
import Policy

extension KernelTables {
  /// Makes the tables of what rules ask about owners.
  mutating func encode(_ question: RuleQuestion<OwnerField>, _ table: inout RowTable) {
    for field in OwnerField.allCases where question.uses(field) {
      guard let lookup = field.kernelTable, let dimension = ScopeDimension.of(field) else {
        continue
      }
      plan.scope_dimensions |= 1 << dimension.rawValue
      for (state, owner) in ScopeDimension.states(of: field).enumerated() {
        let number = ScopeDimension.number(dimension, state: state)
        switch lookup {
        case .numbers:
          question.addNumbers(of: field, dimension: number, to: &numbers, &table) {
            owner.values(of: field, number: $0)
          }
        case .texts(let capacity):
          question.addTexts(of: field, capacity, dimension: number, to: &texts, &table) {
            owner.values(of: field, text: $0)
          }
        case .flag:
          let values = [UInt64(0), 1].map { value in
            table.index(of: question.row(field, [.number(value)]))
          }
          plan.container = (values[0], values[1])
        case .descent: preconditionFailure("the kernel asks about ancestors in three dimensions")
        case .addresses, .ports, .header:
          preconditionFailure("owners have no addresses, no ports and no headers")
        }
      }
    }
  }

  /// Makes the tables of what rules ask about the owner's process and its ancestors.
  ///
  /// A list meets what is included, and the bounds, when one element meets them all, and what is excluded when none
  /// does. So the kernel needs two rows of each number: those of the first sort are joined over all ancestors, those of
  /// the second intersected. Two clauses of a rule can be met by two ancestors, so each has its own dimension.
  ///
  /// - Parameter clauses: those of a rule that the kernel is to decide, at most two.
  mutating func encodeTree(
    _ rules: [PlanRule], _ table: inout RowTable, clauses: (PlanRule) -> [Clause<OwnerField>]
  ) {
    func ask(
      _ dimension: tp_scope_dimension, _ part: ([Clause<OwnerField>]) -> [Clause<OwnerField>]
    ) {
      let question = RuleQuestion(rules) { rule in
        part(clauses(rule)).filter { $0.condition != Condition() }
      }
      guard question.uses(.tree) else { return }
      plan.scope_dimensions |= 1 << dimension.rawValue
      question.addNumbers(of: .tree, dimension: dimension.rawValue, to: &numbers, &table)
    }
    ask(TP_SCOPE_TREE) { $0.prefix(1).map(\.withoutExcluded) }
    ask(TP_SCOPE_TREE_TOO) { $0.dropFirst().prefix(1).map(\.withoutExcluded) }
    ask(TP_SCOPE_TREE_NONE) { $0.map(\.onlyExcluded) }
    for (number, rule) in rules.enumerated() where !clauses(rule).isEmpty {
      plan.tree_words |= 1 << UInt32(number / 64)
    }
  }
}

extension Clause<OwnerField> {
  fileprivate var withoutExcluded: Self {
    Self(field, Condition(included: condition.included, bounds: condition.bounds))
  }

  fileprivate var onlyExcluded: Self { Self(field, Condition(excluded: condition.excluded)) }
}
