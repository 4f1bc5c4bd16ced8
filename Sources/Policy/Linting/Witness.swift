/// Values that show at a glance that conditions can be met, or that they do not imply another: the quick answer to most
/// questions.
///
/// Yes is certain; no says nothing.
enum Witness {
  /// Whether a value at an end of some operand, or of the domain, meets all of `conditions`.
  static func meets(_ conditions: [Condition], in domain: ValueSet) -> Bool {
    let values =
      conditions.flatMap(\.included).prefix(limit).flatMap(\.ends)
      + domain.numbers.intervals.prefix(1).flatMap { Operand.numbers($0).ends }
      + domain.addresses.intervals.prefix(1).flatMap { Operand.addresses($0).ends }
    return values.contains { value in
      domain.contains(value) && conditions.allSatisfy { ReferenceMatcher.matches($0, [value]) }
    }
  }

  /// Whether a value at an end of some operand meets all of `conditions` and not `other`.
  static func refutes(
    _ conditions: [Condition], against other: Condition, in domain: @autoclosure () -> ValueSet
  ) -> Bool {
    let candidates = conditions.flatMap(\.included) + other.excluded + other.included
    guard
      let value = candidates.prefix(limit).lazy.flatMap(\.ends).first(where: { value in
        !ReferenceMatcher.matches(other, [value])
          && conditions.allSatisfy { ReferenceMatcher.matches($0, [value]) }
      })
    else { return false }
    return domain().contains(value)
  }

  /// The operands that are tried.
  private static let limit = 4
}

extension Operand {
  /// The values at its ends; of texts the text itself.
  fileprivate var ends: [FieldValue] {
    switch self {
    case .numbers(let range): [.number(range.lowerBound), .number(range.upperBound)]
    case .addresses(let range): [.address(range.lowerBound), .address(range.upperBound)]
    case .text(.exact(let text)), .text(.prefix(let text)), .text(.suffix(let text)),
      .text(.contains(let text)):
      [.text(text)]
    case .member: []
    }
  }
}

extension ValueSet {
  /// Whether a value is in the set, for sets of all texts or of none.
  fileprivate func contains(_ value: FieldValue) -> Bool {
    switch value {
    case .number(let number): numbers.intervals.contains { $0.contains(number) }
    case .address(let address): addresses.intervals.contains { $0.contains(address) }
    case .text: !texts.isEmpty
    case .member: false
    }
  }
}
