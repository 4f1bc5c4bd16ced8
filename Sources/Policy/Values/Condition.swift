/// All that a policy says of one field, as written: the union of its `=` values, of its `!=` values, and its bounds.
///
/// A value matches when it is in ``included`` (or that is empty), is not in ``excluded``, and keeps every bound.
/// ``ReferenceMatcher`` defines the rest. Source: `docs/policy-language.md` §2.
public struct Condition: Equatable, Hashable, Sendable {
  /// The values after `=`.
  public var included: [Operand]
  /// The values after `!=`.
  public var excluded: [Operand]
  /// The values after `<`, `<=`, `>` and `>=`.
  public var bounds: [Bound]

  /// Makes a condition.
  public init(included: [Operand] = [], excluded: [Operand] = [], bounds: [Bound] = []) {
    self.included = included
    self.excluded = excluded
    self.bounds = bounds
  }
}

/// A set of values that one word of a filter stands for.
public enum Operand: Equatable, Hashable, Sendable {
  /// A whole number, or a range of them with both ends: integers, ports, enumerations, flags (0 and 1).
  case numbers(ClosedRange<UInt64>)
  /// An address, a prefix or a range of addresses with both ends, within one family.
  case addresses(ClosedRange<IPAddress>)
  /// A text, or a part of one.
  case text(TextPattern)
  /// A text that belongs to a name, which is compared whole. See ``FieldValue/member(_:_:)``.
  case member(String, TextPattern)
}

/// A text, or all texts that begin with, end with or contain one.
public enum TextPattern: Equatable, Hashable, Sendable {
  case exact(String)
  case prefix(String)
  case suffix(String)
  case contains(String)
}

/// An open-ended comparison with a whole number.
public struct Bound: Equatable, Hashable, Sendable {
  /// How a value compares with the limit.
  public enum Comparison: String, CaseIterable, Sendable {
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
  }

  /// How.
  public var comparison: Comparison
  /// With what.
  public var limit: UInt64

  /// Makes a bound.
  public init(_ comparison: Comparison, _ limit: UInt64) {
    self.comparison = comparison
    self.limit = limit
  }
}
