// SPDX-License-Identifier: Apache-2.0

/// What the type of a correlation means with its settings.
extension SignatureChecker {
  typealias Known = (selection: Int, value: SourceText)

  /// The type with its settings; with `known-by`, what makes values known.
  mutating func kind(
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
}
