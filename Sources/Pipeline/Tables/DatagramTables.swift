// SPDX-License-Identifier: Apache-2.0

import CBPF

/// The kernel's tables for what differs between the datagrams that came as one packet.
///
/// Of such a packet the kernel leaves open what headers say, and whether DNS asks or answers: it records it for every rule that
/// may want one of its datagrams. These are asked about here, datagram by datagram.
public struct DatagramTables: Sendable {
  private let rows: [Row]
  private let headerTable: HeaderTable?
  /// For each sort of content, the rules that such a datagram can meet; nil when no rule asks for any.
  private let contents: [Row]?

  /// Takes the tables of a plan; nil when they decide nothing of the kind.
  init?(_ tables: KernelTables) {
    guard tables.plan.header_parts > 0 || tables.plan.asks_content != 0 else { return nil }
    rows = tables.rows
    headerTable = HeaderTable(tables)
    contents = tables.contentRows
  }

  /// Keeps of a row the rules that want a datagram.
  func keep(_ row: inout Row, _ headers: PacketHeaders, _ datagram: RawSpan) {
    if let contents {
      guard row.keep(contents[Int(PacketContent(headers, datagram).rawValue)]) else { return }
    }
    if let headerTable { _ = headerTable.keep(&row, rows, headers, datagram) }
  }
}
