// SPDX-License-Identifier: Apache-2.0

/// A set of values of fields: numbers, addresses and texts.
///
/// Operations are exact for numbers and addresses, and as exact as those of ``PatternSet`` for texts.
struct ValueSet: Equatable, Sendable {
  var numbers = IntervalSet<UInt64>([])
  var addresses = IntervalSet<IPAddress>([])
  var texts = PatternSet([])

  /// Creates the set of values that match one of some operands; nil if one of them is about members.
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

  /// Creates the set of numbers from 0 to a maximum.
  init(upTo maximum: UInt64) { numbers = IntervalSet([0...maximum]) }

  /// Creates the set of addresses of a range.
  init(_ range: ClosedRange<IPAddress>) { addresses = IntervalSet([range]) }

  /// The set of all texts.
  static let texts = ValueSet(texts: .all)

  private init(texts: PatternSet) { self.texts = texts }

  /// Whether the set is empty; exact.
  var isEmpty: Bool { numbers.isEmpty && addresses.isEmpty && texts.isEmpty }

  /// Returns the union of two sets; exact.
  func union(_ other: Self) -> Self {
    combined(other, { $0.union($1) }, { $0.union($1) }, { $0.union($1) })
  }

  /// Returns a superset of the values that are in both sets.
  func intersection(_ other: Self) -> Self {
    combined(other, { $0.intersection($1) }, { $0.intersection($1) }, { $0.intersection($1) })
  }

  /// Returns a superset of the values that are not in the other set.
  func subtracting(_ other: Self) -> Self {
    combined(other, { $0.subtracting($1) }, { $0.subtracting($1) }, { $0.subtracting($1) })
  }

  /// Returns whether every value is in the other set.
  ///
  /// If true, that is certain; if false, it is not known.
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
  /// The numbers within the bound; nil if there are none.
  var range: ClosedRange<UInt64>? {
    switch comparison {
    case .less: limit == 0 ? nil : 0...limit - 1
    case .lessOrEqual: 0...limit
    case .greater: limit == .max ? nil : limit + 1 ... .max
    case .greaterOrEqual: limit ... .max
    }
  }
}
