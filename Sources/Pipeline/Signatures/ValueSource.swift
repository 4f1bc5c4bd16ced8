// SPDX-License-Identifier: Apache-2.0

import Policy
import System

/// Where the values of a key, a condition or an output are found in an event.
enum ValueSource: Sendable {
  case packet(FieldSource)
  case owner(OwnerField)
  case entity(EventValue.Entity)
  /// In the data of a finding, by name.
  case finding(String)

  init(_ value: EventValue) {
    self =
      switch value {
      case .packet(let field): .packet(FieldSource(field))
      case .owner(let field): .owner(field)
      case .entity(let entity): .entity(entity)
      case .finding(let name, _): .finding(name)
      }
  }

  /// Gives `body` each value that an event has.
  ///
  /// A packet that nobody owns has an owner of numbers 0 and empty texts, as its event shows.
  func forEachValue(
    of packet: borrowing DecodedPacket, _ lender: inout FieldLender, _ clock: BootClock,
    _ body: (LentValue) -> Void
  ) {
    switch self {
    case .packet(let source): source.forEachValue(of: packet, &lender, body)
    case .owner(let field): packet.record.owner.lend(field, &lender, body)
    case .entity(let entity): body(.number(UInt64(packet.record.owner.number(of: entity, clock))))
    case .finding: break
    }
  }
}

extension OwnerReader {
  /// Lends what events show of an owner.
  func lend(_ field: OwnerField, _ lender: inout FieldLender, _ body: (LentValue) -> Void) {
    switch field {
    case .userID: body(.number(UInt64(userID)))
    case .processID: body(.number(UInt64(processID)))
    case .threadID: body(.number(UInt64(threadID)))
    case .parentProcessID: body(.number(UInt64(parentProcessID)))
    case .namespacedProcessID: body(.number(UInt64(namespacedProcessID)))
    case .namespacedThreadID: body(.number(UInt64(namespacedThreadID)))
    case .namespacedParentProcessID: body(.number(UInt64(namespacedParentProcessID)))
    case .mountNamespace: body(.number(UInt64(mountNamespace)))
    case .pidNamespace: body(.number(UInt64(pidNamespace)))
    case .netNamespace: body(.number(UInt64(netNamespace)))
    case .cgroupID: body(.number(cgroupID))
    case .hostName: lender.lend(nodeName) { body(.text($0)) }
    case .comm: lender.lend(comm) { body(.text($0)) }
    case .executable: lender.lend(executable) { body(.text($0)) }
    case .containerID: lender.lend(containerID) { body(.text($0)) }
    case .cgroup, .container, .containerName, .containerImage, .podName, .podNamespace, .podUID,
      .tree:
      break
    }
  }

  /// The number of a thread or process that no other has; 0 for nobody.
  func number(of entity: EventValue.Entity, _ clock: BootClock) -> UInt32 {
    let (id, start) =
      switch entity {
      case .process: (processID, leaderStartTime)
      case .thread: (threadID, startTime)
      case .parent: (parentProcessID, parentStartTime)
      }
    return id == 0 ? 0 : EntityHash.of(id: id, startTime: clock.epoch(start))
  }
}
