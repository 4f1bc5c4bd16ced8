// SPDX-License-Identifier: Apache-2.0

import Policy

/// A value of which there are simpler ones, and of these simpler ones still, but not for ever.
protocol Shrinkable {
  /// Values that are simpler in one point, the much simpler ones first.
  var simpler: [Self] { get }
}

extension Shrinkable {
  /// The simplest value that can be reached while something still fails.
  ///
  /// - Parameters:
  ///   - attempts: after so many questions the best until then is taken.
  ///   - fails: whether it still fails, which it does for this value.
  func shrunk(attempts: Int = 400, while fails: (Self) throws -> Bool) rethrows -> Self {
    var best = self
    var left = attempts
    search: while true {
      for candidate in best.simpler {
        guard left > 0 else { return best }
        left -= 1
        if try fails(candidate) {
          best = candidate
          continue search
        }
      }
      return best
    }
  }
}

extension Array {
  /// The array without some of its elements: halves first, single ones last.
  var withFewer: [[Element]] {
    var result: [[Element]] = []
    var size = count
    while size > 0 {
      for start in stride(from: 0, to: count, by: size) {
        result.append(Array(self[..<start] + self[Swift.min(start + size, count)...]))
      }
      size /= 2
    }
    return result
  }

  /// The array with one element replaced by a simpler one.
  func replacing(_ simpler: (Element) -> [Element]) -> [[Element]] {
    indices.flatMap { index in
      simpler(self[index]).map { element in
        var copy = self
        copy[index] = element
        return copy
      }
    }
  }
}

extension Counterexample: Shrinkable {
  var simpler: [Counterexample] {
    rules.withFewer.filter { !$0.isEmpty }.map { with(\.rules, $0) }
      + rules.replacing(\.simpler).map { with(\.rules, $0) }
      + packet.simpler.map { with(\.packet, $0) }
  }
}

extension PlanRule: Shrinkable {
  var simpler: [PlanRule] {
    filters.withFewer.map { with(\.filters, $0) }
      + scope.withFewer.map { with(\.scope, $0) }
      + filters.replacing(\.simpler).map { with(\.filters, $0) }
      + scope.replacing(\.simpler).map { with(\.scope, $0) }
  }
}

extension Clause: Shrinkable {
  var simpler: [Clause] { condition.simpler.map { Clause(field, $0) } }
}

extension Condition: Shrinkable {
  var simpler: [Condition] {
    included.withFewer.map { with(\.included, $0) }
      + excluded.withFewer.map { with(\.excluded, $0) }
      + bounds.withFewer.map { with(\.bounds, $0) }
      + included.replacing(\.simpler).map { with(\.included, $0) }
      + excluded.replacing(\.simpler).map { with(\.excluded, $0) }
  }
}

extension Operand: Shrinkable {
  var simpler: [Operand] {
    switch self {
    case .numbers(let range) where range.count > 1:
      [
        .numbers(range.lowerBound...range.lowerBound),
        .numbers(range.upperBound...range.upperBound),
      ]
    case .addresses(let range) where range.lowerBound != range.upperBound:
      [
        .addresses(range.lowerBound...range.lowerBound),
        .addresses(range.upperBound...range.upperBound),
      ]
    case .text(let pattern): pattern.simpler.map(Operand.text)
    case .member(let name, let pattern): pattern.simpler.map { .member(name, $0) }
    case .numbers, .addresses: []
    }
  }
}

extension TextPattern: Shrinkable {
  var simpler: [TextPattern] {
    switch self {
    case .exact(let text): text.isEmpty ? [] : [.exact(String(text.dropLast()))]
    case .prefix(let text): text.isEmpty ? [] : [.prefix(String(text.dropLast()))]
    case .suffix(let text): text.isEmpty ? [] : [.suffix(String(text.dropFirst()))]
    case .contains(let text): text.isEmpty ? [] : [.contains(String(text.dropLast()))]
    }
  }
}

extension PacketSketch: Shrinkable {
  var simpler: [PacketSketch] {
    let plain = PacketSketch()
    return extensions.withFewer.map { with(\.extensions, $0) }
      + (optionWords > 0 ? [with(\.optionWords, 0)] : [])
      + (payload > 0 ? [with(\.payload, 0)] : [])
      + (missing > 0 ? [with(\.missing, 0)] : [])
      + (numbers.isEmpty ? [] : [with(\.numbers, [:])])
      + numbers.keys.sorted { $0.key < $1.key }.map { with(\.numbers[$0], nil) }
      + (isIPv6 || source == plain.source ? [] : [with(\.source, plain.source)])
      + (isIPv6 || destination == plain.destination ? [] : [with(\.destination, plain.destination)])
  }
}

extension Shrinkable {
  func with<Part>(_ path: WritableKeyPath<Self, Part>, _ part: Part) -> Self {
    var copy = self
    copy[keyPath: path] = part
    return copy
  }
}
