// SPDX-License-Identifier: Apache-2.0

/// Finds exclusions of events that nothing selects.
enum UselessExclusion {
  static func check(_ policy: CheckedPolicy) -> [Diagnostic] {
    var known: [Diagnostic] = []
    let selections = policy.document.rules.map { EventSelection(parsing: $0.event, into: &known) }
    // An item with an error may have selected what is excluded.
    guard !known.contains(where: { $0.severity == .error }) else { return [] }
    var selected = Set(selections.flatMap { $0.selected.map(\.event) })
    if selected.isEmpty { selected = Set(EventSet.standard.events) }
    return zip(policy.document.rules, selections).flatMap { rule, selection in
      selection.items.filter { item in
        item.isExclusion && !item.events.isEmpty && selected.isDisjoint(with: item.events)
      }.map { .uselessExclusion($0.word, rule.event) }
    }
  }
}

extension Diagnostic {
  fileprivate static func uselessExclusion(
    _ word: FilterExpression.Word, _ source: SourceText
  ) -> Self {
    Self(
      .uselessExclusion,
      "nothing selects `\(word.text)`, so excluding it has no effect", source: source.source,
      range: word.range, help: "remove it")
  }
}
