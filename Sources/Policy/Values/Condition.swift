// SPDX-License-Identifier: Apache-2.0

/// A condition on one field: the union of its `=` values, the union of its `!=` values, and its bounds.
///
/// A value matches if it is in ``included`` (or that is empty), is not in ``excluded``, and is within every bound.
/// ``ReferenceMatcher`` defines fields without a value and lists. Source: `docs/policy-language.md` §2.
public struct Condition: Equatable, Hashable, Sendable {
  /// The values after `=`, of which one must match; empty if any value will do.
  public var included: [Operand]
  /// The values after `!=`, of which none may match.
  public var excluded: [Operand]
  /// The comparisons with `<`, `<=`, `>` and `>=`, which must all hold.
  public var bounds: [Bound]

  /// Creates a condition; without arguments, one that every value meets.
  public init(included: [Operand] = [], excluded: [Operand] = [], bounds: [Bound] = []) {
    self.included = included
    self.excluded = excluded
    self.bounds = bounds
  }
}

/// The set of values that one word of a filter matches.
public enum Operand: Equatable, Hashable, Sendable {
  /// A whole number, or a range of them with both ends: integers, ports, enumerations, flags (0 and 1).
  case numbers(ClosedRange<UInt64>)
  /// An address, a prefix or a range of addresses with both ends, within one family.
  case addresses(ClosedRange<IPAddress>)
  /// A text, or a part of one.
  case text(TextPattern)
  /// A text that belongs to a name; the name is compared exactly. See ``FieldValue/member(_:_:)``.
  case member(String, TextPattern)
}

/// A pattern that matches one text, or all texts that start with, end with or contain one; bytes are compared.
public enum TextPattern: Equatable, Hashable, Sendable {
  case exact(String)
  case prefix(String)
  case suffix(String)
  case contains(String)
}

/// A comparison with a whole number, open at one end.
public struct Bound: Equatable, Hashable, Sendable {
  /// The operator between a value and the limit.
  public enum Comparison: String, CaseIterable, Sendable {
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
  }

  /// The operator between the value of the field, on its left, and ``limit``.
  public var comparison: Comparison
  /// The number that values are compared with; for signed types see ``FieldValue/signed(_:)``.
  public var limit: UInt64

  /// Creates a bound on a number: the comparison, and the number to compare with.
  public init(_ comparison: Comparison, _ limit: UInt64) {
    self.comparison = comparison
    self.limit = limit
  }
}
