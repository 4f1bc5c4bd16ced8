import Policy

/// Writes events as lines of JSON.
///
/// Source: `docs/event-json.md`.
struct JSONWriter {
  let clock: BootClock
  let interfaces = InterfaceNames()
  let scratch = Scratch()
  private let calls = (native: SystemCallNames.native, compat: SystemCallNames.compat)
  private let owners = OwnerTexts()
  /// What stands before and after the policies, from `eventId` to the name of the system call, by ``EventKind/index``.
  private let kinds: [(before: [UInt8], after: [UInt8])]

  /// Makes a writer that tells times by a clock.
  init(clock: BootClock) {
    self.clock = clock
    kinds = EventKind.allCases.map { kind in
      (
        Array(
          "\"eventId\":\"\(kind.rawValue)\",\"eventName\":\"\(kind.name)\",\"matchedPolicies\":"
            .utf8),
        Array(",\"argsNum\":\(kind.argumentCount),\"returnValue\":0,\"syscall\":\"".utf8)
      )
    }
  }

  /// Writes one event as one line.
  ///
  /// Whether a message is a request or a response is for the caller to know.
  ///
  /// - Parameter policies: the value of `matchedPolicies`, in JSON.
  /// - Returns: false, and nothing is written, when the packet lacks what the event shows.
  func append(
    _ kind: EventKind, of record: borrowing RecordReader, _ headers: PacketHeaders,
    policies: [UInt8], to line: inout LineBuffer
  ) -> Bool {
    let start = line.count
    let owner = record.owner
    let text = owners.text(of: owner)
    if text.parts.count == 0 { write(owner, to: text) }
    line.append("{\"timestamp\":")
    line.append(decimal: clock.epoch(record.time))
    line.append(text.parts, 0..<text.ends.first)
    line.append(decimal: record.processor)
    line.append(text.parts, text.ends.first..<text.ends.second)
    line.append(kinds[kind.index].before)
    line.append(policies)
    line.append(kinds[kind.index].after)
    if let number = UInt32(exactly: record.systemCall) {
      (owner.isCompat ? calls.compat : calls.native).append(number, to: &line)
    }
    line.append(text.parts, text.ends.second..<text.parts.count)
    guard appendArguments(of: kind, record, headers, to: &line) else {
      line.truncate(to: start)
      return false
    }
    line.append("]}\n")
    return true
  }

  /// Writes what depends on the owner alone.
  private func write(_ owner: borrowing OwnerReader, to text: OwnerTexts.Text) {
    text.parts.append(",\"threadStartTime\":")
    text.parts.append(decimal: epoch(owner.startTime))
    text.parts.append(",\"processorId\":")
    text.ends.first = text.parts.count
    appendOwner(owner, to: &text.parts)
    text.ends.second = text.parts.count
    text.parts.append("\",\"stackAddresses\":[0],\"contextFlags\":{\"containerStarted\":")
    text.parts.append(bool: owner.containerStarted)
    text.parts.append(",\"isCompat\":")
    text.parts.append(bool: owner.isCompat)
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

extension EventKind {
  /// The place of a kind in a table of all.
  var index: Int { Int(rawValue - EventKind.ipv4.rawValue) }

  /// How many args an event has.
  var argumentCount: UInt8 {
    switch self {
    case .ipv4, .ipv6, .icmp, .icmpv6: 4
    case .tcp, .udp, .dns, .http: 6
    case .dnsRequest, .dnsResponse, .httpRequest, .httpResponse: 2
    }
  }
}

extension PacketShape {
  /// Whether a packet of this shape gives an event.
  func gives(_ kind: EventKind) -> Bool { kind == familyEvent || kind == transportEvent }
}
