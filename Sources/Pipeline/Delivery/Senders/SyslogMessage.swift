// SPDX-License-Identifier: Apache-2.0

import Glibc
import System

/// Writes events as messages of syslog.
struct SyslogMessage: ~Copyable {
  /// What is before the text of a message.
  enum Header {
    /// `<30>1 2026-11-30T15:04:05.123456Z host tracee-policy 4711 net_packet_tcp - `. Source: RFC 5424 §6.
    case standard
    /// `<30>Nov 30 15:04:05 tracee-policy[4711]: `, with the local time, as the C library's syslog(3) writes it.
    case local
  }

  private let header: Header
  private let host: [UInt8]
  private let process = UInt32(getpid())
  /// The second of the last time, and its text up to the seconds.
  private var second: UInt64 = .max
  private var date = LineBuffer(capacity: 64)

  /// The facility `daemon`, with the severities `info` and, for gaps, `warning`.
  private static let (priority, gapPriority): (UInt32, UInt32) = (3 * 8 + 6, 3 * 8 + 4)

  init(_ header: Header) {
    self.header = header
    let name = HostName.current.filter { (33...126).contains($0) }
    host = name.isEmpty ? [UInt8(ascii: "-")] : name
  }

  /// Writes a message.
  ///
  /// - Parameters:
  ///   - line: an event without its line end.
  ///   - label: what it shows; nil for a gap.
  ///   - limit: the most bytes of the message.
  /// - Returns: whether the event is whole, has no arguments because it would be too long, or was not written because even
  ///   that would be.
  mutating func append(
    _ line: RawSpan, _ label: EventLabel?, limit: Int, to buffer: inout LineBuffer
  ) -> Fit {
    let before = buffer.count
    let time = JSONLine.time(of: line)
    appendHeader(label, time ?? Self.now, to: &buffer)
    let room = limit - (buffer.count - before)
    if line.byteCount <= room {
      buffer.append(line)
      return .whole
    }
    guard room > 0, time != nil, JSONLine.appendTruncated(line, limit: room, to: &buffer) else {
      buffer.truncate(to: before)
      return .tooLong
    }
    return .truncated
  }

  /// Whether an event fits into a message.
  enum Fit { case whole, truncated, tooLong }

  private mutating func appendHeader(
    _ label: EventLabel?, _ time: UInt64, to buffer: inout LineBuffer
  ) {
    if time / 1_000_000_000 != second { setSecond(time / 1_000_000_000) }
    buffer.append("<")
    buffer.append(decimal: label == nil ? Self.gapPriority : Self.priority)
    buffer.append(">")
    switch header {
    case .standard:
      buffer.append("1 ")
      buffer.append(date, 0..<date.count)
      let micros = time % 1_000_000_000 / 1000
      buffer.append(".")
      var unit: UInt64 = 100_000
      while unit > 0 {
        buffer.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: micros / unit % 10))
        unit /= 10
      }
      buffer.append("Z ")
      buffer.append(host)
      buffer.append(" tracee-policy ")
      buffer.append(decimal: process)
      buffer.append(" ")
      buffer.append(label.map { Array($0.name.prefix(32)) } ?? Array("lost_events".utf8))
      buffer.append(" - ")
    case .local:
      buffer.append(date, 0..<date.count)
      buffer.append(" tracee-policy[")
      buffer.append(decimal: process)
      buffer.append("]: ")
    }
  }

  private mutating func setSecond(_ second: UInt64) {
    self.second = second
    var since = time_t(truncatingIfNeeded: second)
    var parts = unsafe tm()
    var text = [CChar](repeating: 0, count: 64)
    let length: Int
    switch header {
    case .standard:
      unsafe gmtime_r(&since, &parts)
      length = unsafe strftime(&text, text.count, "%Y-%m-%dT%H:%M:%S", &parts)
    case .local:
      // The process never leaves the locale "C", whose months are English.
      unsafe localtime_r(&since, &parts)
      length = unsafe strftime(&text, text.count, "%b %e %H:%M:%S", &parts)
    }
    date.truncate(to: 0)
    date.append(text.prefix(length).map(UInt8.init(bitPattern:)))
  }

  private static var now: UInt64 {
    var now = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &now)
    return UInt64(now.tv_sec) * 1_000_000_000 + UInt64(now.tv_nsec)
  }
}
