// SPDX-License-Identifier: Apache-2.0

import Policy
import System

/// Writes events as lines of JSON.
///
/// Source: `docs/event-json.md`.
final class JSONWriter: LineFormat {
  let envelope: Envelope
  let scratch = Scratch()
  let heads = HeadTexts()
  let additional: AdditionalKeys?

  /// Creates a writer that tells times by a clock.
  init(clock: BootClock, additions: Set<EventAddition> = []) {
    envelope = Envelope(clock: clock)
    additional = additions.isEmpty ? nil : AdditionalKeys(additions)
  }

  func take(_ set: ShownSet) { additional?.take(set) }

  func take(cgroupPath: @escaping (UInt64) -> String) { additional?.take(cgroupPath: cgroupPath) }

  /// Writes an event that the packet gives as one line.
  func append(
    _ label: EventLabel, of packet: borrowing DecodedPacket, to line: inout LineBuffer
  ) {
    let record = packet.record
    envelope.append(
      label, time: record.time, processor: record.processor, systemCall: record.systemCall,
      isCompat: record.isCompat, owner: record.owner, to: &line)
    appendArguments(of: label.kind, packet, to: &line)
    appendEnd(
      label, record.time, generation: record.generation, cgroup: record.owner.cgroupID, to: &line)
  }

  /// Writes what follows the last argument of an event.
  ///
  /// - Parameters:
  ///   - time: in ns of `CLOCK_BOOTTIME`.
  ///   - generation: of the plan that the event was judged by; nil for the newest.
  ///   - cgroup: the id of the owner's cgroup; 0 if there is no owner.
  func appendEnd(
    _ label: EventLabel, _ time: UInt64, generation: UInt32?, cgroup: UInt64,
    to line: inout LineBuffer
  ) {
    guard additional != nil else {
      line.append("]}\n")
      return
    }
    line.append("]")
    appendAdditions(label, time, generation: generation, cgroup: cgroup, to: &line)
    line.append("}\n")
  }

  /// Writes the keys that the output adds to the others.
  ///
  /// - Parameters:
  ///   - time: in ns of `CLOCK_BOOTTIME`.
  ///   - generation: of the plan that the event was judged by; nil for the newest.
  ///   - cgroup: the id of the owner's cgroup; 0 if there is no owner.
  func appendAdditions(
    _ label: EventLabel, _ time: UInt64, generation: UInt32?, cgroup: UInt64,
    to line: inout LineBuffer
  ) {
    additional?.append(
      envelope.clock.epoch(time), label, generation: generation, cgroup: cgroup, to: &line)
  }
}
