// SPDX-License-Identifier: Apache-2.0

import System

/// How an output shows events: the word before the first colon of `--output`.
public enum OutputFormat: String, CaseIterable, Sendable {
  /// One object a line. Source: `docs/event-json.md`.
  case json
  /// One line of a table for people.
  case table
  /// The packets that gave them, as a pcapng file.
  case pcap
  /// Not at all; they are only counted.
  case none

  /// Creates what writes the format; nil for ``none``.
  ///
  /// - Parameters:
  ///   - clock: converts times of records.
  ///   - style: how a table is printed.
  ///   - shape: the names and the structure of JSON.
  ///   - additions: what JSON has in addition.
  func writer(
    clock: BootClock, style: TableStyle, shape: EventShape = .tracee,
    additions: Set<EventAddition>
  ) -> EventWriter? {
    switch self {
    case .json:
      switch shape {
      case .tracee: LineWriter(JSONWriter(clock: clock, additions: additions))
      case .ecs: LineWriter(ECSWriter(clock: clock, additions: additions))
      }
    case .table: LineWriter(TableWriter(clock: clock, style: style))
    case .pcap: PcapngWriter(clock: clock)
    case .none: nil
    }
  }
}

/// The names and the structure of an event in JSON: the value of the option `shape`.
public enum EventShape: String, CaseIterable, Sendable {
  /// Those of Tracee. Source: `docs/event-json.md`.
  case tracee
  /// Those of the Elastic Common Schema. Source: `docs/event-ecs.md`.
  case ecs
}
