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
    var hasValue = false
    let isMet = holds { body in
      source.forEachValue(of: packet, &lender) { value in
        hasValue = true
        body(value)
      }
    }
    return isMet || !hasValue && isUnread
  }

  /// Whether the clause holds for the values that `values` gives.
  @inline(__always)
  func holds(_ values: ((LentValue) -> Void) -> Void) -> Bool {
    var (isRefused, isMet) = (false, false)
    values { value in
      if isRefused || isMet && condition.excluded.isEmpty { return }
      isRefused = condition.excludes(value)
      isMet = isMet || condition.includes(value)
    }
    return !isRefused && (isMet || condition.included.isEmpty && condition.bounds.isEmpty)
  }
}
