// SPDX-License-Identifier: Apache-2.0

/// A condition laid out so that a value is looked up among many operands instead of being compared with each.
///
/// It means what ``ReferenceMatcher`` says of the condition; making it costs n log n for n operands.
public struct IndexedCondition: Sendable {
  private let included: OperandIndex
  private let excluded: OperandIndex
  private let bounds: [Bound]

  /// Creates a condition whose values are sorted, so that each comparison takes logarithmic time.
  public init(_ condition: Condition) {
    included = OperandIndex(condition.included)
    excluded = OperandIndex(condition.excluded)
    bounds = condition.bounds
  }

  /// Returns whether a field with this value alone meets the condition.
  public func matches(_ value: FieldValue) -> Bool {
    if excluded.contains(value) { return false }
    if included.isEmpty && bounds.isEmpty { return true }
    return (included.isEmpty || included.contains(value)) && bounds.allSatisfy { $0.admits(value) }
  }

  /// Returns whether a field with these values meets the condition.
  public func matches(_ values: [FieldValue]) -> Bool {
    if values.contains(where: { excluded.contains($0) }) { return false }
    if included.isEmpty && bounds.isEmpty { return true }
    return values.contains { value in
      (included.isEmpty || included.contains(value)) && bounds.allSatisfy { $0.admits(value) }
    }
  }
}

/// Operands laid out by their kinds.
private struct OperandIndex: Sendable {
  let isEmpty: Bool
  private var numbers: IntervalSet<UInt64>
  private var addresses: IntervalSet<IPAddress>
  private var texts: TextIndex
  private var members: [String: TextIndex]

  init(_ operands: [Operand]) {
    isEmpty = operands.isEmpty
    var numbers: [ClosedRange<UInt64>] = []
    var addresses: [ClosedRange<IPAddress>] = []
    var texts = TextIndex()
    var members: [String: TextIndex] = [:]
    for operand in operands {
      switch operand {
      case .numbers(let range): numbers.append(range)
      case .addresses(let range): addresses.append(range)
      case .text(let pattern): texts.add(pattern)
      case .member(let name, let pattern): members[name, default: TextIndex()].add(pattern)
      }
    }
    self.numbers = IntervalSet(numbers)
    self.addresses = IntervalSet(addresses)
    self.texts = texts
    self.members = members
  }

  func contains(_ value: FieldValue) -> Bool {
    switch value {
    case .number(let number): numbers.contains(number)
    case .address(let address): addresses.contains(address)
    case .text(let text): texts.contains(text)
    case .member(let name, let text): members[name]?.contains(text) ?? false
    }
  }
}

/// Text patterns laid out by their kinds: whole texts and beginnings are looked up by their bytes.
private struct TextIndex: Sendable {
  private var exact: Set<[UInt8]> = []
  private var prefixes: [Int: Set<[UInt8]>] = [:]
  private var others: [TextPattern] = []

  mutating func add(_ pattern: TextPattern) {
    switch pattern {
    case .exact(let text): exact.insert(Array(text.utf8))
    case .prefix(let text): prefixes[text.utf8.count, default: []].insert(Array(text.utf8))
    case .suffix, .contains: others.append(pattern)
    }
  }

  func contains(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    return exact.contains(bytes)
      || prefixes.contains { $0.key <= bytes.count && $0.value.contains(Array(bytes[..<$0.key])) }
      || others.contains { $0.matches(text) }
  }
}
