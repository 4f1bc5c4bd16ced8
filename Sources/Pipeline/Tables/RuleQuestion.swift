// SPDX-License-Identifier: Apache-2.0

import Policy

/// Questions that are put to the reference about the clauses of all rules at once; each answer is a row.
///
/// A rule without a clause on a field has its bit in every row of that field, and so has a rule whose clause on it is
/// not for the kernel to decide.
struct RuleQuestion<Field: Hashable & Sendable> {
  /// What rules ask of a field, by each of their clauses on it.
  private struct Asker {
    /// The rules that ask the same, such as all that name one list.
    var rules: [Int]
    let conditions: [Condition]
    private let indexes: [IndexedCondition]

    init(rule: Int, _ conditions: [Condition]) {
      rules = [rule]
      self.conditions = conditions
      indexes = conditions.map(IndexedCondition.init)
    }

    func wants(_ values: some AskedValues) -> Bool { indexes.allSatisfy(values.meet) }

    /// The askers of rules, given in order.
    static func grouping(_ asked: [(rule: Int, conditions: [Condition])]) -> [Asker] {
      var askers: [Asker] = []
      var places: [Wording: Int] = [:]
      for (rule, conditions) in asked {
        let wording = Wording(conditions: conditions)
        if let place = places[wording] {
          askers[place].rules.append(rule)
        } else {
          places[wording] = askers.count
          askers.append(Asker(rule: rule, conditions))
        }
      }
      return askers
    }
  }

  /// Conditions that are compared, of whose long lists only some operands are hashed.
  private struct Wording: Hashable {
    let conditions: [Condition]

    func hash(into hasher: inout Hasher) {
      for condition in conditions {
        for operands in [condition.included, condition.excluded] {
          hasher.combine(operands.count)
          for place in stride(from: 0, to: operands.count, by: operands.count / 32 + 1) {
            hasher.combine(operands[place])
          }
        }
        hasher.combine(condition.bounds)
      }
    }
  }

  /// The row of all rules.
  let everything: Row
  private let askers: [Field: [Asker]]

  /// Takes those clauses of each rule that the kernel is to decide.
  init(_ rules: [PlanRule], _ clauses: (PlanRule) -> [Clause<Field>]) {
    everything = Row(rules) { _ in true }
    var asked: [Field: [(rule: Int, conditions: [Condition])]] = [:]
    for (number, rule) in rules.enumerated() {
      for clause in clauses(rule) {
        var known = asked[clause.field] ?? []
        asked[clause.field] = nil
        if known.last?.rule == number {
          known[known.count - 1].conditions.append(clause.condition)
        } else {
          known.append((number, [clause.condition]))
        }
        asked[clause.field] = known
      }
    }
    askers = asked.mapValues(Asker.grouping)
  }

  /// The rules that are met by whatever has these values in a field.
  func row(_ field: Field, _ values: [FieldValue]) -> Row {
    var row = everything
    for asker in askers[field] ?? [] where !asker.wants(values) {
      for rule in asker.rules { row[rule] = false }
    }
    return row
  }

  /// Adds each region of a field, with its prefix and the index of its row, in the order of the prefixes.
  ///
  /// From one region to the next, only those rules are asked again that name a prefix which holds just one of them: to
  /// all others the two are the same. So each rule is asked about as often as it names something, not about every region.
  ///
  /// - Parameters:
  ///   - always: prefixes that are there whether a rule names them or not, ``TriePrefix/all`` among them.
  ///   - prefixes: gives the prefixes that together are an operand.
  ///   - bounds: gives the prefixes that together keep a bound.
  ///   - regions: given all prefixes once and in order, finds for each a member of its region, and returns what a packet
  ///     with the member at an index has in the field; nil for a prefix of which longer ones leave nothing.
  ///   - key: adds the data of a prefix's key, and returns the number of its bits that count.
  func addRegions<Prefix: TriePrefix, Values: AskedValues>(
    of field: Field, to trie: inout KernelTables.Trie, _ table: inout RowTable,
    always: [Prefix] = [.all], operands prefixes: (Operand, (Prefix) -> Void) -> Void,
    bounds: (Bound, (Prefix) -> Void) -> Void = { _, _ in },
    regions: ([Prefix]) -> (Int) -> Values?, key: (Prefix, inout [UInt8]) -> UInt32
  ) {
    let askers = askers[field] ?? []
    var mentions = Mentions(of: always)
    for (index, asker) in askers.enumerated() {
      let add = { mentions.add($0, by: index) }
      for condition in asker.conditions {
        for operand in condition.included { prefixes(operand, add) }
        for operand in condition.excluded { prefixes(operand, add) }
        for bound in condition.bounds { bounds(bound, add) }
      }
    }
    let named = mentions.sorted()
    let members = regions(named.prefixes)
    trie.reserve(named.prefixes.count)

    var row = everything
    var index = table.index(of: row)
    var open: [Int] = []
    var toAsk = AskedOnce(count: askers.count)
    for index in askers.indices { toAsk.insert(index) }
    for (place, prefix) in named.prefixes.enumerated() {
      while let last = open.last, !named.prefixes[last].contains(prefix) {
        for index in named.askers[last] { toAsk.insert(index) }
        open.removeLast()
      }
      open.append(place)
      for index in named.askers[place] { toAsk.insert(index) }
      guard let values = members(place) else { continue }
      var isOther = false
      for index in toAsk.indexes {
        let isWanted = askers[index].wants(values)
        for rule in askers[index].rules where row[rule] != isWanted {
          row[rule] = isWanted
          isOther = true
        }
      }
      toAsk.removeAll()
      if isOther { index = table.index(of: row) }
      trie.append(row: index) { key(prefix, &$0) }
    }
  }

  /// The answers about each number from 0 to `maximum`.
  func classes(_ field: Field, upTo maximum: UInt64) -> NumberClasses {
    var starts: Set<UInt64> = [0]
    for range in ranges(field) where range.lowerBound <= maximum {
      starts.insert(range.lowerBound)
      if range.upperBound < maximum { starts.insert(range.upperBound + 1) }
    }
    let sorted = starts.sorted()
    return NumberClasses(starts: sorted, rows: sorted.map { row(field, [.number($0)]) })
  }

  /// Whether any rule has a clause on the field.
  func uses(_ field: Field) -> Bool { askers[field] != nil }

  /// The ranges of numbers at whose ends an answer about the field can change.
  private func ranges(_ field: Field) -> [ClosedRange<UInt64>] {
    (askers[field] ?? []).flatMap(\.conditions).flatMap { condition in
      (condition.included + condition.excluded).compactMap(\.numbers)
        + condition.bounds.compactMap(\.numbers)
    }
  }
}

/// What a packet has in a field: one value, or several.
protocol AskedValues {
  /// Whether the field meets a condition.
  func meet(_ condition: IndexedCondition) -> Bool
}

extension FieldValue: AskedValues {
  func meet(_ condition: IndexedCondition) -> Bool { condition.matches(self) }
}

extension [FieldValue]: AskedValues {
  func meet(_ condition: IndexedCondition) -> Bool { condition.matches(self) }
}

/// Which prefixes rules name.
private struct Mentions<Prefix: TriePrefix> {
  /// Of a prefix that no rule names the asker is -1.
  private var all: [(prefix: Prefix, asker: Int32)]

  /// Begins with prefixes that no rule names.
  init(of prefixes: [Prefix]) { all = prefixes.map { ($0, -1) } }

  mutating func add(_ prefix: Prefix, by asker: Int) { all.append((prefix, Int32(asker))) }

  /// Returns the prefixes, each once and in order, and at the same index those who name it.
  func sorted() -> (prefixes: [Prefix], askers: Askers) {
    var prefixes: [Prefix] = []
    var askers = Askers()
    for (prefix, asker) in all.sorted(by: { $0.prefix < $1.prefix }) {
      if prefixes.last != prefix {
        prefixes.append(prefix)
        askers.begin()
      }
      if asker >= 0 { askers.append(Int(asker)) }
    }
    return (prefixes, askers)
  }

  /// Lists of numbers, one after the other in the same memory.
  struct Askers {
    private var numbers: [Int] = []
    private var starts: [Int] = []

    mutating func begin() { starts.append(numbers.count) }
    mutating func append(_ number: Int) { numbers.append(number) }

    subscript(place: Int) -> ArraySlice<Int> {
      let end = place + 1 < starts.count ? starts[place + 1] : numbers.count
      return numbers[starts[place]..<end]
    }
  }
}

/// Indexes below a count, each once.
private struct AskedOnce {
  private(set) var indexes: [Int] = []
  private var isThere: [Bool]

  init(count: Int) { isThere = Array(repeating: false, count: count) }

  mutating func insert(_ index: Int) {
    guard !isThere[index] else { return }
    isThere[index] = true
    indexes.append(index)
  }

  mutating func removeAll() {
    for index in indexes { isThere[index] = false }
    indexes.removeAll(keepingCapacity: true)
  }
}

/// A prefix of keys of a longest-prefix trie.
///
/// In order, a prefix stands before all that it contains, and these stand together.
protocol TriePrefix: Hashable, Comparable {
  /// The one that contains every key.
  static var all: Self { get }
  /// Whether every key that begins with another one begins with this one, too.
  func contains(_ other: Self) -> Bool
}

/// Numbers cut into intervals that no rule tells apart.
struct NumberClasses {
  /// Where each interval begins; the first at 0.
  let starts: [UInt64]
  /// The row of each interval.
  let rows: [Row]

  /// The row of a number.
  func row(of number: UInt64) -> Row {
    let next = starts.firstIndex { $0 > number } ?? starts.count
    return rows[next - 1]
  }
}

extension Row {
  /// The rules of which `answer` is true.
  init(_ rules: [PlanRule], where answer: (PlanRule) -> Bool) {
    self.init(count: Row.words(for: rules.count))
    for (bit, rule) in rules.enumerated() where answer(rule) { self[bit] = true }
  }
}

extension Operand {
  /// The numbers that it stands for; nil when it stands for something else.
  var numbers: ClosedRange<UInt64>? {
    if case .numbers(let range) = self { range } else { nil }
  }
}

extension Bound {
  /// The numbers that keep the bound; nil when there are none.
  var numbers: ClosedRange<UInt64>? {
    switch comparison {
    case .less: limit == 0 ? nil : 0...(limit - 1)
    case .lessOrEqual: 0...limit
    case .greater: limit == .max ? nil : (limit + 1)...UInt64.max
    case .greaterOrEqual: limit...UInt64.max
    }
  }
}
