// SPDX-License-Identifier: Apache-2.0

import System

/// The keys that every event has before its arguments, from `timestamp` to `args`.
///
/// Source: `docs/event-json.md`.
struct Envelope: ~Copyable {
  /// Converts times of records.
  let clock: BootClock
  private let calls = (native: SystemCallNames.native, compat: SystemCallNames.compat)
  private let owners = OwnerTexts()

  init(clock: BootClock) { self.clock = clock }

  /// Writes the keys up to the bracket that opens `args`.
  ///
  /// - Parameters:
  ///   - time: in ns of `CLOCK_BOOTTIME`.
  ///   - processor: the CPU that handled the packet.
  ///   - systemCall: the number of the call that sent it; -1 when none did.
  ///   - isCompat: whether the number is that of a 32-bit call of a 64-bit kernel.
  func append(
    _ label: EventLabel, time: UInt64, processor: UInt32, systemCall: Int32, isCompat: Bool,
    owner: borrowing OwnerReader, to line: inout LineBuffer
  ) {
    let text = owners.place(of: owner) { write($0, to: &$1) }
    line.append("{\"timestamp\":")
    line.append(decimal: clock.epoch(time))
    owners.append(.first, of: text, to: &line)
    line.append(decimal: processor)
    owners.append(.second, of: text, to: &line)
    line.append(label.json)
    if let number = UInt32(exactly: systemCall) {
      if isCompat {
        calls.compat.append(number, to: &line)
      } else {
        calls.native.append(number, to: &line)
      }
    }
    owners.append(.third, of: text, to: &line)
    line.append(bool: isCompat)
    owners.append(.fourth, of: text, to: &line)
  }

  /// Writes what depends on the owner alone.
  private func write(_ owner: borrowing OwnerReader, to text: inout OwnerTexts.Text) {
    text.parts.append(",\"threadStartTime\":")
    text.parts.append(decimal: epoch(owner.startTime))
    text.parts.append(",\"processorId\":")
    text.ends.first = text.parts.count
    appendOwner(owner, to: &text.parts)
    text.ends.second = text.parts.count
    text.parts.append("\",\"stackAddresses\":[0],\"contextFlags\":{\"containerStarted\":")
    text.parts.append(bool: owner.containerStarted)
    text.parts.append(",\"isCompat\":")
    text.ends.third = text.parts.count
    text.parts.append("},\"threadEntityId\":")
    text.parts.append(decimal: hash(owner.threadID, owner.startTime))
    text.parts.append(",\"processEntityId\":")
    text.parts.append(decimal: hash(owner.processID, owner.leaderStartTime))
    text.parts.append(",\"parentEntityId\":")
    text.parts.append(decimal: hash(owner.parentProcessID, owner.parentStartTime))
    text.parts.append(",\"args\":[")
  }

  /// Writes the keys from `processId` to `kubernetes`, each with a comma before it, and one after.
  private func appendOwner(_ owner: borrowing OwnerReader, to line: inout LineBuffer) {
    line.append(",\"processId\":")
    line.append(decimal: owner.namespacedProcessID)
    line.append(",\"cgroupId\":")
    line.append(decimal: owner.cgroupID)
    line.append(",\"threadId\":")
    line.append(decimal: owner.namespacedThreadID)
    line.append(",\"parentProcessId\":")
    line.append(decimal: owner.namespacedParentProcessID)
    line.append(",\"hostProcessId\":")
    line.append(decimal: owner.processID)
    line.append(",\"hostThreadId\":")
    line.append(decimal: owner.threadID)
    line.append(",\"hostParentProcessId\":")
    line.append(decimal: owner.parentProcessID)
    line.append(",\"userId\":")
    line.append(decimal: owner.userID)
    line.append(",\"mountNamespace\":")
    line.append(decimal: owner.mountNamespace)
    line.append(",\"pidNamespace\":")
    line.append(decimal: owner.pidNamespace)
    line.append(",\"processName\":")
    line.append(jsonText: owner.comm)
    line.append(",\"executable\":{\"path\":")
    line.append(jsonText: owner.executable)
    line.append("},\"hostName\":")
    line.append(jsonText: owner.nodeName)
    line.append(",\"containerId\":")
    line.append(jsonText: owner.containerID)
    line.append(",\"container\":{")
    if !owner.containerID.isEmpty {
      line.append("\"id\":")
      line.append(jsonText: owner.containerID)
    }
    line.append("},\"kubernetes\":{},")
  }

  /// A time of an owner since the epoch; 0 stays 0, for it is not known.
  private func epoch(_ bootTime: UInt64) -> UInt64 {
    bootTime == 0 ? 0 : clock.epoch(bootTime)
  }

  /// The number of a task; 0 for nobody.
  private func hash(_ id: UInt32, _ startTime: UInt64) -> UInt32 {
    id == 0 ? 0 : EntityHash.of(id: id, startTime: clock.epoch(startTime))
  }
}
