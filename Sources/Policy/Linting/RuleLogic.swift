extension PlanRule {
  /// The first of its fields whose clauses contradict each other, so that nothing can match; nil
  /// when none is found.
  ///
  /// What is found is certain: ``ReferenceMatcher`` says no for every packet that gives the event.
  var contradiction: CheckedFilter.Target? {
    for field in scope.fields() where !isMeetable(field) && logic(of: field).isContradictory {
      return .owner(field)
    }
    if logic(of: .containerID).wantsValue,
      FieldLogic(inContainer, OwnerField.container.profile).isContradictory
    {
      return .owner(.container)
    }
    for field in filters.fields() where !isMeetable(field) && logic(of: field).isContradictory {
      return .packet(field, member: nil)
    }
    return nil
  }

  /// Whether whatever matches this rule matches another one for the same event.
  ///
  /// Yes is certain.
  func implies(_ other: PlanRule) -> Bool {
    guard event == other.event, !scope.isEmpty || other.scope.isEmpty,
      other.elements.allSatisfy({ elements.contains($0) })
    else { return false }
    let new = other.scope.filter { !scope.contains($0) }
    let newFilters = other.filters.filter { !filters.contains($0) }
    return !isRefuted(new, newFilters)
      && new.allSatisfy { logic(of: $0.field).implies($0.condition) }
      && newFilters.allSatisfy { logic(of: $0.field).implies($0.condition) }
  }

  private func isMeetable(_ field: OwnerField) -> Bool {
    Witness.meets(scope.conditions(of: field), in: field.profile.domain)
  }

  private func isMeetable(_ field: PacketField) -> Bool {
    Witness.meets(filters.conditions(of: field), in: field.profile(in: event).domain)
  }

  /// Whether a counterexample to one of these clauses is at hand.
  private func isRefuted(
    _ clauses: [Clause<OwnerField>], _ filters: [Clause<PacketField>]
  ) -> Bool {
    clauses.contains { clause in
      Witness.refutes(
        scope.conditions(of: clause.field), against: clause.condition,
        in: clause.field.profile.domain)
    }
      || filters.contains { clause in
        Witness.refutes(
          self.filters.conditions(of: clause.field), against: clause.condition,
          in: clause.field.profile(in: event).domain)
      }
  }

  /// What is said of being in a container, and that it is so.
  private var inContainer: [Condition] {
    scope.conditions(of: .container) + [Condition(included: [.numbers(1...1)])]
  }

  private func logic(of field: OwnerField) -> FieldLogic {
    FieldLogic(scope.conditions(of: field), field.profile)
  }

  private func logic(of field: PacketField) -> FieldLogic {
    FieldLogic(filters.conditions(of: field), field.profile(in: event))
  }
}

extension Array {
  /// The fields of clauses, each once, in order.
  fileprivate func fields<Field>() -> [Field] where Element == Clause<Field> {
    reduce(into: []) { fields, clause in
      if !fields.contains(clause.field) { fields.append(clause.field) }
    }
  }

  fileprivate func conditions<Field>(of field: Field) -> [Condition]
  where Element == Clause<Field> {
    filter { $0.field == field }.map(\.condition)
  }
}
