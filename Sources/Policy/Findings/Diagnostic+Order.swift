// SPDX-License-Identifier: Apache-2.0

extension Diagnostic {
  /// Returns findings in the order of sources and of places in them, without repetitions.
  ///
  /// - Parameter sources: the names of sources in order; findings of others come last.
  static func sorted(_ diagnostics: [Diagnostic], by sources: [String]) -> [Diagnostic] {
    let ranks = Dictionary(
      sources.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    let keyed = diagnostics.enumerated().map { index, diagnostic in
      let rank = ranks[diagnostic.source] ?? sources.count
      return (key: (rank, diagnostic.range?.start.offset ?? -1, index), diagnostic: diagnostic)
    }
    return keyed.sorted { $0.key < $1.key }.map(\.diagnostic).reduce(into: []) { sorted, next in
      if !next.isRepeated(in: sorted) { sorted.append(next) }
    }
  }

  /// Returns whether one of the last findings, those at the same place, is equal to this one.
  private func isRepeated(in sorted: [Diagnostic]) -> Bool {
    for other in sorted.reversed() {
      guard other.range == range, other.source == source else { return false }
      if other == self { return true }
    }
    return false
  }
}
