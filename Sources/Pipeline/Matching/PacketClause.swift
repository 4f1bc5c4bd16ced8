// SPDX-License-Identifier: Apache-2.0

import Policy

/// A clause on a packet, asked of its bytes: only the field that it names is looked at, and nothing is copied.
///
/// `ReferenceMatcher` says what it means; tests compare the two.
struct PacketClause: Sendable {
  let source: FieldSource
  private let condition: Condition

  /// Finds out where the clause's field is.
  init(_ clause: Clause<PacketField>) {
    source = FieldSource(clause.field)
    condition = clause.condition
  }

  /// Whether the clause holds.
  ///
  /// - Parameter isUnread: whether the packet does not give the event that is asked for because of what it says. Nothing is
  ///   asked then of what it does not have: it is yet to be found out, and counted, why it has not.
  func holds(
    of packet: borrowing DecodedPacket, isUnread: Bool, _ lender: inout FieldLender
  ) -> Bool {
    // An unread message has no lists whose elements could be counted.
    if isUnread, case .derived(.count, _) = source { return true }
    var (hasValue, answer) = (false, Answer())
    source.forEachValue(of: packet, &lender) { value in
      hasValue = true
      ask(value, &answer)
    }
    return !hasValue && isUnread || isMet(by: answer)
  }

  /// What the values that were looked at say.
  struct Answer {
    fileprivate var isRefused = false
    fileprivate var isMet = false
  }

  /// Looks at one value.
  func ask(_ value: LentValue, _ answer: inout Answer) {
    if answer.isRefused || answer.isMet && condition.excluded.isEmpty { return }
    answer.isRefused = condition.excludes(value)
    answer.isMet = answer.isMet || condition.includes(value)
  }

  /// Whether the clause holds for all values that were looked at.
  func isMet(by answer: Answer) -> Bool {
    !answer.isRefused && (answer.isMet || condition.included.isEmpty && condition.bounds.isEmpty)
  }
}
