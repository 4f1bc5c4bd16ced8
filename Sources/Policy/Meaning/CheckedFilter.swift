/// A filter whose key is known and whose values are of the key's type, with the places of all that was written.
public struct CheckedFilter: Equatable, Sendable {
  /// What a filter asks about.
  public enum Target: Hashable, Sendable {
    /// Nothing: `global`.
    case everything
    /// The policy's memory: `follow`.
    case follow
    /// The owner of the packet's socket.
    case owner(OwnerField)
    /// The packet; with the member's name, for fields that have members of any name.
    case packet(PacketField, member: String?)
    /// One element of a list; with the expression, which tells it from others.
    case element(String)
    /// The data of a signature's finding, by name.
    case finding(String)
  }

  /// A value as it is written, and what it stands for.
  public struct Value: Equatable, Sendable {
    /// What a value stands for.
    public enum Meaning: Equatable, Sendable {
      /// The values of which one must be met, or none.
      case operands([Operand])
      /// A bound that must be kept.
      case bound(Bound)
    }

    /// As it is written.
    public var word: FilterExpression.Word
    /// What it stands for.
    public var meaning: Meaning
  }

  /// As it is written.
  public var expression: FilterExpression
  /// What it asks about.
  public var target: Target
  /// What the key takes; nil for bare words.
  public var type: FieldType?
  /// The values; for `container` and `not-container` the flag that they stand for.
  public var values: [Value]
  /// What is asked of one element of a list.
  public var element: ElementClause?

  /// What this filter alone says of its target.
  public var condition: Condition {
    var condition = Condition()
    for value in values {
      switch value.meaning {
      case .bound(let bound): condition.bounds.append(bound)
      case .operands(let operands) where expression.comparison == .notEqual:
        condition.excluded += operands
      case .operands(let operands): condition.included += operands
      }
    }
    return condition
  }
}

extension Sequence<CheckedFilter> {
  /// What the filters say together: one condition for each target, in the order in which targets first appear.
  public var merged: [(target: CheckedFilter.Target, condition: Condition)] {
    var merged: [(target: CheckedFilter.Target, condition: Condition)] = []
    for filter in self {
      let condition = filter.condition
      if let index = merged.firstIndex(where: { $0.target == filter.target }) {
        merged[index].condition.included += condition.included
        merged[index].condition.excluded += condition.excluded
        merged[index].condition.bounds += condition.bounds
      } else {
        merged.append((filter.target, condition))
      }
    }
    return merged
  }
}
