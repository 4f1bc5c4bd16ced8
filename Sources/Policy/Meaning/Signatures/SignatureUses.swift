// SPDX-License-Identifier: Apache-2.0

/// Makes the part of a plan that signatures need: who watches for which, and the rules of their selections.
struct SignatureUses {
  private let signatures: [Signature]
  private let places: [String: Int]
  private(set) var uses: [SignatureUse] = []
  /// The signatures that a policy selects, or that feed one which it selects.
  private(set) var used: Set<String> = []

  init(_ signatures: [Signature]) {
    self.signatures = signatures
    places = Dictionary(
      signatures.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// Adds the uses of a policy, and gives the rules that feed them.
  mutating func add(_ policy: CheckedPolicy, at index: Int) -> [PlanRule] {
    var rules: [PlanRule] = []
    for rule in policy.rules {
      let owner = rule.filters.filter { if case .owner = $0.target { true } else { false } }
      for name in rule.signatures {
        _ = add(
          name, policy, index, owner, isShown: true, rule.filters.findingClauses, depth: 0, &rules)
      }
    }
    return rules
  }

  /// Adds one use, after those that feed it; nil for a signature that is not understood.
  private mutating func add(
    _ name: String, _ policy: CheckedPolicy, _ index: Int, _ owner: [CheckedFilter], isShown: Bool,
    _ filters: [Clause<String>], depth: Int, _ rules: inout [PlanRule]
  ) -> Int? {
    guard let place = places[name], depth < 16, uses.count < TracePlan.ruleLimit else { return nil }
    used.insert(name)
    let signature = signatures[place]
    let number = uses.count
    uses.append(
      SignatureUse(
        signature: place, policy: index, isShown: isShown, filters: filters, feeds: []))
    for (selection, watched) in signature.selections.enumerated() {
      let feed = PlanRule.Feed(use: number, selection: selection)
      for event in watched.events {
        rules.append(rule(for: event, watched, feed, policy, index, owner))
      }
      for source in watched.signatures {
        guard
          let other = add(
            source, policy, index, owner, isShown: false, [], depth: depth + 1, &rules)
        else { continue }
        uses[other].feeds.append(.init(target: feed, filters: watched.findings))
      }
    }
    return number
  }

  private func rule(
    for event: EventKind, _ watched: Signature.Selection, _ feed: PlanRule.Feed,
    _ policy: CheckedPolicy, _ index: Int, _ owner: [CheckedFilter]
  ) -> PlanRule {
    let narrowed = owner.ownerClauses + watched.scope
    let scope = policy.scope.ownerClauses
    return PlanRule(
      policy: index, event: event, scope: policy.follows ? narrowed : scope + narrowed,
      followed: policy.follows ? scope : nil, filters: watched.filters,
      elements: watched.elements, feed: feed)
  }
}
