import Policy

/// Conditions on one element of a list, asked of a message element by element.
///
/// `ReferenceMatcher` says what they mean; tests compare the two.
struct ElementQuestion: Sendable {
  private let members: [PacketClause]
  private let isNone: Bool

  init(_ clause: ElementClause) {
    members = clause.members.map(PacketClause.init)
    isNone = clause.isNone
  }

  /// Whether one element, or none, meets all conditions.
  ///
  /// - Parameter isUnread: whether the packet does not give the event that is asked for because of what it says. Nothing is
  ///   asked then.
  func holds(
    of packet: borrowing DecodedPacket, isUnread: Bool, _ lender: inout FieldLender
  ) -> Bool {
    if isUnread { return true }
    guard case .dns(let message) = packet.message, let first = members.first?.source else {
      return isNone
    }
    var isFound = false
    switch first.undeveloped {
    case .question(_, let questions):
      guard questions == .all || (questions == .ofResponses) == message.isResponse else { break }
      message.forEachQuestion { question in
        if isFound { return }
        isFound = meets { source, lender, body in
          if case .question(let member, _) = source {
            question.lend(member, in: message.bytes, &lender, body)
          }
        }
      }
    case .record(_, let section):
      message.forEachRecord(of: section) { record in
        if isFound { return }
        isFound = meets { source, lender, body in
          if case .record(let member, _) = source {
            record.lend(member, in: message.bytes, &lender, body)
          }
        }
      }
    case .answer:
      guard message.isResponse else { break }
      message.forEachRecord(of: .answers) { record in
        if isFound { return }
        isFound = meets { source, lender, body in
          if case .answer(let member) = source {
            record.lend(member, in: message.bytes, &lender, body)
          }
        }
      }
    default: break
    }
    return isFound != isNone

    /// Whether one element meets the conditions on all members.
    func meets(
      _ lend: (FieldSource, inout FieldLender, (LentValue) -> Void) -> Void
    ) -> Bool {
      for index in members.indices {
        let isMet = members[index].holds { body in
          members[index].source.forEachValue(&lender, lend, body)
        }
        if !isMet { return false }
      }
      return true
    }
  }
}

extension FieldSource {
  /// What it is worked out from, or itself.
  fileprivate var undeveloped: FieldSource {
    if case .derived(_, let base) = self { base } else { self }
  }

  /// Gives `body` each value of one element.
  fileprivate func forEachValue(
    _ lender: inout FieldLender,
    _ lend: (FieldSource, inout FieldLender, (LentValue) -> Void) -> Void,
    _ body: (LentValue) -> Void
  ) {
    guard case .derived(let kind, let base) = self else {
      lend(self, &lender, body)
      return
    }
    var count: UInt64 = 0
    lend(base, &lender) { value in
      count += 1
      kind.develop(value, body)
    }
    if kind == .count { body(.number(count)) }
  }
}
