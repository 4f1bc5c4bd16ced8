import Policy
import System

/// Writes events as lines for people, of 120 columns.
///
/// Only policies and details are ever cut short; two long IPv6 addresses may make a line longer.
final class TableWriter: EventWriter {
  private let clock: BootClock
  private let colour: Bool
  private let kinds: [[UInt8]]
  private var time = LocalTime()

  private static let width = 120

  /// Makes a writer that tells times by a clock, in the local time zone.
  init(clock: BootClock, colour: Bool) {
    self.clock = clock
    self.colour = colour
    kinds = EventKind.allCases.map { Array($0.name.utf8.dropFirst("net_packet_".utf8.count)) }
  }

  override var header: [UInt8] {
    var line = LineBuffer(capacity: 256)
    if colour { line.append("\u{1b}[1m") }
    line.append("TIME         UID   COMM            PID     EVENT         POLICIES   DIR ")
    line.append("SOURCE → DESTINATION, DETAILS")
    if colour { line.append("\u{1b}[0m") }
    line.append("\n")
    return line.copy
  }

  override func append(
    _ packet: borrowing DecodedPacket, as label: EventLabel, to chunk: LineChunk
  ) {
    append(label, of: packet, to: &chunk.lines)
    chunk.endLine(of: label)
  }

  override func append(_ gap: Gap, to chunk: LineChunk) {
    append(gap, to: &chunk.lines)
    chunk.endLine(of: nil)
  }

  /// Writes a time of a record.
  private func appendTime(_ bootTime: UInt64, to line: inout LineBuffer) {
    time.append(clock.epoch(bootTime), to: &line)
  }

  /// Writes an event that the packet gives as one line.
  func append(
    _ label: EventLabel, of packet: borrowing DecodedPacket, to line: inout LineBuffer
  ) {
    let headers = packet.headers
    let owner = packet.record.owner
    appendTime(packet.record.time, to: &line)
    line.append(" ")
    let isOwned = owner.id != 0
    field(5, &line) { line in
      if isOwned { line.append(decimal: owner.userID) } else { line.append("-") }
    }
    let comm = isOwned ? line.append(safeText: owner.comm, columns: 15) : line.append(column: "-")
    line.pad(comm, to: 15)
    field(7, &line) { line in
      if isOwned { line.append(decimal: owner.processID) } else { line.append("-") }
    }
    if colour { line.append("\u{1b}[36m") }
    field(13, &line) { line in label.kind.map { line.append(kinds[$0.index]) } }
    if colour { line.append("\u{1b}[0m") }
    line.pad(line.append(safeText: label.text, columns: 10), to: 10)
    line.append(packet.record.direction == .egress ? "out " : "in  ")

    var detail = line.count
    let isTransport = label.kind != headers.shape.familyEvent
    line.append(headers.source, isTransport ? headers.ports?.source : nil, headers.shape.family)
    line.append(" → ")
    line.append(
      headers.destination, isTransport ? headers.ports?.destination : nil, headers.shape.family)
    let flow = line.count - detail - 2
    detail = line.count
    let length = packet.record.length
    switch (packet.message, label.kind) {
    case (_, .ipv4), (_, .ipv6): line.append(details: headers.network, length: length)
    case (_, .tcp), (_, .udp), (_, .icmp), (_, .icmpv6):
      line.append(details: headers.transport, payload: headers.payloadLength(of: length))
    case (.dns(let message), _): line.append(details: message)
    case (.http(let head), _): line.append(details: head)
    default: break
    }
    line.truncate(to: min(line.count, max(detail, detail + Self.width - 72 - flow)))
    line.append("\n")
  }

  /// Writes a gap as a line for people.
  private func append(_ gap: Gap, to line: inout LineBuffer) {
    appendTime(gap.until, to: &line)
    let what = gap.reason == .ringFull ? "packets (ring full)" : "events (output full)"
    line.append(Array(" lost \(gap.count) \(what) of ".utf8))
    line.append(safeText: Array(gap.policies.joined(separator: ",").utf8), columns: 60)
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
