// SPDX-License-Identifier: Apache-2.0

/// What the words of a correlation mean.
extension SignatureChecker {
  private static let types: [String: Set<String>] = [
    "event_count": ["gt", "gte", "lt", "lte", "eq"],
    "value_count": ["field", "gt", "gte", "lt", "lte", "eq"],
    "value_sum": ["field", "gt", "gte", "lt", "lte", "eq"],
    "temporal": ["condition"],
    "temporal_ordered": ["condition"],
    "new_value": ["field", "history", "warm-up", "known-by"],
    "interval": ["count", "share", "tolerance", "min", "max"],
  ]

  /// What a correlation means; nil when something in it is wrong.
  mutating func correlation(_ written: SignatureDocument.WrittenCorrelation) -> Correlation? {
    guard let allowed = Self.types[written.type.text] else {
      let known = Self.types.keys.sorted()
      error(
        .unknownKey, "there is no type `\(written.type.text)`", written.type,
        help: Nearest.question(written.type.text, among: known)
          ?? "the types are \(known.joined(separator: ", "))")
      return nil
    }
    let before = diagnostics.count
    checkSettings(written, allowed)
    guard var rules = rules(written) else { return nil }
    var absent: [Int] = []
    if let expression = written.expression {
      guard let (seen, missing) = self.condition(expression) else { return nil }
      (rules, absent) = (seen, missing)
    }
    let timespan = time(written.timespan)
    guard let (kind, known) = kind(written, rules, absent) else { return nil }
    switch kind {
    case .temporal, .newValue, .interval: break
    default:
      if written.timespan == nil {
        error(
          .missingKey, "`\(written.type.text)` must have the key `timespan`", written.type,
          help: "write how long events belong together, such as timespan: 60s")
      }
    }
    var members: [Correlation.Member] = []
    for (place, selection) in (rules + absent + (known.map { [$0.selection] } ?? [])).enumerated() {
      let key = written.groupBy.map { value($0.text, $0, in: selection) }
      var member = Correlation.Member(selection: selection, key: key.compactMap { $0 })
      if place == rules.count, let known {
        member.value = value(known.value.text, known.value, in: selection)
      } else if let field = written.field, kind.takesField {
        member.value = value(field.text, field, in: selection)
        if case .valueSum = kind, let type = member.value?.type, !type.hasOrder {
          error(.invalidValue, "`\(field.text)` has no sum: it is no number", field)
        }
      }
      members.append(member)
    }
    if members.count > Correlation.memberLimit {
      error(
        .beyondBounds, "more than \(Correlation.memberLimit) selections take part", written.type)
    }
    checkTypes(of: members, written)
    let limits = limits(written)
    if case .valueCount(let range) = kind, range.lowerBound > UInt64(limits.values) {
      error(
        .beyondBounds,
        "\(range.lowerBound) values are not reached: \(limits.values) of a key are remembered",
        written.bounds.first?.value ?? written.type,
        help: "raise `limits: { values: … }` of the correlation")
    }
    guard !diagnostics[before...].contains(where: { $0.severity == .error }) else { return nil }
    return Correlation(
      kind: kind, members: members, timespan: timespan, suppress: time(written.suppress),
      keyLimit: limits.keys, valueLimit: limits.values)
  }

  /// Reports what a type has no use for.
  private mutating func checkSettings(
    _ written: SignatureDocument.WrittenCorrelation, _ allowed: Set<String>
  ) {
    var given = written.settings.map(\.key) + written.bounds.map(\.key)
    if let field = written.field { given.append(field.renamed("field")) }
    if let expression = written.expression { given.append(expression.renamed("condition")) }
    if !written.knownBy.isEmpty { given.append(written.knownBy[0].key.renamed("known-by")) }
    for key in given where !allowed.contains(key.text) {
      error(.unknownKey, "`\(written.type.text)` has no use for `\(key.text)`", key)
    }
  }

  /// The selections that take part, by index.
  private mutating func rules(_ written: SignatureDocument.WrittenCorrelation) -> [Int]? {
    guard let names = written.rules else {
      let known = written.knownBy.first { $0.key.text == "rule" }?.value.text
      return document.selections.indices.filter { document.selections[$0].key.text != known }
    }
    let rules = names.map { selection($0) }
    return rules.contains(nil) ? nil : rules.compactMap { $0 }
  }

  private mutating func selection(_ name: SourceText, part: Range<Int>? = nil) -> Int? {
    let word = part.map { String(decoding: Array(name.text.utf8)[$0], as: UTF8.self) } ?? name.text
    let known = document.selections.map(\.key.text)
    if let index = known.firstIndex(of: word) { return index }
    error(
      .unknownKey, "there is no selection `\(word)`", name, part: part,
      help: Nearest.question(word, among: known)
        ?? "the selections are \(known.joined(separator: ", "))")
    return nil
  }

  /// Reads `a and b and not c`: those that must be seen, and those that must not.
  private mutating func condition(_ text: SourceText) -> (seen: [Int], missing: [Int])? {
    let bytes = Array(text.text.utf8)
    var words: [Range<Int>] = []
    for index in bytes.indices where bytes[index] != 32 {
      if let last = words.last, last.upperBound == index {
        words[words.count - 1] = last.lowerBound..<index + 1
      } else {
        words.append(index..<index + 1)
      }
    }
    var (seen, missing): ([Int], [Int]) = ([], [])
    var (isNegative, isBetween) = (false, false)
    for place in words {
      let word = String(decoding: bytes[place], as: UTF8.self)
      if isBetween {
        guard word == "and" else {
          error(.invalidValue, "`and` is missing before `\(word)`", text, part: place)
          return nil
        }
        isBetween = false
      } else if word == "not", !isNegative {
        isNegative = true
      } else {
        guard let index = selection(text, part: place) else { return nil }
        if isNegative { missing.append(index) } else { seen.append(index) }
        (isNegative, isBetween) = (false, true)
      }
    }
    guard isBetween, missing.isEmpty || seen.count == 1 else {
      error(
        .invalidValue, "`\(text.text)` is not a condition", text,
        help: "write `a and b`, or `a and not b` for one selection that others do not follow")
      return nil
    }
    return (seen, missing)
  }

  private typealias Known = (selection: Int, value: SourceText)

  /// The type with its settings; with `known-by`, what makes values known.
  private mutating func kind(
    _ written: SignatureDocument.WrittenCorrelation, _ rules: [Int], _ absent: [Int]
  ) -> (Correlation.Kind, Known?)? {
    if rules.isEmpty {
      error(.emptyValue, "no selection takes part", written.type)
      return nil
    }
    switch written.type.text {
    case "event_count": return threshold(written).map { (.eventCount($0), nil) }
    case "value_count":
      return hasField(written) ? threshold(written).map { (.valueCount($0), nil) } : nil
    case "value_sum":
      return hasField(written) ? threshold(written).map { (.valueSum($0), nil) } : nil
    case "temporal": return (absent.isEmpty ? .temporal : .absence, nil)
    case "temporal_ordered": return (absent.isEmpty ? .temporalOrdered : .absence, nil)
    case "new_value": return newValue(written, rules)
    default: return interval(written).map { ($0, nil) }
    }
  }

  private mutating func hasField(_ written: SignatureDocument.WrittenCorrelation) -> Bool {
    if written.field != nil { return true }
    error(
      .missingKey, "`\(written.type.text)` must name a `field` in its `condition`", written.type)
    return false
  }

  private mutating func threshold(
    _ written: SignatureDocument.WrittenCorrelation
  ) -> ClosedRange<UInt64>? {
    var (low, high): (UInt64, UInt64) = (0, .max)
    guard !written.bounds.isEmpty else {
      error(
        .missingKey, "`\(written.type.text)` must have a `condition` such as { gte: 100 }",
        written.type)
      return nil
    }
    for bound in written.bounds {
      guard let number = WholeNumber.read(bound.value.text) else {
        error(.invalidValue, "`\(bound.value.text)` is not a whole number", bound.value)
        return nil
      }
      switch bound.key.text {
      case "gt": low = max(low, number == .max ? .max : number + 1)
      case "gte": low = max(low, number)
      case "lt":
        if number == 0 { high = 0; low = max(low, 1) }
        high = min(high, number == 0 ? 0 : number - 1)
      case "lte": high = min(high, number)
      default: (low, high) = (max(low, number), min(high, number))
      }
    }
    let last = written.bounds[written.bounds.count - 1].value
    let counts = written.type.text != "value_sum"
    guard low <= high, high > 0 || !counts else {
      error(
        .unreachableThreshold, "no number meets the condition", last,
        help: "the event that is looked at counts too, so a count is at least 1")
      return nil
    }
    if counts, low > UInt64(UInt32.max) {
      error(.beyondBounds, "no more than \(UInt32.max) events are counted", last)
      return nil
    }
    if counts, low <= 1, high == .max {
      warning(
        .uselessThreshold, "every event meets the condition", last,
        help: "leave out the correlation, or write a number above 1")
    }
    return low...high
  }

  private mutating func newValue(
    _ written: SignatureDocument.WrittenCorrelation, _ rules: [Int]
  ) -> (Correlation.Kind, Known?)? {
    guard rules.count == 1 else {
      error(.invalidValue, "`new_value` looks at one selection", written.type)
      return nil
    }
    guard hasField(written) else { return nil }
    var (known, knownFor): (Known?, UInt64?) = (nil, nil)
    if !written.knownBy.isEmpty {
      func entry(_ key: String) -> SourceText? {
        written.knownBy.first { $0.key.text == key }?.value
      }
      guard let rule = entry("rule"), let values = entry("values"), let length = entry("for") else {
        error(
          .missingKey, "`known-by` must have the keys `rule`, `values` and `for`",
          written.knownBy[0].key)
        return nil
      }
      guard let index = selection(rule), let time = time(length) else { return nil }
      (known, knownFor) = ((index, values), time)
    }
    let history = setting("history", written).map { time($0) } ?? knownFor
    guard let history else {
      error(.missingKey, "`new_value` must have the key `history`", written.type)
      return nil
    }
    let warmUp = time(setting("warm-up", written)) ?? 0
    return (.newValue(history: history, warmUp: warmUp, knownFor: knownFor ?? history), known)
  }

  private mutating func interval(_ written: SignatureDocument.WrittenCorrelation) -> Correlation
    .Kind?
  {
    guard let countText = setting("count", written), let longest = setting("max", written) else {
      error(.missingKey, "`interval` must have the keys `count` and `max`", written.type)
      return nil
    }
    guard let count = WholeNumber.read(countText.text), count >= 3 else {
      error(
        .invalidValue, "`\(countText.text)` is not a number of gaps: it takes 3 or more", countText)
      return nil
    }
    guard count <= UInt64(Correlation.gapLimit) else {
      error(.beyondBounds, "no more than \(Correlation.gapLimit) gaps are remembered", countText)
      return nil
    }
    let share = fraction("share", written, 0.8)
    let tolerance = fraction("tolerance", written, 0.1)
    guard let high = time(longest) else { return nil }
    let low = setting("min", written).map { time($0) } ?? 1
    guard let low, let share, let tolerance else { return nil }
    guard low < high else {
      error(.unreachableThreshold, "`min` is not below `max`: no gap is counted", longest)
      return nil
    }
    return .interval(count: Int(count), share: share, tolerance: tolerance, range: low...high)
  }

  // MARK: values

  private func setting(
    _ key: String, _ written: SignatureDocument.WrittenCorrelation
  ) -> SourceText? {
    written.settings.first { $0.key.text == key }?.value
  }

  private mutating func fraction(
    _ key: String, _ written: SignatureDocument.WrittenCorrelation, _ standard: Double
  ) -> Double? {
    guard let text = setting(key, written) else { return standard }
    let isPercent = text.text.hasSuffix("%")
    guard let number = Double(isPercent ? String(text.text.dropLast()) : text.text), number.isFinite
    else {
      error(.invalidValue, "`\(text.text)` is not a part, such as 0.8 or 80%", text)
      return nil
    }
    let value = isPercent ? number / 100 : number
    guard value >= 0, value <= 1 else {
      error(.invalidValue, "`\(text.text)` is not between 0 and 1", text)
      return nil
    }
    return value
  }

  private mutating func time(_ text: SourceText?) -> UInt64? {
    guard let text else { return nil }
    do throws(ValueFault) { return try TimeSpan.read(text.text) } catch {
      self.error(.invalidValue, error.reason, text)
      return nil
    }
  }

  private mutating func limits(
    _ written: SignatureDocument.WrittenCorrelation
  ) -> (keys: Int, values: Int) {
    var limits = (keys: Correlation.defaultKeyLimit, values: Correlation.defaultValueLimit)
    for entry in written.limits {
      guard let number = WholeNumber.read(entry.value.text), (1...10_000_000).contains(number)
      else {
        error(
          .invalidValue, "`\(entry.value.text)` is not a number from 1 to 10000000", entry.value)
        continue
      }
      if entry.key.text == "keys" { limits.keys = Int(number) } else { limits.values = Int(number) }
    }
    return limits
  }

  /// Reports keys that can never be equal, because two selections compare values of different sorts.
  private mutating func checkTypes(
    of members: [Correlation.Member], _ written: SignatureDocument.WrittenCorrelation
  ) {
    guard let first = members.first else { return }
    for member in members.dropFirst() where member.key.count == first.key.count {
      for (index, (a, b)) in zip(first.key, member.key).enumerated() where a.sort != b.sort {
        error(
          .neverMatches,
          "`\(written.groupBy[index].text)` is never equal in two selections: one has "
            + "\(a.sort.rawValue), the other \(b.sort.rawValue)", written.groupBy[index])
      }
    }
  }
}

extension Correlation.Kind {
  fileprivate var takesField: Bool {
    switch self {
    case .valueCount, .valueSum, .newValue: true
    default: false
    }
  }
}

extension EventValue {
  /// What sort of values it has: those of two sorts are never equal.
  enum Sort: String { case number = "numbers", address = "addresses", text = "texts" }

  var sort: Sort {
    switch type {
    case .address: .address
    case .text, .name, .path, .executable, .containerID: .text
    default: .number
    }
  }
}
