// SPDX-License-Identifier: Apache-2.0

extension PolicyDifference {
  /// The changes of one side, policy and event, of which only the first are printed.
  fileprivate struct Group {
    var side: Side
    var policy: String
    var event: EventKind
    var changes: [Change]
  }

  /// The number of witnesses of a group that are printed.
  private static let shownLimit = 3

  private var groups: [Group] {
    changes.reduce(into: []) { groups, change in
      if let last = groups.last, last.side == change.side, last.policy == change.policy,
        last.event == change.event
      {
        groups[groups.count - 1].changes.append(change)
      } else {
        groups.append(
          Group(side: change.side, policy: change.policy, event: change.event, changes: [change]))
      }
    }
  }

  /// The differences as text, with the summary in the last line, and after it what differs in a capture.
  public var text: String {
    var text = ""
    if !added.isEmpty { text += "policies added: \(added.joined(separator: ", "))\n" }
    if !removed.isEmpty { text += "policies removed: \(removed.joined(separator: ", "))\n" }
    if !text.isEmpty { text += "\n" }
    for group in groups {
      text += "\(group.side.rawValue)  \(group.policy): \(group.event.name)\n"
      for change in group.changes.prefix(Self.shownLimit) {
        text += "    \(change.rule.description)\n"
        text += "    --packet \(change.witness.packet.text.shellQuoted)\n"
        if let owner = change.witness.owner { text += "    --owner \(owner.text.shellQuoted)\n" }
        text += "    \(change.otherSide)\n"
      }
      if group.changes.count > Self.shownLimit {
        text += "    and \(group.changes.count - Self.shownLimit) more rules\n"
      }
      text += "\n"
    }
    for change in signatures {
      text += "\(change.kind.rawValue)  \(change.policy): signature \(change.signature)\n"
    }
    if !signatures.isEmpty { text += "\n" }
    for doubt in doubts {
      text += "undecided  \(doubt.policy): \(doubt.event.name), may be \(doubt.side.rawValue)\n"
      text += "    \(doubt.rule.description)\n"
      text += "    because of \(doubt.filters.joined(separator: ", "))\n\n"
    }
    for place in reworded { text += "same meaning  \(place.policy), \(place.description)\n" }
    for filter in fallen {
      text +=
        "user space  \(filter.rule.policy), \(filter.rule.description): \(filter.words): "
        + "\(filter.reason)\n"
    }
    if !reworded.isEmpty || !fallen.isEmpty { text += "\n" }
    if let cost {
      text +=
        "rules \(cost.old.rules) -> \(cost.new.rules); tables \(cost.old.bytes.shownBytes) -> "
        + "\(cost.new.bytes.shownBytes); user-space filters \(cost.old.userSpaceFilters) -> "
        + "\(cost.new.userSpaceFilters)\n"
    }
    return (text + summary + "\n" + (capture.map { "\n" + $0.text } ?? ""))
      .split(separator: "\n", omittingEmptySubsequences: false).map { Visible.text($0) }
      .joined(separator: "\n")
  }

  /// The numbers of differences, such as `1 gained, 0 lost, 1 undecided`, or a sentence when there are none.
  public var summary: String {
    guard !isNothing else { return "the same packets give the same events" }
    let counts = Side.allCases.map { side in
      let found = signatures.count { $0.kind.rawValue == side.rawValue }
      return "\(changes.count { $0.side == side } + found) \(side.rawValue)"
    }
    let changed = signatures.count { $0.kind == .changed }
    let others =
      changed == 0 ? [] : ["\(changed) \(changed == 1 ? "signature" : "signatures") changed"]
    return (counts + others + (doubts.isEmpty ? [] : ["\(doubts.count) undecided"])).joined(
      separator: ", ")
  }

  /// The differences as Markdown, for a merge request.
  public var markdown: String {
    var text = "### Policies: \(summary)\n"
    if !changes.isEmpty {
      text +=
        "\n| | policy | event | packet | owner | rule | other side |\n|---|---|---|---|---|---|---|\n"
      for group in groups {
        for change in group.changes.prefix(Self.shownLimit) {
          let cells = [
            change.side.rawValue, change.policy, change.event.name,
            "`\(change.witness.packet.text)`",
            change.witness.owner.map { "`\($0.text)`" } ?? "nobody",
            change.rule.description, change.otherSide,
          ]
          text += "| " + cells.map(\.cell).joined(separator: " | ") + " |\n"
        }
        if group.changes.count > Self.shownLimit {
          text +=
            "| \(group.side.rawValue) | \(group.policy.cell) | \(group.event.name) | "
            + "and \(group.changes.count - Self.shownLimit) more rules | | | |\n"
        }
      }
    }
    func list(_ title: String, _ items: [String]) {
      guard !items.isEmpty else { return }
      text += "\n\(title)\n\n" + items.map { "- \($0.cell)\n" }.joined()
    }
    list("Policies added:", added)
    list("Policies removed:", removed)
    list(
      "Signatures:",
      signatures.map { "\($0.kind.rawValue): \($0.signature), of policy \($0.policy)" })
    list(
      "Undecided:",
      doubts.map {
        "\($0.policy), \($0.event.name): \($0.rule.description) may have \($0.side.rawValue) "
          + "packets, because of \($0.filters.map { "`\($0)`" }.joined(separator: ", "))"
      })
    list("Other words, same meaning:", reworded.map { "\($0.policy), \($0.description)" })
    list(
      "No longer decided by the kernel:",
      fallen.map { "\($0.rule.policy), \($0.rule.description): `\($0.words)`, \($0.reason)" })
    if let cost {
      text +=
        "\nRules \(cost.old.rules) → \(cost.new.rules), tables \(cost.old.bytes.shownBytes) → "
        + "\(cost.new.bytes.shownBytes), user-space filters \(cost.old.userSpaceFilters) → "
        + "\(cost.new.userSpaceFilters).\n"
    }
    if let capture {
      let rows = capture.rows
      text += rows.isEmpty ? "\nNo event of the capture differs.\n" : "\nIn the capture:\n"
      if !rows.isEmpty {
        text +=
          "\n| policy | event | gained | lost | same | first frames |\n|---|---|---|---|---|---|\n"
        for row in rows { text += "| " + row.map(\.cell).joined(separator: " | ") + " |\n" }
      }
    }
    return text
  }
}

extension PolicyDifference.Place {
  /// The number of the rule and its place: `rule 2, policies/web.yaml:12`.
  public var description: String { "rule \(rule), \(source):\(line)" }
}

extension PolicyDifference.Change {
  /// The rule of the other set that comes nearest, and why it does not want the packet.
  fileprivate var otherSide: String {
    guard let nearest else {
      return side == .gained
        ? "the old policies have no rule for it" : "the new policies have no rule for it"
    }
    let why = reasons.isEmpty ? "" : ": " + reasons.joined(separator: "; ")
    return "not by \(nearest.description)\(why)"
  }
}

extension String {
  /// The text quoted as one word of a shell (POSIX.1-2017, Shell Command Language §2.2.2).
  var shellQuoted: String { "'" + replacing("'", with: "'\\''") + "'" }

  /// The text escaped as the content of a table's cell.
  fileprivate var cell: String {
    Visible.text(self).replacing("\\", with: "\\\\").replacing("|", with: "\\|")
      .replacing("<", with: "&lt;")
  }
}
