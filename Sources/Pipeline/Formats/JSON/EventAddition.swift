// SPDX-License-Identifier: Apache-2.0

import Glibc

/// What the JSON of an event has in addition if an output asks for it; the raw value is its word in `add=`.
public enum EventAddition: String, CaseIterable, Sendable {
  /// The time of the event as RFC 3339 writes it, in UTC with nanoseconds.
  case time
  /// The same time under the key that Elasticsearch's data streams and Logstash need.
  case timestamp = "@timestamp"
  /// The name of the machine that traces; `hostName` is that of the owner's UTS namespace.
  case host
  /// The id of the machine that traces.
  case hostID = "host-id"
}

/// The keys after `args` that an output asks for.
///
/// Source: `docs/event-json.md`.
final class AdditionalKeys {
  private let hasTime: Bool
  private let hasTimestamp: Bool
  /// The keys of the machine's name and id, with a comma before each; empty if they are not asked for.
  private let host: [UInt8]
  /// The second of the last time, and its text up to the seconds.
  private var second: UInt64 = .max
  private var date = LineBuffer(capacity: 64)

  /// Creates the keys that are asked for.
  init(_ additions: Set<EventAddition>) {
    hasTime = additions.contains(.time)
    hasTimestamp = additions.contains(.timestamp)
    var text = LineBuffer(capacity: 256)
    if additions.contains(.host) {
      text.append(",\"host\":")
      text.append(jsonText: HostName.current)
    }
    if additions.contains(.hostID) {
      text.append(",\"hostId\":")
      text.append(jsonText: HostName.identifier)
    }
    host = text.copy
  }

  /// Writes the keys, each with a comma before it.
  ///
  /// - Parameter time: of the event, in ns since the epoch.
  func append(_ time: UInt64, to line: inout LineBuffer) {
    if hasTime {
      line.append(",\"time\":")
      append(text: time, to: &line)
    }
    if hasTimestamp {
      line.append(",\"@timestamp\":")
      append(text: time, to: &line)
    }
    line.append(host)
  }

  private func append(text time: UInt64, to line: inout LineBuffer) {
    if time / 1_000_000_000 != second { setSecond(time / 1_000_000_000) }
    line.append("\"")
    line.append(date, 0..<date.count)
    line.append(".")
    let nanoseconds = time % 1_000_000_000
    var unit: UInt64 = 100_000_000
    while unit > 0 {
      line.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: nanoseconds / unit % 10))
      unit /= 10
    }
    line.append("Z\"")
  }

  private func setSecond(_ second: UInt64) {
    self.second = second
    var since = time_t(second)
    var utc = unsafe tm()
    unsafe gmtime_r(&since, &utc)
    date.truncate(to: 0)
    date.append(decimal: unsafe UInt32(utc.tm_year + 1900))
    append("-", unsafe utc.tm_mon + 1)
    append("-", unsafe utc.tm_mday)
    append("T", unsafe utc.tm_hour)
    append(":", unsafe utc.tm_min)
    append(":", unsafe utc.tm_sec)
  }

  /// Adds a separator and a number of two digits to the date.
  private func append(_ separator: StaticString, _ number: Int32) {
    date.append(separator)
    date.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number / 10))
    date.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number % 10))
  }
}
