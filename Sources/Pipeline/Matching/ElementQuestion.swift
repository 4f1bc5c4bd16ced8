// SPDX-License-Identifier: Apache-2.0

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
        if !isFound { isFound = isMet(by: question, in: message.bytes, &lender) }
      }
    case .record(_, let section):
      message.forEachRecord(of: section) { record in
        if !isFound { isFound = isMet(by: record, in: message.bytes, &lender) }
      }
    case .answer:
      guard message.isResponse else { break }
      message.forEachRecord(of: .answers) { record in
        if !isFound { isFound = isMet(by: record, in: message.bytes, &lender) }
      }
    default: break
    }
    return isFound != isNone
  }

  /// Whether a question meets the conditions on all members.
  private func isMet(
    by question: DNSQuestion, in message: RawSpan, _ lender: inout FieldLender
  ) -> Bool {
    for index in members.indices {
      let clause = members[index]
      guard case .question(let member, _) = clause.source.undeveloped else { return false }
      var (answer, count) = (PacketClause.Answer(), UInt64(0))
      question.lend(member, in: message, &lender) { value in
        count += 1
        clause.ask(value, developed: &answer)
      }
      if !clause.isMet(by: answer, counting: count) { return false }
    }
    return true
  }

  /// Whether a record meets the conditions on all members.
  private func isMet(
    by record: DNSRecord, in message: RawSpan, _ lender: inout FieldLender
  ) -> Bool {
    for index in members.indices {
      let clause = members[index]
      var (answer, count) = (PacketClause.Answer(), UInt64(0))
      switch clause.source.undeveloped {
      case .record(let member, _):
        record.lend(member, in: message, &lender) { value in
          count += 1
          clause.ask(value, developed: &answer)
        }
      case .answer(let member):
        record.lend(member, in: message, &lender) { value in
          count += 1
          clause.ask(value, developed: &answer)
        }
      default: return false
      }
      if !clause.isMet(by: answer, counting: count) { return false }
    }
    return true
  }
}

extension PacketClause {
  /// Looks at what is worked out from one value, or at the value itself.
  fileprivate func ask(_ value: LentValue, developed answer: inout Answer) {
    guard case .derived(let kind, _) = source else {
      ask(value, &answer)
      return
    }
    var developed = answer
    kind.develop(value) { ask($0, &developed) }
    answer = developed
  }

  /// Whether the clause holds for all values of one element, of which there are so many.
  fileprivate func isMet(by answer: Answer, counting count: UInt64) -> Bool {
    var answer = answer
    if case .derived(.count, _) = source { ask(.number(count), &answer) }
    return isMet(by: answer)
  }
}

extension FieldSource {
  /// What it is worked out from, or itself.
  fileprivate var undeveloped: FieldSource {
    if case .derived(_, let base) = self { base } else { self }
  }
}
