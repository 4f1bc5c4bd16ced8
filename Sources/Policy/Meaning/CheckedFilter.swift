// SPDX-License-Identifier: Apache-2.0

/// A filter with a known key and values of the key's type, and with the places of its words.
public struct CheckedFilter: Equatable, Sendable {
  /// The subject of a filter.
  public enum Target: Hashable, Sendable {
    /// Everything: the word `global`, which has no condition.
    case everything
    /// The policy's memory of processes: the word `follow`.
    case follow
    /// A field of the owner of the packet's socket.
    case owner(OwnerField)
    /// A field of the packet, with the name of the member if the field is a map such as headers.
    case packet(PacketField, member: String?)
    /// One element of a list; with the expression, which tells it from others.
    case element(String)
    /// The data of a signature's finding, by name.
    case finding(String)
  }

  /// A value as written, and its meaning.
  public struct Value: Equatable, Sendable {
    /// The meaning of a value.
    public enum Meaning: Equatable, Sendable {
      /// The operands of a value after `=` or `!=`.
      case operands([Operand])
      /// The bound of a value after `<`, `<=`, `>` or `>=`.
      case bound(Bound)
    }

    /// The value as written, with its place.
    public var word: FilterExpression.Word
    /// The meaning of the value for the type of the key.
    public var meaning: Meaning
  }

  /// The filter as written, with the places of its words.
  public var expression: FilterExpression
  /// The subject of the filter.
  public var target: Target
  /// The type of the key's values; nil for bare words.
  public var type: FieldType?
  /// The values after the operator; for the words `container` and `not-container`, the flag that they stand for.
  public var values: [Value]
  /// What is asked of one element of a list.
  public var element: ElementClause?

  /// The condition of this filter alone.
  public var condition: Condition {
    var condition = Condition()
    for value in values {
      switch value.meaning {
      case .bound(let bound): condition.bounds.append(bound)
      case .operands(let operands) where expression.comparison == .notEqual:
        condition.excluded.join(operands)
      case .operands(let operands): condition.included.join(operands)
      }
    }
    return condition
  }
}

extension Sequence<CheckedFilter> {
  /// The conditions of the filters together: one for each target, in the order in which targets first appear.
  public var merged: [(target: CheckedFilter.Target, condition: Condition)] {
    var merged: [(target: CheckedFilter.Target, condition: Condition)] = []
    for filter in self {
      let condition = filter.condition
      if let index = merged.firstIndex(where: { $0.target == filter.target }) {
        merged[index].condition.included.join(condition.included)
        merged[index].condition.excluded.join(condition.excluded)
        merged[index].condition.bounds += condition.bounds
      } else {
        merged.append((filter.target, condition))
      }
    }
    return merged
  }
}

extension [Operand] {
  /// Adds operands; where there were none, the memory of a long list is shared instead of copied.
  fileprivate mutating func join(_ more: [Operand]) {
    if isEmpty { self = more } else if !more.isEmpty { self += more }
  }
}
