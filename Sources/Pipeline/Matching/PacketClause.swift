// SPDX-License-Identifier: Apache-2.0

import Policy

/// A clause on a packet, asked of its bytes: only the field that it names is looked at, and nothing is copied.
///
/// `ReferenceMatcher` says what it means; tests compare the two.
struct PacketClause: Sendable {
  private let source: FieldSource
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
    var (hasValue, isRefused, isMet) = (false, false, false)
    source.forEachValue(of: packet, &lender) { value in
      hasValue = true
      if isRefused || isMet && condition.excluded.isEmpty { return }
      isRefused = condition.excludes(value)
      isMet = isMet || condition.includes(value)
    }
    if !hasValue && isUnread { return true }
    return !isRefused && (isMet || condition.included.isEmpty && condition.bounds.isEmpty)
  }
}
