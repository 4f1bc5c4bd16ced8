// SPDX-License-Identifier: Apache-2.0

import Policy

/// What outputs show of findings besides their packets, worked out once for each signature and set of policies.
struct FindingLabels {
  private struct Key: Hashable {
    var event: EventID
    var policies: [String]
    var argumentCount: Int
  }

  private let labels: PolicyLabels
  private var known: [Key: [RowMeaning.Showing]] = [:]

  /// Creates an empty store.
  ///
  /// - Parameter labels: those of all policies.
  init(_ labels: PolicyLabels = .none) { self.labels = labels }

  /// The outputs that show a finding, and how.
  mutating func showings(
    of finding: SignatureFinding, _ outputs: OutputSet
  ) -> [RowMeaning.Showing] {
    let key = Key(
      event: finding.id, policies: finding.policies, argumentCount: finding.argumentCount)
    if let showings = known[key] { return showings }
    let showings = outputs.all.enumerated().compactMap { number, output in
      let policies = output.destination.route.policies(
        among: finding.policies, for: finding.signature)
      return policies.isEmpty
        ? nil
        : RowMeaning.Showing(
          output: number,
          label: EventLabel(
            finding.id, policies: policies, argumentCount: finding.argumentCount, labels: labels))
    }
    if known.count > 1000 { known.removeAll() }
    known[key] = showings
    return showings
  }
}
