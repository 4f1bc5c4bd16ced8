import CBPF
public import Policy

/// A plan as the kernel's tables: pure bytes, which an ``Installer`` copies into maps.
///
/// Every row is made by asking ``Policy/ReferenceMatcher`` about one member of each region of a dimension, so the
/// kernel and the reference cannot disagree about a rule.
public struct KernelTables: Sendable {
  /// An entry of a longest-prefix trie.
  struct Entry: Equatable, Sendable {
    /// The key's data, without the length before it.
    var key: [UInt8]
    /// The bits of the key that count.
    var length: UInt32
    /// The index of the row.
    var row: UInt32
  }

  var plan = tp_plan()
  var rows: [Row]
  var sources: [Entry] = []
  var destinations: [Entry] = []
  var numbers: [Entry] = []
  var texts: [Entry] = []
  var paths: [Entry] = []
  /// The class of each source port and each destination port, counted from the plan's bases.
  var sourcePorts: [UInt16] = []
  var destinationPorts: [UInt16] = []
  /// What the rules compare of headers (`tp_headers`); empty when that is nothing.
  var headerRows: [UInt8] = []

  /// How many clauses the kernel decides.
  public private(set) var decidedClauses = 0
  /// For each rule, what the kernel leaves of it.
  public let undecided: [Undecided]
  /// How many clauses are left to user space.
  public var undecidedClauses: Int { undecided.reduce(0) { $0 + $1.count } }
  /// The words of a row.
  public let rowWords: Int

  /// Makes the tables of a plan of at most ``Policy/TracePlan/ruleLimit`` rules.
  public init(_ tracePlan: TracePlan, generation: UInt32, filters place: FilterPlace = .kernel) {
    precondition(
      tracePlan.rules.count <= TracePlan.ruleLimit, "the compiler bounds the rules of a plan")
    let rules = tracePlan.rules
    rowWords = Row.words(for: rules.count)
    rows = []
    undecided = rules.map { Undecided($0, filters: place) }
    let clauses = rules.reduce(0) {
      $0 + $1.scope.count + ($1.followed?.count ?? 0) + $1.filters.count
    }
    decidedClauses = clauses - undecidedClauses

    var table = RowTable()
    plan.generation = generation
    let s = (0..<UInt8(TP_SHAPES)).map { number in
      guard let shape = PacketShape(rawValue: number) else {
        return table.index(of: Row(rules) { _ in false })
      }
      return table.index(
        of: Row(rules) { $0.event.contentProtocol.map(shape.carries) ?? shape.gives($0.event) })
    }
    plan.shape = (
      s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7],
      s[8], s[9], s[10], s[11], s[12], s[13], s[14], s[15]
    )
    encodeContent(rules, &table)
    plan.no_owner = table.index(
      of: Row(rules) {
        place == .userSpace
          || ReferenceMatcher.matches($0.scope, owner: nil)
            && ReferenceMatcher.follows($0, owner: nil)
      })
    encode(
      RuleQuestion(rules) { rule in
        rule.filters.filter { place.isKernels($0.decisionPlace) }.map { clause in
          Clause(clause.field.commonField ?? clause.field, clause.condition)
        }
      }, &table)
    encode(RuleQuestion(rules) { $0.scope.filter { place.isKernels($0.decisionPlace) } }, &table)
    rows = table.rows
  }

  private mutating func encodeContent(_ rules: [Rule], _ table: inout RowTable) {
    let asked = Set(rules.compactMap(\.event.contentProtocol))
    plan.asks_content =
      (asked.contains(.dns) ? TP_ASKS_DNS.rawValue : 0)
      | (asked.contains(.http) ? TP_ASKS_HTTP.rawValue : 0)
    plan.content_rules = table.index(of: Row(rules) { $0.event.contentProtocol != nil })
    let c = (0..<UInt8(TP_CONTENTS)).map { number in
      let events = PacketContent(rawValue: number)?.events ?? []
      return table.index(
        of: Row(rules) { $0.event.contentProtocol == nil || events.contains($0.event) })
    }
    plan.content = (
      c[0], c[1], c[2], c[3], c[4], c[5], c[6], c[7],
      c[8], c[9], c[10], c[11], c[12], c[13], c[14], c[15]
    )
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
    if question.uses(.source) { sources = addresses(.source, question, &table) }
    if question.uses(.destination) { destinations = addresses(.destination, question, &table) }

    let usesPorts = question.uses(.sourcePort) || question.uses(.destinationPort)
    plan.uses_ports = usesPorts ? 1 : 0
    if usesPorts {
      plan.no_source_port = table.index(of: question.row(.sourcePort, []))
      plan.no_destination_port = table.index(of: question.row(.destinationPort, []))
      (plan.source_port_base, sourcePorts) = ports(.sourcePort, question, &table)
      (plan.destination_port_base, destinationPorts) = ports(.destinationPort, question, &table)
    }
    let headers = HeaderParts(question, &table)
    plan.header_parts = UInt32(headers.parts.count)
    if !headers.parts.isEmpty { headerRows = headers.bytes }
    numbers += headers.numbers
  }

  private func addresses(
    _ field: PacketField, _ question: RuleQuestion<PacketField>, _ table: inout RowTable
  ) -> [Entry] {
    let prefixes = Set(question.operands(field).flatMap(\.addressPrefixes))
    return PrefixRegions.regions(of: prefixes).map { region in
      let member = IPAddress(
        high: UInt64(truncatingIfNeeded: region.member >> 64),
        low: UInt64(truncatingIfNeeded: region.member))
      return Entry(
        key: region.prefix.bits.bigEndianBytes(16), length: UInt32(region.prefix.length),
        row: table.index(of: question.row(field, [.address(member)])))
    }
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

  private mutating func encode(
    _ question: RuleQuestion<OwnerField>, _ table: inout RowTable
  ) {
    for field in OwnerField.allCases where question.uses(field) {
      guard let lookup = field.kernelTable, let dimension = ScopeDimension.of(field) else {
        continue
      }
      plan.scope_dimensions |= 1 << dimension.rawValue
      let tag = UInt128(dimension.rawValue).bigEndianBytes(4)
      switch lookup {
      case .numbers:
        numbers += question.numberEntries(field, dimension: dimension.rawValue, &table)
      case .texts(let capacity):
        let isPath = dimension == TP_SCOPE_CGROUP
        let entries = regions(field, question, capacity: capacity).map { prefix, member in
          Entry(
            key: (isPath ? [] : tag) + prefix.bytes.padded(to: capacity),
            length: UInt32((isPath ? 0 : 32) + 8 * prefix.bytes.count),
            row: table.index(of: question.row(field, [.text(member)])))
        }
        if isPath { paths += entries } else { texts += entries }
      case .flag:
        let values = [UInt64(0), 1].map { value in
          table.index(of: question.row(field, [.number(value)]))
        }
        plan.container = (values[0], values[1])
      case .addresses, .ports, .header:
        preconditionFailure("owners have no addresses, no ports and no headers")
      }
    }
  }

  private func regions(
    _ field: OwnerField, _ question: RuleQuestion<OwnerField>, capacity: Int
  ) -> [(prefix: TextPrefix, member: String)] {
    let prefixes = question.operands(field).compactMap { operand -> TextPrefix? in
      if case .text(let pattern) = operand { TextPrefix(pattern, capacity: capacity) } else { nil }
    }
    return TextRegions.regions(of: Set(prefixes), capacity: capacity)
  }
}

extension RuleQuestion {
  /// The regions of a field as entries of the trie of numbers.
  func numberEntries(
    _ field: Field, dimension: UInt32, _ table: inout RowTable
  ) -> [KernelTables.Entry] {
    let prefixes = Set(ranges(field).flatMap(\.numberPrefixes))
    return PrefixRegions.regions(of: prefixes).map { region in
      let member = UInt64(truncatingIfNeeded: region.member >> 64)
      return KernelTables.Entry(
        key: UInt128(dimension).bigEndianBytes(4) + (region.prefix.bits >> 64).bigEndianBytes(8),
        length: 32 + UInt32(min(region.prefix.length, 64)),
        row: table.index(of: row(field, [.number(member)])))
    }
  }
}

extension Operand {
  /// The prefixes that together are the operand's addresses.
  fileprivate var addressPrefixes: [Prefix] {
    guard case .addresses(let range) = self else { return [] }
    func whole(_ address: IPAddress) -> UInt128 {
      UInt128(address.high) << 64 | UInt128(address.low)
    }
    return Prefix.covering(whole(range.lowerBound)...whole(range.upperBound))
  }
}

extension ClosedRange<UInt64> {
  /// The prefixes that together are the range, with the number's first bit as the key's first.
  fileprivate var numberPrefixes: [Prefix] {
    Prefix.covering(UInt128(lowerBound) << 64...(UInt128(upperBound) << 64 | UInt128(UInt64.max)))
  }
}

extension UInt128 {
  /// The last `count` bytes, the most significant first.
  fileprivate func bigEndianBytes(_ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: self >> UInt128(8 * (count - 1 - $0))) }
  }
}

extension [UInt8] {
  fileprivate func padded(to count: Int) -> [UInt8] {
    self + repeatElement(0, count: Swift.max(0, count - self.count))
  }
}
