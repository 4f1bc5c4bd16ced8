import Policy

/// Writes events as lines for people, of 120 columns.
///
/// Only policies and details are ever cut short; two long IPv6 addresses may make a line longer.
struct TableWriter {
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

  /// Writes the line above the first event.
  func appendHeader(to line: inout LineBuffer) {
    if colour { line.append("\u{1b}[1m") }
    line.append("TIME         UID   COMM            PID     EVENT         POLICIES   DIR ")
    line.append("SOURCE → DESTINATION, DETAILS")
    if colour { line.append("\u{1b}[0m") }
    line.append("\n")
  }

  /// Writes a time of a record.
  mutating func appendTime(_ bootTime: UInt64, to line: inout LineBuffer) {
    time.append(clock.epoch(bootTime), to: &line)
  }

  /// Writes one event as one line.
  ///
  /// - Parameter policies: the names of the policies that want it, safe to show.
  /// - Returns: false, and nothing is written, when the packet does not give the event.
  mutating func append(
    _ kind: EventKind, of record: borrowing RecordReader, _ headers: PacketHeaders,
    policies: [UInt8], to line: inout LineBuffer
  ) -> Bool {
    guard headers.verdict(on: kind, record) == .given else { return false }
    let owner = record.owner
    appendTime(record.time, to: &line)
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
    field(13, &line) { $0.append(kinds[kind.index]) }
    if colour { line.append("\u{1b}[0m") }
    line.pad(line.append(safeText: policies.bytes, columns: 10), to: 10)
    line.append(record.direction == .egress ? "out " : "in  ")

    var detail = line.count
    let isTransport = kind != headers.shape.familyEvent
    line.append(headers.source, isTransport ? headers.ports?.source : nil, headers.shape.family)
    line.append(" → ")
    line.append(
      headers.destination, isTransport ? headers.ports?.destination : nil, headers.shape.family)
    let flow = line.count - detail - 2
    detail = line.count
    switch kind {
    case .ipv4, .ipv6: line.append(details: headers.network, length: record.length)
    case .tcp, .udp, .icmp, .icmpv6:
      line.append(details: headers.transport, payload: headers.payloadLength(of: record.length))
    case .dns, .dnsRequest, .dnsResponse:
      if let bytes = headers.dnsBytes(of: record), let message = DNSMessage(bytes) {
        line.append(details: message)
      }
    case .http, .httpRequest, .httpResponse:
      if let payload = headers.headBytes(of: record), let head = HTTPHead(payload) {
        line.append(details: head)
      }
    }
    line.truncate(to: min(line.count, max(detail, detail + Self.width - 72 - flow)))
    line.append("\n")
    return true
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
