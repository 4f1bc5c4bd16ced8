// SPDX-License-Identifier: Apache-2.0

import Policy
import System

/// Writes events as lines of JSON in the Elastic Common Schema.
///
/// Source: `docs/event-ecs.md`.
final class ECSWriter: LineFormat {
  let clock: BootClock
  let times = TimeText()
  let scratch = Scratch()
  private let owners: ECSOwners
  private let calls = (native: SystemCallNames.native, compat: SystemCallNames.compat)
  /// The objects `ecs` and `host`, each with a comma before it.
  private let host: [UInt8]
  /// The paths of cgroups; nil if they are not asked for.
  private let cgroups: CgroupTexts?
  private let hasLabels: Bool
  private let hasAnnotations: Bool
  private let hasDigest: Bool
  private var sets = ShownSets()

  /// The version of the schema whose names are used.
  private static let version: StaticString = "8.17.0"

  /// Creates a writer that tells times by a clock.
  init(clock: BootClock, additions: Set<EventAddition> = []) {
    self.clock = clock
    owners = ECSOwners(clock: clock)
    cgroups = additions.contains(.cgroup) ? CgroupTexts() : nil
    hasLabels = additions.contains(.labels)
    hasAnnotations = additions.contains(.annotations)
    hasDigest = additions.contains(.digest)
    var text = LineBuffer(capacity: 256)
    text.append(",\"ecs\":{\"version\":\"")
    text.append(Self.version)
    text.append("\"},\"host\":{\"name\":")
    text.append(jsonText: HostName.current)
    let identifier = HostName.identifier
    if !identifier.isEmpty {
      text.append(",\"id\":")
      text.append(jsonText: identifier)
    }
    text.append("}")
    host = text.copy
  }

  func take(_ set: ShownSet) { sets.take(set) }

  func take(cgroupPath: @escaping (UInt64) -> String) { cgroups?.path = cgroupPath }

  /// Writes an event that the packet gives as one line.
  func append(
    _ label: EventLabel, of packet: borrowing DecodedPacket, to line: inout LineBuffer
  ) {
    appendStart(label, packet.record.time, to: &line)
    line.append("}")
    appendLabels(of: label, to: &line)
    append(packet, of: label.kind, label, to: &line)
    line.append("}}\n")
  }

  /// Writes what all events begin with, up to the members of `event` that differ from one event of a label to the next.
  ///
  /// - Parameter time: in ns of `CLOCK_BOOTTIME`.
  func appendStart(_ label: EventLabel, _ time: UInt64, to line: inout LineBuffer) {
    line.append("{\"@timestamp\":\"")
    times.append(clock.epoch(time), to: &line)
    line.append("\"")
    line.append(host)
    line.append(label.ecs)
  }

  /// Writes the labels of policies, if they are asked for.
  func appendLabels(of label: EventLabel, to line: inout LineBuffer) {
    guard hasLabels else { return }
    line.append(",\"labels\":")
    line.append(label.mergedLabels)
  }

  /// Writes the annotations of policies and the digest of a generation's set as members of `tracee`, if they are asked for.
  ///
  /// - Parameter generation: nil for the newest.
  func appendSet(of label: EventLabel, _ generation: UInt32?, to line: inout LineBuffer) {
    if hasAnnotations {
      line.append(",\"annotations\":")
      line.append(label.mergedAnnotations)
    }
    guard hasDigest else { return }
    line.append(",\"digest\":\"")
    sets.append(digestOf: generation, to: &line)
    line.append("\"")
  }

  /// The labels of the newest set of policies.
  var labels: PolicyLabels { sets.labels }

  /// Writes what a packet and its owner show; the object `tracee` stays open.
  ///
  /// - Parameter kind: of the event that the packet gives, which completed a finding if `label` is that of one.
  func append(
    _ packet: borrowing DecodedPacket, of kind: EventKind?, _ label: EventLabel,
    to line: inout LineBuffer
  ) {
    let record = packet.record
    let owner = owners.place(of: record.owner)
    owners.append(.first, of: owner, to: &line)
    line.append(endpointsOf: packet.headers)
    line.append(networkOf: packet.headers, record, of: kind)
    switch packet.message {
    case .dns(let message): line.append(ecs: message)
    case .http(let head): line.append(ecs: head, scratch: &scratch.buffer)
    default: break
    }
    line.append(",\"tracee\":{\"processor\":")
    line.append(decimal: record.processor)
    if let number = UInt32(exactly: record.systemCall) {
      line.append(",\"syscall\":\"")
      if record.isCompat {
        calls.compat.append(number, to: &line)
      } else {
        calls.native.append(number, to: &line)
      }
      line.append("\",\"compat\":")
      line.append(bool: record.isCompat)
    }
    owners.append(.second, of: owner, to: &line)
    line.append(detailsOf: packet.headers, record, in: kind)
    if let cgroup = cgroups?.text(of: record.owner.cgroupID) {
      line.append(",\"cgroup\":")
      line.append(cgroup)
    }
    appendSet(of: label, record.generation, to: &line)
  }
}
