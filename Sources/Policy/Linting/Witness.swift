// SPDX-License-Identifier: Apache-2.0

/// A quick search for a value that meets conditions, or that shows that they do not imply another one.
///
/// A result of true is certain; false means only that no value was found among a few candidates.
enum Witness {
  /// Returns whether a value at an end of an operand, or of the domain, meets all of `conditions`.
  static func meets(_ conditions: [Condition], in domain: ValueSet) -> Bool {
    let values =
      first(conditions).flatMap(\.ends)
      + domain.numbers.intervals.prefix(1).flatMap { Operand.numbers($0).ends }
      + domain.addresses.intervals.prefix(1).flatMap { Operand.addresses($0).ends }
    return values.contains { value in
      domain.contains(value) && conditions.allSatisfy { ReferenceMatcher.matches($0, [value]) }
    }
  }

  /// Returns whether a value at an end of an operand meets all of `conditions` but not `other`.
  static func refutes(
    _ conditions: [Condition], against other: Condition, in domain: @autoclosure () -> ValueSet
  ) -> Bool {
    let candidates =
      first(conditions) + other.excluded.prefix(limit) + other.included.prefix(limit)
    guard
      let value = candidates.prefix(limit).lazy.flatMap(\.ends).first(where: { value in
        !ReferenceMatcher.matches(other, [value])
          && conditions.allSatisfy { ReferenceMatcher.matches($0, [value]) }
      })
    else { return false }
    return domain().contains(value)
  }

  /// The operands that conditions include first; lists can be long, and are not copied.
  private static func first(_ conditions: [Condition]) -> [Operand] {
    var operands: [Operand] = []
    for condition in conditions where operands.count < limit {
      operands += condition.included.prefix(limit - operands.count)
    }
    return operands
  }

  /// The most operands that are tried.
  private static let limit = 4
}

extension Operand {
  /// The values at the ends of the operand; of a text pattern, its text.
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
  /// Returns whether a value is in the set, which must contain all texts or none.
  fileprivate func contains(_ value: FieldValue) -> Bool {
    switch value {
    case .number(let number): numbers.intervals.contains { $0.contains(number) }
    case .address(let address): addresses.intervals.contains { $0.contains(address) }
    case .text: !texts.isEmpty
    case .member: false
    }
  }
}
