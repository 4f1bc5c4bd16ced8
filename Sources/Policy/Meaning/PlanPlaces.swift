// SPDX-License-Identifier: Apache-2.0

/// What a plan names that can be looked for on a machine.
extension TracePlan {
  /// The paths of executables that the plan names whole, in order, each once.
  public var executables: [String] {
    operands(of: .executable).compactMap { operand -> String? in
      switch operand {
      case .text(.exact(let path)): path
      case .member(FieldValue.host, .exact(let path)): path
      default: nil
      }
    }.distinct
  }

  /// The paths of cgroups that the plan names, in order, each once.
  public var cgroups: [String] {
    operands(of: .cgroup).compactMap { operand -> String? in
      if case .text(.exact(let path)) = operand { path } else { nil }
    }.distinct
  }

  /// The ids of processes on the host that the plan names one by one, in order, each once.
  public var processes: [UInt64] {
    [OwnerField.processID, .threadID, .parentProcessID, .tree].flatMap { operands(of: $0) }
      .compactMap { operand -> UInt64? in
        guard case .numbers(let range) = operand, range.lowerBound == range.upperBound else {
          return nil
        }
        return range.lowerBound
      }.distinct
  }

  /// Returns the plan with the targets of links next to the paths of executables that are links.
  ///
  /// The kernel has the path of what runs, in which every link is followed.
  ///
  /// - Parameter targets: the target of each path that is a link.
  public func following(links targets: [String: String]) -> TracePlan {
    guard !targets.isEmpty else { return self }
    var plan = self
    for index in plan.rules.indices {
      plan.rules[index].scope = Self.followed(rules[index].scope, targets)
      plan.rules[index].followed = rules[index].followed.map { Self.followed($0, targets) }
    }
    return plan
  }

  private static func followed(
    _ clauses: [Clause<OwnerField>], _ targets: [String: String]
  ) -> [Clause<OwnerField>] {
    clauses.map { clause in
      guard clause.field == .executable else { return clause }
      var clause = clause
      clause.condition.included += clause.condition.included.compactMap { $0.followed(targets) }
      clause.condition.excluded += clause.condition.excluded.compactMap { $0.followed(targets) }
      return clause
    }
  }

  /// The operands after `=` of all clauses on a field; those after `!=` need not be there.
  private func operands(of field: OwnerField) -> [Operand] {
    rules.flatMap { rule in
      (rule.scope + (rule.followed ?? [])).filter { $0.field == field }
        .flatMap(\.condition.included)
    }
  }
}

extension Operand {
  fileprivate func followed(_ targets: [String: String]) -> Operand? {
    switch self {
    case .text(.exact(let path)): targets[path].map { .text(.exact($0)) }
    case .member(FieldValue.host, .exact(let path)):
      targets[path].map { .member(FieldValue.host, .exact($0)) }
    default: nil
    }
  }
}

extension Array where Element: Hashable {
  /// The elements, each once, in order.
  fileprivate var distinct: [Element] {
    var seen: Set<Element> = []
    return filter { seen.insert($0).inserted }
  }
}
