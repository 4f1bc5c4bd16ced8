// SPDX-License-Identifier: Apache-2.0

import CBPF
public import Policy

/// A plan as the kernel's tables: pure bytes, which an ``Installer`` copies into maps.
///
/// Every row is made by asking ``Policy/ReferenceMatcher`` about one member of each region of a dimension, so the
/// kernel and the reference cannot disagree about a rule.
public struct KernelTables: Sendable {
  var plan = tp_plan()
  var rows: [Row]
  var sources = Trie(keySize: MemoryLayout<tp_address_key>.size)
  var destinations = Trie(keySize: MemoryLayout<tp_address_key>.size)
  var numbers = Trie(keySize: MemoryLayout<tp_number_key>.size)
  var texts = Trie(keySize: MemoryLayout<tp_text_key>.size)
  /// The class of each source port and each destination port, counted from the plan's bases.
  var sourcePorts: [UInt16] = []
  var destinationPorts: [UInt16] = []
  /// What the rules compare of headers (`tp_headers`); empty when that is nothing.
  var headerRows: [UInt8] = []

  /// For each sort of content, the rules that a packet of it can meet; nil when no rule asks for any.
  var contentRows: [Row]? {
    guard plan.asks_content != 0 else { return nil }
    let places = unsafe withUnsafeBytes(of: plan.content) {
      unsafe Array($0.bindMemory(to: UInt32.self))
    }
    return places.map { rows[Int($0)] }
  }

  /// Whether a rule asks for ancestors of owners.
  var asksForAncestors: Bool { plan.tree_words != 0 }

  /// Whether a rule may want responses of HTTP.
  private var wantsResponses: Bool {
    guard var rows = contentRows?[Int(PacketContent(.response, of: .http).rawValue)] else {
      return false
    }
    return rows.keep(self.rows[Int(plan.content_rules)])
  }

  /// The directions in which packets are to be seen: those in which a rule may want some, and of HTTP both when a rule wants
  /// responses, which are read by what was asked.
  var directions: PacketDirections {
    if wantsResponses { return [.ingress, .egress] }
    var directions: PacketDirections = []
    if !rows[Int(plan.direction.0)].isEmpty { directions.insert(.ingress) }
    if !rows[Int(plan.direction.1)].isEmpty { directions.insert(.egress) }
    return directions
  }

  /// How many clauses the kernel decides.
  public private(set) var decidedClauses = 0
  /// For each rule, what the kernel leaves of it.
  public let undecided: [Undecided]
  /// How many clauses are left to user space.
  public var undecidedClauses: Int { undecided.reduce(0) { $0 + $1.count } }
  /// The words of a row.
  public let rowWords: Int

  /// Makes the tables of a plan of at most ``Policy/TracePlan/ruleLimit`` rules.
  public init(_ tracePlan: TracePlan, generation: UInt32, filters mode: FilterMode = .kernel) {
    precondition(
      tracePlan.rules.count <= TracePlan.ruleLimit, "the compiler bounds the rules of a plan")
    let rules = tracePlan.rules
    rowWords = Row.words(for: rules.count)
    rows = []
    undecided = rules.map { Undecided($0, filters: mode) }
    let clauses = rules.reduce(0) {
      $0 + $1.scope.count + ($1.followed?.count ?? 0) + $1.filters.count + $1.elements.count
    }
    decidedClauses = clauses - undecidedClauses

    var table = RowTable()
    plan.generation = generation
    let shapes = (0..<UInt8(TP_SHAPES)).map { number in
      guard let shape = PacketShape(rawValue: number) else {
        return table.index(of: Row(rules) { _ in false })
      }
      let carried = ContentProtocol.allCases.filter(shape.carries)
      return table.index(
        of: Row(rules) { $0.event.contentProtocol.map(carried.contains) ?? shape.gives($0.event) })
    }
    unsafe withUnsafeMutableBytes(of: &plan.shape) { unsafe shapes.fill($0) }
    encodeContent(rules, &table)
    plan.no_owner = table.index(
      of: Row(rules) {
        mode == .userSpace
          || ReferenceMatcher.matches($0.scope, owner: nil)
            && ReferenceMatcher.follows($0, owner: nil)
      })
    encode(
      RuleQuestion(rules) { rule in
        rule.filters.filter { mode.decidesInKernel($0.decisionPlace) }.map { clause in
          Clause(clause.field.commonField ?? clause.field, clause.condition)
        }
      }, &table)
    encode(
      RuleQuestion(rules) { $0.scope.filter { mode.decidesInKernel($0.decisionPlace) } }, &table)
    encodeTree(rules, &table) { rule in
      rule.scope.filter { $0.field == .tree && mode.decidesInKernel($0.decisionPlace) }
    }
    rows = table.rows
  }

  private mutating func encodeContent(_ rules: [PlanRule], _ table: inout RowTable) {
    var asked: PacketContent = []
    for role in rules.compactMap(\.event.contentRole) { asked.formUnion(PacketContent(role)) }
    plan.asks_content = UInt32(asked.rawValue)
    plan.content_rules = table.index(of: Row(rules) { $0.event.contentProtocol != nil })
    let contents = (0..<UInt8(TP_CONTENTS)).map { number in
      let content = PacketContent(rawValue: number)
      return table.index(of: Row(rules) { content.allows($0.event) })
    }
    unsafe withUnsafeMutableBytes(of: &plan.content) { unsafe contents.fill($0) }
  }

  private mutating func encode(
    _ question: RuleQuestion<PacketField>, _ table: inout RowTable
  ) {
    let directions = [UInt64(0), 1].map { direction in
      table.index(of: question.row(.direction, [.number(direction)]))
    }
    plan.direction = (directions[0], directions[1])

    plan.uses_source = question.uses(.source) ? 1 : 0
    plan.uses_destination = question.uses(.destination) ? 1 : 0
    if question.uses(.source) { question.addAddresses(of: .source, to: &sources, &table) }
    if question.uses(.destination) {
      question.addAddresses(of: .destination, to: &destinations, &table)
    }

    let usesPorts = question.uses(.sourcePort) || question.uses(.destinationPort)
    plan.uses_ports = usesPorts ? 1 : 0
    if usesPorts {
      plan.no_source_port = table.index(of: question.row(.sourcePort, []))
      plan.no_destination_port = table.index(of: question.row(.destinationPort, []))
      (plan.source_port_base, sourcePorts) = ports(.sourcePort, question, &table)
      (plan.destination_port_base, destinationPorts) = ports(.destinationPort, question, &table)
    }
    let headers = HeaderParts(question, &numbers, &table)
    plan.header_parts = UInt32(headers.parts.count)
    if !headers.parts.isEmpty { headerRows = headers.bytes }
  }

  private func ports(
    _ field: PacketField, _ question: RuleQuestion<PacketField>, _ table: inout RowTable
  ) -> (base: UInt32, classes: [UInt16]) {
    let intervals = question.classes(field, upTo: 65535)
    var distinct: [Row] = []
    var numbers: [Row: UInt16] = [:]
    var classes: [UInt16] = []
    classes.reserveCapacity(65536)
    for (index, row) in intervals.rows.enumerated() {
      let end = index + 1 < intervals.rows.count ? intervals.starts[index + 1] : 65536
      let number = numbers[row] ?? UInt16(distinct.count)
      if numbers[row] == nil {
        numbers[row] = number
        distinct.append(row)
      }
      classes.append(
        contentsOf: repeatElement(number, count: Int(end - intervals.starts[index])))
    }
    return (table.append(distinct), classes)
  }
}

extension [UInt32] {
  /// Writes the numbers over an array of the wire, which has as many and is a tuple in Swift.
  fileprivate func fill(_ array: UnsafeMutableRawBufferPointer) {
    unsafe withUnsafeBytes { numbers in
      precondition(numbers.count == array.count, "one number for each element of the array")
      unsafe array.copyMemory(from: numbers)
    }
  }
}
