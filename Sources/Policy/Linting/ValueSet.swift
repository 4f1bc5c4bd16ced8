/// A set of values that a field can have, of every kind that values are of.
///
/// What holds of ``PatternSet`` holds of the texts in it; of numbers and addresses everything is
/// exact.
struct ValueSet: Equatable, Sendable {
  var numbers = IntervalSet<UInt64>([])
  var addresses = IntervalSet<IPAddress>([])
  var texts = PatternSet([])

  /// The values that one of some operands stands for; nil when one stands for members of names,
  /// which have no set.
  init?(_ operands: [Operand]) {
    var numbers: [ClosedRange<UInt64>] = []
    var addresses: [ClosedRange<IPAddress>] = []
    for operand in operands {
      switch operand {
      case .numbers(let range): numbers.append(range)
      case .addresses(let range): addresses.append(range)
      case .text(let pattern): texts.patterns.append(pattern)
      case .member: return nil
      }
    }
    self.numbers = IntervalSet(numbers)
    self.addresses = IntervalSet(addresses)
  }

  /// The numbers up to a maximum.
  init(upTo maximum: UInt64) { numbers = IntervalSet([0...maximum]) }

  /// The addresses of a range.
  init(_ range: ClosedRange<IPAddress>) { addresses = IntervalSet([range]) }

  /// Every text.
  static let texts = ValueSet(texts: .all)

  private init(texts: PatternSet) { self.texts = texts }

  /// Whether it holds nothing.
  ///
  /// Exact.
  var isEmpty: Bool { numbers.isEmpty && addresses.isEmpty && texts.isEmpty }

  /// Both together.
  ///
  /// Exact.
  func union(_ other: Self) -> Self {
    combined(other, { $0.union($1) }, { $0.union($1) }, { $0.union($1) })
  }

  /// At least the values of both.
  func intersection(_ other: Self) -> Self {
    combined(other, { $0.intersection($1) }, { $0.intersection($1) }, { $0.intersection($1) })
  }

  /// At least the values that the other has not.
  func subtracting(_ other: Self) -> Self {
    combined(other, { $0.subtracting($1) }, { $0.subtracting($1) }, { $0.subtracting($1) })
  }

  /// Whether every value is one of the other's.
  ///
  /// Yes is certain.
  func isSubset(of other: Self) -> Bool {
    numbers.isSubset(of: other.numbers) && addresses.isSubset(of: other.addresses)
      && texts.isSubset(of: other.texts)
  }

  private func combined(
    _ other: Self, _ numbers: (IntervalSet<UInt64>, IntervalSet<UInt64>) -> IntervalSet<UInt64>,
    _ addresses: (IntervalSet<IPAddress>, IntervalSet<IPAddress>) -> IntervalSet<IPAddress>,
    _ texts: (PatternSet, PatternSet) -> PatternSet
  ) -> Self {
    var set = Self(texts: texts(self.texts, other.texts))
    set.numbers = numbers(self.numbers, other.numbers)
    set.addresses = addresses(self.addresses, other.addresses)
    return set
  }
}

extension Bound {
  /// The numbers that keep the bound.
  var range: ClosedRange<UInt64>? {
    switch comparison {
    case .less: limit == 0 ? nil : 0...limit - 1
    case .lessOrEqual: 0...limit
    case .greater: limit == .max ? nil : limit + 1 ... .max
    case .greaterOrEqual: limit ... .max
    }
  }
}
