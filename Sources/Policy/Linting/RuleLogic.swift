// SPDX-License-Identifier: Apache-2.0

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
    let rule = withCommonFields
    for field in rule.filters.fields()
    where !rule.isMeetable(field) && rule.logic(of: field).isContradictory {
      return .packet(field, member: nil)
    }
    return rule.hasTwoFamilies ? .packet(.destination, member: nil) : nil
  }

  /// The rule with each field of a header replaced by the field of all packets that says the same, if there is one.
  private var withCommonFields: PlanRule {
    guard filters.contains(where: { $0.field.commonField != nil }) else { return self }
    var rule = self
    rule.filters = filters.map { Clause($0.field.commonField ?? $0.field, $0.condition) }
    return rule
  }

  /// Whether the source can only be of one family of addresses, and the destination only of the other.
  private var hasTwoFamilies: Bool {
    guard let sources = families(of: .source), let destinations = families(of: .destination) else {
      return false
    }
    return sources.isDisjoint(with: destinations)
  }

  /// The families that a field's clauses leave; nil if they ask for nothing.
  private func families(of field: PacketField) -> AddressFamilies? {
    let included = filters.conditions(of: field).map(\.included).filter { !$0.isEmpty }
    guard !included.isEmpty else { return nil }
    return included.reduce(into: .both) { families, operands in
      var named: AddressFamilies = []
      for operand in operands {
        named.formUnion(operand.families)
        // A long list need not be read to its end.
        if named == .both { break }
      }
      families.formIntersection(named)
    }
  }

  /// Returns whether everything that matches this rule matches another one for the same event.
  ///
  /// If true, that is certain; if false, it is not known.
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

private struct AddressFamilies: OptionSet {
  let rawValue: Int

  static let ipv4 = Self(rawValue: 1)
  static let ipv6 = Self(rawValue: 2)
  static let both: Self = [ipv4, ipv6]
}

extension Operand {
  /// The families of the operand's addresses; both for what is not about addresses.
  fileprivate var families: AddressFamilies {
    guard case .addresses(let range) = self else { return .both }
    let block = IPAddress.ipv4Block
    let isBeyond = range.lowerBound < block.lowerBound || block.upperBound < range.upperBound
    var families: AddressFamilies = isBeyond ? .ipv6 : []
    if range.overlaps(block) { families.insert(.ipv4) }
    return families
  }
}
