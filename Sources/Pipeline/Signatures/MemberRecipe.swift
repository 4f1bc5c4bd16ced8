// SPDX-License-Identifier: Apache-2.0

import Policy
import System

/// How an event of one selection becomes observations: where its key and its value are.
struct MemberRecipe: Sendable {
  /// The place of the machine among those of all plans.
  let machine: Int32
  /// The member of the correlation.
  let member: Int32
  /// Where the parts of its key are.
  let key: [EventValue]
  private let parts: [ValueSource]
  private let value: ValueSource?
  private let purpose: Purpose
  /// Whether texts are read as addresses, because they are compared with some.
  private let readsAddresses: Bool

  /// What the value of an observation is.
  private enum Purpose { case nothing, member, sum }

  /// The most values of one event that are looked at.
  static let valueLimit = 64

  /// The recipes for the members of a signature that take a selection, the last member first: so what follows something is
  /// looked at before what begins anew.
  static func all(of signature: Signature, selection: Int, machine: Int32) -> [MemberRecipe] {
    guard let correlation = signature.correlation else {
      return [MemberRecipe(selection: selection, machine: machine)]
    }
    return correlation.members.indices.reversed()
      .filter { correlation.members[$0].selection == selection }
      .map { MemberRecipe(correlation, member: $0, machine: machine) }
  }

  /// The recipe of a signature of which every event is a finding: its members are its selections.
  private init(selection: Int, machine: Int32) {
    self.machine = machine
    member = Int32(selection)
    key = []
    parts = []
    value = nil
    purpose = .nothing
    readsAddresses = false
  }

  private init(_ correlation: Correlation, member: Int, machine: Int32) {
    self.machine = machine
    self.member = Int32(member)
    let written = correlation.members[member]
    key = written.key
    parts = key.map(ValueSource.init)
    value = written.value.map(ValueSource.init)
    switch correlation.kind {
    case .valueCount, .newValue: purpose = .member
    case .valueSum: purpose = .sum
    default: purpose = .nothing
    }
    let sorts = correlation.members.compactMap { $0.value?.isAddress }
    readsAddresses =
      sorts.contains(true) && sorts.contains(false) && written.value?.isAddress == false
  }

  /// Gives `body` what an event says.
  ///
  /// - Parameter data: the data of the finding that the event is, by name.
  /// - Returns: false when the event has no value of a part of the key.
  func observe(
    _ packet: borrowing DecodedPacket, _ seed: KeyHash.Seed, _ clock: BootClock,
    _ lender: inout FieldLender, data: [String: FieldValue]? = nil, _ body: (Observation) -> Void
  ) -> Bool {
    let key = key(of: packet, seed, clock, &lender, data: data)
    guard key.isThere else { return false }
    observe(packet, key, clock, &lender, data: data, body)
    return true
  }

  /// The key of an event.
  ///
  /// - Parameter data: the data of the finding that the event is, by name.
  @inline(never)
  func key(
    of packet: borrowing DecodedPacket, _ seed: KeyHash.Seed, _ clock: BootClock,
    _ lender: inout FieldLender, data: [String: FieldValue]? = nil
  ) -> ObservedKey {
    var hash = KeyHash(seed)
    for index in parts.indices {
      var isTaken = false
      Self.forEachValue(of: parts[index], packet, clock, &lender, data) { value in
        if isTaken { return }
        isTaken = true
        hash.add(value)
      }
      if !isTaken { return ObservedKey() }
    }
    return ObservedKey(hash)
  }

  /// Whether an event with a key says no more than that.
  var isPlain: Bool { value == nil }

  /// Gives `body` what an event with a key says.
  @inline(never)
  func observe(
    _ packet: borrowing DecodedPacket, _ key: ObservedKey, _ clock: BootClock,
    _ lender: inout FieldLender, data: [String: FieldValue]? = nil, _ body: (Observation) -> Void
  ) {
    guard let value else {
      body(Observation(machine: machine, member: member, key: key.number, value: 0))
      return
    }
    var count = 0
    Self.forEachValue(of: value, packet, clock, &lender, data) { value in
      guard count < Self.valueLimit else { return }
      var observation = Observation(machine: machine, member: member, key: key.number, value: 0)
      switch purpose {
      case .nothing: break
      case .sum:
        guard case .number(let summand) = value else { return }
        observation.value = summand
      case .member:
        var whole = key.hash
        if readsAddresses {
          guard let address = value.address else { return }
          whole.add(address)
        } else {
          whole.add(value)
        }
        observation.value = whole.value
      }
      count += 1
      body(observation)
    }
  }

  private static func forEachValue(
    of source: ValueSource, _ packet: borrowing DecodedPacket, _ clock: BootClock,
    _ lender: inout FieldLender, _ data: [String: FieldValue]?, _ body: (LentValue) -> Void
  ) {
    guard case .finding(let name) = source else {
      source.forEachValue(of: packet, &lender, clock, body)
      return
    }
    switch data?[name] {
    case nil: break
    case .number(let number): body(.number(number))
    case .address(let address): body(.address(address))
    case .text(let text), .member(_, let text):
      lender.lend({ $0.append(Array(text.utf8)) }, { body(.text($0)) })
    }
  }
}

extension EventValue {
  /// Whether its values are addresses.
  fileprivate var isAddress: Bool { type == .address }
}

extension LentValue {
  /// The address that it is, or that its text spells.
  fileprivate var address: IPAddress? {
    switch self {
    case .address(let address): address
    case .text(let text), .name(let text):
      text.byteCount <= 45 ? IPAddress(text.repairedText) : nil
    case .number, .member: nil
    }
  }
}
