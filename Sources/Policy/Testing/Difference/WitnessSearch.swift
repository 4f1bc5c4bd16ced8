// SPDX-License-Identifier: Apache-2.0

/// Looks for a packet and an owner that a rule wants and none of some other rules does.
///
/// A rule is a box: the product of one set of values for each variable. What is in the box and in none of the others
/// leaves each of those by at least one of its variables, so the search goes through the others and chooses, for each, a
/// variable and the values in which it is left. Variables are taken to be independent: what is certainly not there is not
/// there, and what is found is put to the reference before it is believed.
struct WitnessSearch {
  /// What a search ended with.
  enum Outcome {
    case found(PacketWitness)
    /// There is certainly none.
    case none
    /// Nothing was found, and these expressions keep it from being certain.
    case undecided([String])
  }

  /// The values that a variable may still have.
  private enum Domain {
    case range(ValueRange)
    /// The numbers of candidates.
    case listed([Int])

    var isEmpty: Bool {
      switch self {
      case .range(let values): values.isEmpty
      case .listed(let numbers): numbers.isEmpty
      }
    }
  }

  /// What every packet of a search has in common.
  private struct Frame {
    var isIPv4: Bool
    var isOwned: Bool
  }

  private static let nodeLimit = 20_000
  private static let refusalLimit = 16

  private let box: RuleBox
  private let others: [RuleBox]
  private let event: EventKind
  private let confirms: (PacketWitness) -> Bool
  private var candidates: [Variable: Candidates] = [:]
  private var frame = Frame(isIPv4: true, isOwned: true)
  private var nodes = 0
  private var refusals = 0
  private var blame: [String] = []

  /// Makes ready to search.
  ///
  /// - Parameters:
  ///   - others: the rules for the same event that must not want the witness, without those that are seen to be apart.
  ///   - confirms: asks the reference.
  init(_ box: RuleBox, apartFrom others: [RuleBox], confirms: @escaping (PacketWitness) -> Bool) {
    self.box = box
    self.others = others
    event = box.rule.rule.event
    self.confirms = confirms
  }

  /// Searches.
  mutating func run() -> Outcome {
    listCandidates()
    for frame in frames {
      self.frame = frame
      guard let domains = startingDomains() else { continue }
      let open = frame.isOwned ? others : others.filter { !$0.asksOwner }
      if let witness = search(domains, open) { return .found(witness) }
    }
    if nodes >= Self.nodeLimit { blame.append(box.rule.title) }
    return blame.isEmpty ? .none : .undecided(blame)
  }

  private var frames: [Frame] {
    let families: [Bool] =
      switch event {
      case .ipv4, .icmp: [true]
      case .ipv6, .icmpv6: [false]
      default: [true, false]
      }
    let owners: [Bool] =
      box.asksOwner ? [true] : others.contains(where: \.asksOwner) ? [true, false] : [false]
    return owners.flatMap { isOwned in families.map { Frame(isIPv4: $0, isOwned: isOwned) } }
  }

  private mutating func listCandidates() {
    var clauses: [Variable: [ExplainedClause]] = [:]
    for side in ([box] + others).flatMap(\.sides) where side.values == nil {
      if clauses[side.variable]?.contains(where: { $0.question == side.clause.question }) != true {
        clauses[side.variable, default: []].append(side.clause)
      }
    }
    for (variable, clauses) in clauses { candidates[variable] = Candidates(variable, clauses) }
  }

  /// What the rule itself leaves of its variables; nil when that is nothing.
  private mutating func startingDomains() -> [Variable: Domain]? {
    var domains: [Variable: Domain] = [:]
    for side in box.sides {
      let domain = meeting(side, domains[side.variable] ?? full(side.variable))
      if domain.isEmpty {
        if case .listed = domain, candidates[side.variable]?.isComplete == false {
          blame(side.clause)
        }
        return nil
      }
      domains[side.variable] = domain
    }
    return domains
  }

  /// Every value of a variable in the frame.
  private func full(_ variable: Variable) -> Domain {
    if let candidates = candidates[variable] { return .listed(Array(candidates.all.indices)) }
    guard let all = ValueRange.all(of: variable) else { return .listed([]) }
    if case .packet(let field) = variable {
      if field == .source || field == .destination {
        let ipv4 = IntervalSet([IPAddress.ipv4Block])
        return .range(
          .addresses(frame.isIPv4 ? ipv4 : IntervalSet([IPAddress.all]).subtracting(ipv4)))
      }
      if let fixed = field.fixedNumber(in: event) { return .range(.numbers(IntervalSet([fixed]))) }
    }
    return .range(all)
  }

  private func meeting(_ side: RuleBox.Side, _ domain: Domain) -> Domain {
    switch domain {
    case .range(let values): .range(side.values.map { values.intersection($0) } ?? values)
    case .listed(let numbers):
      .listed(numbers.filter { candidates[side.variable]?.all[$0].meets(side.clause) == true })
    }
  }

  private func leaving(_ side: RuleBox.Side, _ domain: Domain) -> Domain {
    switch domain {
    case .range(let values): .range(side.values.map { values.subtracting($0) } ?? values)
    case .listed(let numbers):
      .listed(numbers.filter { candidates[side.variable]?.all[$0].meets(side.clause) == false })
    }
  }

  /// Goes on with the boxes that are still to be left.
  private mutating func search(_ domains: [Variable: Domain], _ open: [RuleBox]) -> PacketWitness? {
    nodes += 1
    guard nodes < Self.nodeLimit, refusals < Self.refusalLimit else { return nil }
    var best: (box: Int, options: [(Variable, Domain)])?
    var left: [RuleBox] = []
    for other in open {
      let isLeft = other.sides.contains { side in
        meeting(side, domains[side.variable] ?? full(side.variable)).isEmpty
      }
      if isLeft { continue }
      var options: [(Variable, Domain)] = []
      for side in other.sides {
        let domain = leaving(side, domains[side.variable] ?? full(side.variable))
        if !domain.isEmpty {
          options.append((side.variable, domain))
        } else if case .listed = domain, candidates[side.variable]?.isComplete == false,
          !isImplied(side)
        {
          blame(side.clause)
        }
      }
      if options.isEmpty { return nil }
      if options.count < best?.options.count ?? .max { best = (left.count, options) }
      left.append(other)
    }
    guard let best else {
      guard let witness = witness(domains) else { return nil }
      if confirms(witness) { return witness }
      refusals += 1
      for side in box.sides where candidates[side.variable] != nil { blame(side.clause) }
      if blame.isEmpty { blame.append(box.rule.title) }
      return nil
    }
    left.remove(at: best.box)
    for (variable, domain) in best.options {
      var narrowed = domains
      narrowed[variable] = domain
      if let witness = search(narrowed, left) { return witness }
    }
    return nil
  }

  /// Whether the rule's own clauses certainly imply one of another rule.
  private func isImplied(_ side: RuleBox.Side) -> Bool {
    let own = box.sides.filter { $0.variable == side.variable }.map(\.clause)
    if own.contains(where: { $0.question == side.clause.question }) { return true }
    switch side.clause.question {
    case .owner(let clause):
      let same = own.compactMap { own in
        if case .owner(let own) = own.question, own.field == clause.field {
          own.condition
        } else {
          nil
        }
      }
      return FieldLogic(same, clause.field.profile).implies(clause.condition)
    case .packet(let clause):
      let same = own.compactMap { own in
        if case .packet(let own) = own.question, own.field == clause.field {
          own.condition
        } else {
          nil
        }
      }
      return FieldLogic(same, clause.field.profile(in: event)).implies(clause.condition)
    }
  }

  private mutating func blame(_ clause: ExplainedClause) {
    for word in clause.words where !blame.contains(word) { blame.append(word) }
  }

  // MARK: Writing

  private func witness(_ domains: [Variable: Domain]) -> PacketWitness? {
    var writer = WitnessWriter(event, isIPv4: frame.isIPv4, isOwned: frame.isOwned)
    for (variable, domain) in domains {
      switch domain {
      case .range(let values): writer.add(variable, values)
      case .listed(let numbers):
        guard let first = numbers.first, let candidate = candidates[variable]?.all[first] else {
          return nil
        }
        writer.add(variable, candidate)
      }
    }
    return writer.witness
  }
}

extension ExplainedRule {
  /// `rule 2 (net_packet_tcp)`.
  var title: String { "rule \(number) (\(rule.event.name))" }
}

extension PacketField {
  /// The number that every packet of an event has in the field; nil when it differs.
  fileprivate func fixedNumber(in event: EventKind) -> ClosedRange<UInt64>? {
    switch rawValue {
    case "proto_ipv4.version": 4...4
    case "proto_ipv6.version": 6...6
    case "proto_dns.QR":
      event == .dnsRequest ? 0...0 : event == .dnsResponse ? 1...1 : nil
    default: nil
    }
  }
}
