// SPDX-License-Identifier: Apache-2.0

extension ExplainedPlan {
  /// The explanation as text: policies with their rules and clauses, then tables.
  public var text: String {
    var text = summary + "\n"
    for entry in entries {
      let name = entry.name.isEmpty ? "policy of the command line" : "policy \(entry.name)"
      let place = entry.name.isEmpty ? "" : "  (\(entry.source):\(entry.line))"
      text += "\n\(name)\(place)\n"
      for group in entry.rules.grouped { text += Self.text(of: group) }
    }
    guard !tables.isEmpty else { return text }
    return text + "\n" + tableText
  }

  /// The numbers of policies, rules, events and filters, and the size of the tables, in one line.
  public var summary: String {
    let clauses = rules.flatMap(\.clauses)
    let inKernel = clauses.count { $0.place == .kernel }
    let size = tables.isEmpty ? "" : "; tables \(tables.reduce(0) { $0 + $1.bytes }.shownBytes)"
    return count(entries.count, "policy", "policies") + ", " + count(rules.count, "rule", "rules")
      + ", " + count(Set(rules.map(\.rule.event)).count, "event", "events")
      + "; kernel filters \(inKernel), user-space filters \(clauses.count - inKernel)" + size
  }

  private func count(_ number: Int, _ one: String, _ many: String) -> String {
    "\(number) \(number == 1 ? one : many)"
  }

  private static func text(of group: ArraySlice<ExplainedRule>) -> String {
    guard let first = group.first, let last = group.last else { return "" }
    let events = group.map(\.rule.event.name).joined(separator: ", ")
    let bits = first.bit == last.bit ? "bit \(first.bit)" : "bits \(first.bit)-\(last.bit)"
    var lines = ["  rule \(first.number), line \(first.line), \(bits): \(events)"]
    if first.clauses.isEmpty { lines.append("    every packet, with any owner or none") }
    let words = first.clauses.map(\.shownWords)
    let width = words.map(\.unicodeScalars.count).filter { $0 <= 60 }.max() ?? 0
    for (clause, word) in zip(first.clauses, words) {
      let pad = String(repeating: " ", count: max(0, width - word.unicodeScalars.count))
      lines.append("    \(clause.shownPlace)  \(word)\(pad)  \(clause.shownCost)")
    }
    return lines.map { $0 + "\n" }.joined()
  }

  private var tableText: String {
    let rows =
      tables.map { [$0.name, String($0.entries), String($0.bytes), $0.summary] } + [
        ["", "", String(tables.reduce(0) { $0 + $1.bytes }), ""]
      ]
    return Listing(columns: ["TABLE", "ENTRIES", "BYTES", "CONTENTS"], rows: rows, json: .null)
      .table
  }
}

extension [ExplainedRule] {
  /// The rules in groups that differ only in their events.
  fileprivate var grouped: [ArraySlice<ExplainedRule>] {
    var groups: [ArraySlice<ExplainedRule>] = []
    var start = 0
    for index in indices where index + 1 == count || self[index + 1].number != self[start].number {
      groups.append(self[start...index])
      start = index + 1
    }
    return groups
  }
}

extension ExplainedClause {
  /// The expressions, with a note on those of `follow`, which need not hold any longer.
  fileprivate var shownWords: String {
    words.joined(separator: " and ") + (origin == .follow ? ", now or before" : "")
  }

  fileprivate var shownPlace: String { place == .kernel ? "kernel    " : "user space" }

  fileprivate var shownCost: String {
    if case .userSpace(let reason) = place { return reason }
    let regions = "\(self.regions) regions"
    return entries == 0 ? regions : "\(regions), \(entries) \(entries == 1 ? "entry" : "entries")"
  }
}

extension Int {
  /// The number as a size in bytes: in B below 1 KiB, otherwise in KiB, rounded up.
  public var shownBytes: String { self < 1024 ? "\(self) B" : "\((self + 1023) / 1024) KiB" }
}
