import Policy
import System

/// Writes events as lines of JSON.
///
/// Source: `docs/event-json.md`.
struct JSONWriter: ~Copyable {
  let clock: BootClock
  let scratch = Scratch()
  private let calls = (native: SystemCallNames.native, compat: SystemCallNames.compat)
  private let owners = OwnerTexts()
  let heads = HeadTexts()

  /// Makes a writer that tells times by a clock.
  init(clock: BootClock) { self.clock = clock }

  /// Writes one event as one line.
  ///
  /// Whether a message is a request or a response is for the caller to know.
  ///
  /// - Returns: false, and nothing is written, when the packet lacks what the event shows.
  func append(
    _ label: EventLabel, of packet: borrowing DecodedPacket, to line: inout LineBuffer
  ) -> Bool {
    let start = line.count
    let owner = packet.record.owner
    let isCompat = packet.record.isCompat
    let text = owners.place(of: owner) { write($0, to: &$1) }
    line.append("{\"timestamp\":")
    line.append(decimal: clock.epoch(packet.record.time))
    owners.append(.first, of: text, to: &line)
    line.append(decimal: packet.record.processor)
    owners.append(.second, of: text, to: &line)
    line.append(label.json)
    if let number = UInt32(exactly: packet.record.systemCall) {
      if isCompat {
        calls.compat.append(number, to: &line)
      } else {
        calls.native.append(number, to: &line)
      }
    }
    owners.append(.third, of: text, to: &line)
    line.append(bool: isCompat)
    owners.append(.fourth, of: text, to: &line)
    guard appendArguments(of: label.kind, packet, to: &line) else {
      line.truncate(to: start)
      return false
    }
    line.append("]}\n")
    return true
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
