// SPDX-License-Identifier: Apache-2.0

import System

/// What events in the Elastic Common Schema show of their owners, made once for each owner and kept while there is room.
///
/// The first part of a text has the objects of the schema, the second the members of `tracee`; each begins with a comma, and
/// both are empty for a packet that nobody owns.
final class ECSOwners {
  private let texts = OwnerTexts()
  private let times = TimeText()
  private let clock: BootClock

  init(clock: BootClock) { self.clock = clock }

  /// The place of an owner's text.
  func place(of owner: borrowing OwnerReader) -> Int {
    texts.place(of: owner) { write($0, to: &$1) }
  }

  /// Writes a part of the text at a place that ``place(of:)`` gave.
  func append(_ part: OwnerTexts.Part, of place: Int, to line: inout LineBuffer) {
    texts.append(part, of: place, to: &line)
  }

  private func write(_ owner: borrowing OwnerReader, to text: inout OwnerTexts.Text) {
    text.ends = (0, 0, 0)
    guard owner.processID != 0 else { return }
    append(owner, to: &text.parts)
    text.ends.first = text.parts.count
    appendDetails(owner, to: &text.parts)
    text.ends.second = text.parts.count
    text.ends.third = text.parts.count
  }

  private func append(_ owner: borrowing OwnerReader, to line: inout LineBuffer) {
    line.append(",\"process\":{\"pid\":")
    line.append(decimal: owner.processID)
    line.append(",\"name\":")
    line.append(jsonText: owner.comm)
    if !owner.executable.isEmpty {
      line.append(",\"executable\":")
      line.append(jsonText: owner.executable)
    }
    line.append(",\"entity_id\":\"")
    line.append(decimal: hash(owner.processID, owner.leaderStartTime))
    line.append("\"")
    append("start", owner.leaderStartTime, to: &line)
    line.append(",\"thread\":{\"id\":")
    line.append(decimal: owner.threadID)
    line.append("}")
    if owner.parentProcessID != 0 {
      line.append(",\"parent\":{\"pid\":")
      line.append(decimal: owner.parentProcessID)
      line.append(",\"entity_id\":\"")
      line.append(decimal: hash(owner.parentProcessID, owner.parentStartTime))
      line.append("\"")
      append("start", owner.parentStartTime, to: &line)
      line.append("}")
    }
    line.append("},\"user\":{\"id\":\"")
    line.append(decimal: owner.userID)
    line.append("\"}")
    if !owner.containerID.isEmpty {
      line.append(",\"container\":{\"id\":")
      line.append(jsonText: owner.containerID)
      line.append("}")
    }
  }

  private func appendDetails(_ owner: borrowing OwnerReader, to line: inout LineBuffer) {
    line.append(",\"process\":{\"pid\":")
    line.append(decimal: owner.namespacedProcessID)
    line.append(",\"parent_pid\":")
    line.append(decimal: owner.namespacedParentProcessID)
    line.append(",\"thread_id\":")
    line.append(decimal: owner.namespacedThreadID)
    append("thread_start", owner.startTime, to: &line)
    line.append(",\"thread_entity_id\":\"")
    line.append(decimal: hash(owner.threadID, owner.startTime))
    line.append("\",\"mount_namespace\":")
    line.append(decimal: owner.mountNamespace)
    line.append(",\"pid_namespace\":")
    line.append(decimal: owner.pidNamespace)
    line.append(",\"host_name\":")
    line.append(jsonText: owner.nodeName)
    line.append(",\"container_started\":")
    line.append(bool: owner.containerStarted)
    line.append(",\"cgroup_id\":\"")
    line.append(decimal: owner.cgroupID)
    line.append("\"}")
  }

  /// Writes a time of an owner, if it is known.
  private func append(_ key: StaticString, _ bootTime: UInt64, to line: inout LineBuffer) {
    guard bootTime != 0 else { return }
    line.append(",\"")
    line.append(key)
    line.append("\":\"")
    times.append(clock.epoch(bootTime), to: &line)
    line.append("\"")
  }

  private func hash(_ id: UInt32, _ startTime: UInt64) -> UInt32 {
    EntityHash.of(id: id, startTime: clock.epoch(startTime))
  }
}
