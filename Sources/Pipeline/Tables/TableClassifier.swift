// SPDX-License-Identifier: Apache-2.0

import CBPF
import Policy

/// The kernel's decision about a packet that nobody owns, made in user space with the kernel's tables.
///
/// Source: `classify.h`. All that is asked must be met, so the order in which it is asked is a matter of speed alone.
struct TableClassifier: Sendable {
  private let plan: tp_plan
  private let rows: [Row]
  /// For each shape and direction, the rules that a packet can still meet.
  private let bases: [Row]
  /// The same but for whose packet it is.
  private let openBases: [Row]
  /// For each sort of content, the rules that such a packet can meet; nil when no rule asks for any.
  private let contents: [Row]?
  private let headerTable: HeaderTable?
  private let sources: AddressTable?
  private let destinations: AddressTable?
  private let sourcePorts: [UInt16]
  private let destinationPorts: [UInt16]

  /// Takes the tables of a plan.
  init(_ tables: KernelTables) {
    let plan = tables.plan
    let rows = tables.rows
    self.plan = plan
    self.rows = rows
    headerTable = HeaderTable(tables)
    sources = plan.uses_source == 0 ? nil : AddressTable(tables.sources)
    destinations = plan.uses_destination == 0 ? nil : AddressTable(tables.destinations)
    sourcePorts = tables.sourcePorts
    destinationPorts = tables.destinationPorts
    let shapes = unsafe withUnsafeBytes(of: plan.shape) {
      unsafe Array($0.bindMemory(to: UInt32.self))
    }
    contents = tables.contentRows
    openBases = shapes.flatMap { shape in
      [plan.direction.0, plan.direction.1].map { direction in
        var base = rows[Int(shape)]
        base.keep(rows[Int(direction)])
        return base
      }
    }
    bases = openBases.map { base in
      var base = base
      base.keep(rows[Int(plan.no_owner)])
      return base
    }
  }

  /// What it leaves of each rule to be asked packet by packet.
  static func undecided(_ rules: [PlanRule]) -> [Undecided] {
    rules.map { rule in
      Undecided(filters: rule.filters.filter { !decides($0) }, elements: rule.elements)
    }
  }

  private static func decides(_ clause: Clause<PacketField>) -> Bool {
    guard clause.decisionPlace == .kernel else { return false }
    return switch clause.field.kernelTable {
    case .addresses, .ports, .header: true
    case .flag: clause.field == .direction
    default: false
    }
  }

  /// The flags of segments that begin and end a connection.
  private static let ends: TCPHeader.Flags = [.syn, .fin, .rst]

  /// What a packet may say.
  ///
  /// The kernel remembers of each socket whether a head goes on, and what is missing before a segment; here the streams know,
  /// which get every segment that has bytes, and those that begin and end a connection.
  private static func content(of headers: PacketHeaders, _ packet: RawSpan)
    -> PacketContent
  {
    guard case .tcp(let header) = headers.transport, let payload = headers.payload(in: packet)
    else { return PacketContent(headers, packet) }
    let isOfStream = !payload.isEmpty || !header.flags.isDisjoint(with: ends)
    return isOfStream ? PacketContent(carriedBy: headers) : []
  }

  private static let responsesOfHTTP = PacketContent(.response, of: .http)

  /// Whether a rule wants responses of HTTP in the other direction of a packet's connection: they are read by what this one asks.
  ///
  /// - Parameters:
  ///   - direction: that of a packet of the other direction.
  ///   - scope: the rules that have the packet's owner in scope; nil when nobody owns it.
  func readsOther(
    than headers: PacketHeaders, _ packet: RawSpan, _ direction: PacketDirection, scope: Row? = nil
  ) -> Bool {
    guard let contents, case .tcp = headers.transport,
      !Self.content(of: headers, packet).isDisjoint(with: Self.responsesOfHTTP)
    else { return false }
    var row = base(headers, direction, scope)
    return row.keep(rows[Int(plan.content_rules)])
      && row.keep(contents[Int(Self.responsesOfHTTP.rawValue)])
      && keepsPorts(&row, headers.ports.map { ($0.destination, $0.source) })
      && (sources.map { row.keep(rows[$0.row(of: headers.destination)]) } ?? true)
      && (destinations.map { row.keep(rows[$0.row(of: headers.source)]) } ?? true)
  }

  /// The rules that packets of a shape and direction can meet.
  private func base(_ headers: PacketHeaders, _ direction: PacketDirection, _ scope: Row?) -> Row {
    let place = Int(headers.shape.rawValue) * 2 + Int(direction.rawValue)
    guard let scope else { return bases[place] }
    var row = openBases[place]
    row.keep(scope)
    return row
  }

  /// Keeps the rules that want packets with these ports, or without any; false when there are none.
  private func keepsPorts(_ row: inout Row, _ ports: (source: UInt16, destination: UInt16)?) -> Bool
  {
    guard plan.uses_ports != 0 else { return true }
    guard let ports else {
      return row.keep(rows[Int(plan.no_source_port)])
        && row.keep(rows[Int(plan.no_destination_port)])
    }
    let source = plan.source_port_base + UInt32(sourcePorts[Int(ports.source)])
    let destination =
      plan.destination_port_base + UInt32(destinationPorts[Int(ports.destination)])
    return row.keep(rows[Int(source)]) && row.keep(rows[Int(destination)])
  }

  /// What of a packet rules are asked about.
  enum Part {
    case all
    /// Its headers, of a fragment: what the whole packet says comes with another.
    case headers
    /// What it says, of a packet whose fragments gave the events of headers.
    case messages
  }

  /// Whether a rule asks what packets say.
  var asksContent: Bool { contents != nil }

  /// The rules that want a packet, or a part of it; nil when there are none.
  ///
  /// - Parameter scope: the rules that have the packet's owner in scope; nil when nobody owns it.
  func row(
    of headers: PacketHeaders, _ packet: RawSpan, _ direction: PacketDirection, _ part: Part = .all,
    scope: Row? = nil
  ) -> Row? {
    var row = base(headers, direction, scope)
    guard !row.isEmpty else { return nil }
    if let contents {
      let content = part == .headers ? [] : Self.content(of: headers, packet)
      guard row.keep(contents[Int(content.rawValue)]) else { return nil }
      if part == .messages {
        row = row.subtracting(contents[0])
        guard !row.isEmpty else { return nil }
      }
    } else if part == .messages {
      return nil
    }
    guard keepsPorts(&row, headers.ports.map { ($0.source, $0.destination) }) else { return nil }
    if let headerTable, !headerTable.keep(&row, rows, headers, packet) { return nil }
    if let sources, !row.keep(rows[sources.row(of: headers.source)]) { return nil }
    if let destinations, !row.keep(rows[destinations.row(of: headers.destination)]) { return nil }
    return row
  }
}
