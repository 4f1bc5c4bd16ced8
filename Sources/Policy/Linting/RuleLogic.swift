extension PlanRule {
  /// The first field whose clauses contradict each other, so that nothing can match; nil if none is found.
  ///
  /// A contradiction is certain: ``ReferenceMatcher`` rejects every packet that gives the event.
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

  /// Returns whether everything that matches this rule matches another one for the same event.
  ///
  /// If true, that is certain; if false, it is not known.
  func implies(_ other: PlanRule) -> Bool {
    guard event == other.event, !scope.isEmpty || other.scope.isEmpty else { return false }
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

  /// Returns whether a value is found that meets this rule's clauses and not one of these.
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

  /// The conditions on being in a container, together with being in one.
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
  /// Returns the fields of clauses, each once, in order.
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
