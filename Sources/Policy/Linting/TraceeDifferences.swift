// SPDX-License-Identifier: Apache-2.0

/// Finds places that Tracee understands in another way, or refuses.
///
/// Source: `docs/tracee.md`, which has a section for each; Tracee's `pkg/filters`.
enum TraceeDifferences {
  /// Returns a note for each such place.
  static func check(_ policies: [CheckedPolicy], _ sources: [SourceFile]) -> [Diagnostic] {
    var found: [Diagnostic] = []
    for policy in policies {
      found += keys(policy.scope)
      for rule in policy.rules { found += keys(rule.filters) }
      found += spellings(policy)
      found += repeatedEvents(policy)
    }
    found += documents(policies)
    for source in sources { found += trailingCommas(source) }
    return found
  }

  /// Several expressions about one key, which Tracee puts together in another way.
  private static func keys(_ filters: [CheckedFilter]) -> [Diagnostic] {
    var found: [Diagnostic] = []
    for target in distinct(filters.map(\.target)) {
      let alike = filters.filter { $0.target == target && $0.type != nil }
      guard alike.count > 1, let last = alike.last else { continue }
      let comparisons = alike.compactMap(\.expression.comparison)
      let bounds = comparisons.count { $0 != .equal && $0 != .notEqual }
      if bounds > 0, bounds < comparisons.count || sameSide(comparisons) {
        found.append(
          .tracee(last, "Tracee takes a value that meets any of the bounds and `=` values"))
      } else if last.type?.isText == true, comparisons.contains(.equal),
        comparisons.contains(.notEqual)
      {
        found.append(
          .tracee(last, "Tracee takes everything but the values after `!=`, and those after `=`"))
      }
    }
    return found
  }

  private static func sameSide(_ comparisons: [FilterExpression.Comparison]) -> Bool {
    let lower = comparisons.count { $0 == .greater || $0 == .greaterOrEqual }
    let upper = comparisons.count { $0 == .less || $0 == .lessOrEqual }
    return lower > 1 || upper > 1
  }

  private static func distinct(_ targets: [CheckedFilter.Target]) -> [CheckedFilter.Target] {
    targets.reduce(into: []) { known, target in
      if !known.contains(target) { known.append(target) }
    }
  }

  /// Single expressions that Tracee refuses, or reads as something else.
  private static func spellings(_ policy: CheckedPolicy) -> [Diagnostic] {
    let inRules = policy.rules.flatMap(\.filters).compactMap { filter -> Diagnostic? in
      let key = filter.expression.key.text
      guard ["hostPpid", "hostParentProcessId"].contains(key) else { return nil }
      return .tracee(filter, "Tracee compares `\(key)` in a rule with the process's own id")
    }
    let refused = policy.filters.compactMap { filter -> Diagnostic? in
      refusal(filter).map { Diagnostic.tracee(filter, $0) }
    }
    return inRules + refused
  }

  /// Returns why Tracee refuses a filter; nil if it does not.
  private static func refusal(_ filter: CheckedFilter) -> String? {
    let words = filter.values.map(\.word.text)
    switch filter.target {
    case .owner(.executable):
      let isRelative = words.contains { word in
        !["/", "*", "host:"].contains { word.hasPrefix($0) }
      }
      return isRelative ? "Tracee refuses a path that does not begin with `/`" : nil
    case .owner(.comm):
      return words.contains { $0.starless.isEmpty } ? "Tracee refuses a star alone" : nil
    case .owner(.containerID):
      let isRefused = filter.expression.comparison == .notEqual && words.contains("started")
      return isRefused ? "Tracee refuses `container!=started`" : nil
    case .packet:
      guard filter.type == .port || filter.type == .address else { return nil }
      let hasWord = words.contains {
        ServiceName.ports[$0] != nil || AddressWord(rawValue: $0) != nil
      }
      return hasWord ? "Tracee has no words for ports and addresses" : nil
    default: return nil
    }
  }

  private static func repeatedEvents(_ policy: CheckedPolicy) -> [Diagnostic] {
    var seen: Set<EventKind> = []
    return policy.rules.compactMap { rule in
      let isRepeated = !seen.isDisjoint(with: rule.events)
      seen.formUnion(rule.events)
      guard isRepeated else { return nil }
      return Diagnostic(
        .traceeDifference, "Tracee takes one rule for each event of a policy",
        at: rule.document.event, help: "write a policy for each, to use the file with Tracee too")
    }
  }

  private static func documents(_ policies: [CheckedPolicy]) -> [Diagnostic] {
    var seen: Set<String> = []
    return policies.compactMap { policy in
      guard !seen.insert(policy.document.source).inserted else { return nil }
      return Diagnostic(
        .traceeDifference, "Tracee reads only the first document of a file",
        source: policy.document.source, range: policy.document.name.range,
        help: "write a file for each policy, to use them with Tracee too")
    }
  }

  /// Commas before a closing bracket in a file of JSON.
  private static func trailingCommas(_ source: SourceFile) -> [Diagnostic] {
    guard source.name.hasSuffix(".json") else { return [] }
    var comma: Int?
    var isQuoted = false
    var found: [Diagnostic] = []
    for (offset, byte) in source.bytes.enumerated() {
      if byte == UInt8(ascii: "\""), offset == 0 || source.bytes[offset - 1] != UInt8(ascii: "\\") {
        isQuoted.toggle()
      }
      if isQuoted { comma = nil; continue }
      switch byte {
      case UInt8(ascii: ","): comma = offset
      case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\r"): break
      case UInt8(ascii: "]"), UInt8(ascii: "}"):
        if let comma {
          let range = SourceRange(
            start: source.position(atByte: comma), end: source.position(atByte: comma + 1))
          found.append(
            Diagnostic(
              .traceeDifference, "JSON has no comma before a closing bracket", source: source.name,
              range: range, help: "remove it"))
        }
        comma = nil
      default: comma = nil
      }
    }
    return found
  }
}

extension LintRule {
  static let traceeDifference = LintRule(
    "tracee-difference", .note, "With --tracee: Tracee understands the policy in the same way",
    rationale: """
      Reported only by `lint --tracee`. The same file means something else in Tracee, or Tracee \
      refuses it. docs/tracee.md lists the differences.
      """,
    good: [Example.policy()], bad: [])
}

extension Diagnostic {
  fileprivate static func tracee(_ filter: CheckedFilter, _ message: String) -> Self {
    Self(
      .traceeDifference, message, at: filter.expression.source, help: "see docs/tracee.md")
  }
}
