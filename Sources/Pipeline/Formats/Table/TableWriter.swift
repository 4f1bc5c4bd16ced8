// SPDX-License-Identifier: Apache-2.0

import Policy
import System

/// Writes events as lines for people.
///
/// A line is as wide as its style allows. What does not fit is cut, with `…` in its place: addresses and details share what the
/// other columns leave, so that long addresses never hide what the packet carries.
final class TableWriter: LineFormat {
  private let clock: BootClock
  private let style: TableStyle
  private let columns: TableColumns
  private let kinds: [[UInt8]]
  private var time = LocalTime()
  /// The addresses and details of the current event, in full.
  private var full = LineBuffer(capacity: 1 << 10)

  /// Creates a writer that tells times by a clock, in the local time zone.
  init(clock: BootClock, style: TableStyle) {
    self.clock = clock
    self.style = style
    columns = TableColumns(width: style.width)
    kinds = EventKind.allCases.map { Array($0.name.utf8.dropFirst("net_packet_".utf8.count)) }
  }

  var header: [UInt8] {
    var heads = LineBuffer(capacity: 256)
    let names: [(StaticString, Int)] = [
      ("TIME", columns.hasMilliseconds ? 12 : 8), ("UID", columns.user), ("COMM", columns.comm),
      ("PID", columns.process), ("EVENT", columns.event), ("POLICIES", columns.policies),
      ("DIR", 3),
    ]
    for (name, width) in names where width > 0 {
      let shown = heads.append(safeText: Array("\(name)".utf8), columns: width)
      heads.pad(shown, to: width)
    }
    heads.append("SOURCE → DESTINATION, DETAILS")
    var line = LineBuffer(capacity: 256)
    if style.isColoured { line.append("\u{1b}[1m") }
    line.append(cutting: heads, 0..<heads.count, to: style.width ?? .max)
    if style.isColoured { line.append("\u{1b}[0m") }
    line.append("\n")
    return line.copy
  }

  /// Writes a time of a record.
  private func appendTime(_ bootTime: UInt64, to line: inout LineBuffer) {
    time.append(clock.epoch(bootTime), milliseconds: columns.hasMilliseconds, to: &line)
    line.append(" ")
  }

  /// Writes an event that the packet gives as one line.
  func append(
    _ label: EventLabel, of packet: borrowing DecodedPacket, to line: inout LineBuffer
  ) {
    appendOwner(of: packet, to: &line)
    if style.isColoured { line.append("\u{1b}[36m") }
    let kind = label.kind.map { line.append(safeText: kinds[$0.index], columns: columns.event) }
    line.pad(kind ?? 0, to: columns.event)
    if style.isColoured { line.append("\u{1b}[0m") }
    if columns.policies > 0 {
      line.pad(
        line.append(policiesOf: label, columns: columns.policies), to: columns.policies)
    }
    line.append(packet.record.direction == .egress ? "out " : "in  ")
    appendRest(label, of: packet, to: &line)
    line.append("\n")
  }

  /// Writes the columns from the time to the process.
  private func appendOwner(of packet: borrowing DecodedPacket, to line: inout LineBuffer) {
    let owner = packet.record.owner
    appendTime(packet.record.time, to: &line)
    let isOwned = owner.id != 0
    if columns.user > 0 {
      field(columns.user, &line) { line in
        if isOwned { line.append(decimal: owner.userID) } else { line.append("-") }
      }
    }
    let comm =
      isOwned
      ? line.append(safeText: owner.comm, columns: columns.comm) : line.append(column: "-")
    line.pad(comm, to: columns.comm)
    field(columns.process, &line) { line in
      if isOwned { line.append(decimal: owner.processID) } else { line.append("-") }
    }
  }

  /// Writes the addresses and the details, each cut to its share of the room.
  private func appendRest(
    _ label: EventLabel, of packet: borrowing DecodedPacket, to line: inout LineBuffer
  ) {
    let headers = packet.headers
    let isTransport = label.kind != headers.shape.familyEvent
    full.truncate(to: 0)
    full.append(headers.source, isTransport ? headers.ports?.source : nil, headers.shape.family)
    let source = 0..<full.count
    full.append(
      headers.destination, isTransport ? headers.ports?.destination : nil, headers.shape.family)
    let destination = source.upperBound..<full.count
    let isContent = appendDetails(label, of: packet, to: &full)
    let details = destination.upperBound..<full.count

    // Addresses are ASCII.
    let arrow = 3
    let wanted = min(full.bytes.columns(in: details), columns.leastDetails(isContent: isContent))
    let room = max(columns.rest - wanted - arrow, 2)
    let sourceWidth = min(source.count, max(room / 2, room - destination.count))
    let destinationWidth = min(destination.count, room - sourceWidth)
    line.append(cuttingMiddleOf: full, source, to: sourceWidth)
    line.append(" → ")
    line.append(cuttingMiddleOf: full, destination, to: destinationWidth)
    line.append(
      cutting: full, details, to: columns.rest - sourceWidth - arrow - destinationWidth)
  }

  /// Writes what matters of a packet for an event, after a space.
  ///
  /// - Returns: whether it is of a DNS or HTTP message.
  private func appendDetails(
    _ label: EventLabel, of packet: borrowing DecodedPacket, to line: inout LineBuffer
  ) -> Bool {
    let headers = packet.headers
    let length = packet.record.length
    switch (packet.message, label.kind) {
    case (_, .ipv4), (_, .ipv6): line.append(details: headers.network, length: length)
    case (_, .tcp), (_, .udp), (_, .icmp), (_, .icmpv6):
      line.append(details: headers.transport, payload: headers.payloadLength(of: length))
    case (.dns(let message), _):
      line.append(details: message)
      return true
    case (.http(let head), _):
      line.append(details: head)
      return true
    default: break
    }
    return false
  }

  /// Writes a finding as a line for people: where its packet went, how severe it is, and its data.
  func append(
    _ label: EventLabel, of finding: SignatureFinding, _ packet: borrowing DecodedPacket,
    to line: inout LineBuffer
  ) {
    appendOwner(of: packet, to: &line)
    let severity = finding.signature.threat.severity
    if style.isColoured {
      line.append(severity.map { $0 >= 3 } == true ? "\u{1b}[31m" : "\u{1b}[33m")
    }
    line.pad(line.append(safeText: label.name, columns: columns.event), to: columns.event)
    if style.isColoured { line.append("\u{1b}[0m") }
    if columns.policies > 0 {
      line.pad(
        line.append(policiesOf: label, columns: columns.policies), to: columns.policies)
    }
    line.append(packet.record.direction == .egress ? "out " : "in  ")
    let headers = packet.headers
    full.truncate(to: 0)
    full.append(headers.source, headers.ports?.source, headers.shape.family)
    full.append(" → ")
    full.append(headers.destination, headers.ports?.destination, headers.shape.family)
    var words = severity.map { [Signature.Threat.severities[$0]] } ?? []
    words += finding.data.map { "\($0.name)=\($0.value.text)" }
    if finding.isApproximate { words.append("approximate") }
    if finding.isIncomplete { words.append("incomplete") }
    for word in words {
      full.append(", ")
      _ = full.append(safeText: Array(word.utf8), columns: 60)
    }
    line.append(cutting: full, 0..<full.count, to: columns.rest)
    line.append("\n")
  }

  /// Writes a gap as a line for people.
  func append(_ gap: Gap, to line: inout LineBuffer) {
    full.truncate(to: 0)
    appendTime(gap.until, to: &full)
    let what =
      switch gap.reason {
      case .ringFull: "packets (ring full)"
      case .outputFull: "events (output full)"
      case .programEnded: "events (program ended)"
      }
    full.append(Array("lost \(gap.count) \(what) of ".utf8))
    full.append(safeText: Array(gap.policies.joined(separator: ",").utf8), columns: .max)
    line.append(cutting: full, 0..<full.count, to: style.width ?? .max)
    line.append("\n")
  }

  /// Writes what `body` writes, which is ASCII, in a field.
  private func field(_ width: Int, _ line: inout LineBuffer, _ body: (inout LineBuffer) -> Void) {
    let start = line.count
    body(&line)
    line.pad(line.count - start, to: width)
  }
}

extension LineBuffer {
  fileprivate mutating func append(column text: StaticString) -> Int {
    append(text)
    return text.utf8CodeUnitCount
  }
}
