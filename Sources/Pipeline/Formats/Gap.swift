import Policy
import System

/// What a reader of an output does not see, and where.
struct Gap {
  let reason: LostEvents.Reason
  /// Packets that found the ring full, or events that an output had no room for.
  var count: UInt64
  /// Between which times, in ns of `CLOCK_BOOTTIME`.
  var since: UInt64
  var until: UInt64
  /// The same by who misses them: a packet that several rules wanted is in several of them.
  var losses: [Loss] = []

  /// What some policies miss of one kind of event.
  struct Loss {
    let policies: [String]
    let event: EventKind
    let count: UInt64
  }

  /// The names of all policies that miss something.
  var policies: [String] {
    var names: [String] = []
    for name in losses.flatMap(\.policies) where !names.contains(name) { names.append(name) }
    return names
  }

  /// What of it concerns an output; nil when nothing does.
  ///
  /// How many packets several rules of a route wanted together is not known: the count is then the largest of theirs.
  func along(_ route: Route) -> Gap? {
    if route == Route() { return self }
    var gap = self
    gap.losses = losses.compactMap { loss in
      let policies = route.policies(among: loss.policies, for: loss.event)
      return policies.isEmpty
        ? nil : Loss(policies: policies, event: loss.event, count: loss.count)
    }
    guard let largest = gap.losses.map(\.count).max() else { return nil }
    gap.count = largest
    return gap
  }
}

extension JSONWriter {
  /// Writes a gap as the event ``Policy/LostEvents``, a line that has the keys of every event and no owner.
  func append(_ gap: Gap, to line: inout LineBuffer) {
    line.append("{\"timestamp\":")
    line.append(decimal: clock.epoch(gap.until))
    for key in Self.keysBeforeNames {
      line.append(",\"")
      line.append(Array(key.utf8))
      line.append("\":0")
    }
    line.append(",\"processName\":\"\",\"executable\":{\"path\":\"\"},\"hostName\":\"\",")
    line.append("\"containerId\":\"\",\"container\":{},\"kubernetes\":{},\"eventId\":\"")
    line.append(decimal: LostEvents.id)
    line.append("\",\"eventName\":\"")
    line.append(Array(LostEvents.name.utf8))
    line.append("\",\"matchedPolicies\":")
    line.append(policies: gap.policies)
    line.append(",\"argsNum\":")
    line.append(decimal: UInt(LostEvents.arguments.count))
    line.append(",\"returnValue\":0,\"syscall\":\"\",\"stackAddresses\":[0],\"contextFlags\":")
    line.append("{\"containerStarted\":false,\"isCompat\":false},\"threadEntityId\":0,")
    line.append("\"processEntityId\":0,\"parentEntityId\":0,\"args\":[")
    for (index, argument) in LostEvents.arguments.enumerated() {
      line.append(index == 0 ? "{\"name\":\"" : ",{\"name\":\"")
      line.append(Array(argument.name.utf8))
      line.append("\",\"type\":\"")
      line.append(Array(argument.typeName.utf8))
      line.append("\",\"value\":")
      switch index {
      case 0: line.append(decimal: gap.count)
      case 1: line.append(jsonText: Array(gap.reason.rawValue.utf8))
      case 2: line.append(decimal: clock.epoch(gap.since))
      case 3: line.append(decimal: clock.epoch(gap.until))
      default: line.append(gap.losses)
      }
      line.append("}")
    }
    line.append("]}\n")
  }

  private static let keysBeforeNames = [
    "threadStartTime", "processorId", "processId", "cgroupId", "threadId", "parentProcessId",
    "hostProcessId", "hostThreadId", "hostParentProcessId", "userId", "mountNamespace",
    "pidNamespace",
  ]
}

extension LineBuffer {
  fileprivate mutating func append(_ losses: [Gap.Loss]) {
    append("[")
    for (index, loss) in losses.enumerated() {
      append(index == 0 ? "{\"policies\":" : ",{\"policies\":")
      append(policies: loss.policies)
      append(",\"event\":\"")
      append(Array(loss.event.name.utf8))
      append("\",\"count\":")
      append(decimal: loss.count)
      append("}")
    }
    append("]")
  }
}

extension TableWriter {
  /// Writes a gap as a line for people.
  mutating func append(_ gap: Gap, to line: inout LineBuffer) {
    appendTime(gap.until, to: &line)
    let what = gap.reason == .ringFull ? "packets (ring full)" : "events (output full)"
    line.append(Array(" lost \(gap.count) \(what) of ".utf8))
    line.append(safeText: Array(gap.policies.joined(separator: ",").utf8), columns: 60)
    line.append("\n")
  }
}
