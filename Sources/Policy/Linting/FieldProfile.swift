// SPDX-License-Identifier: Apache-2.0

/// What is known about the values of a field in general.
struct FieldProfile: Equatable, Sendable {
  /// A superset of the values that the field can have.
  var domain: ValueSet
  /// Whether the field has at most one value, not counting members.
  var isSingle: Bool
  /// Whether the field always has a value.
  var isAlwaysPresent: Bool
}

extension OwnerField {
  /// What is known about the field's values for any owner.
  var profile: FieldProfile {
    switch self {
    case .userID, .processID, .threadID, .parentProcessID, .namespacedProcessID,
      .namespacedThreadID, .namespacedParentProcessID, .mountNamespace, .pidNamespace,
      .netNamespace:
      FieldProfile(domain: ValueSet(upTo: .max >> 32), isSingle: true, isAlwaysPresent: true)
    case .cgroupID:
      FieldProfile(domain: ValueSet(upTo: .max), isSingle: true, isAlwaysPresent: true)
    case .container:
      FieldProfile(domain: ValueSet(upTo: 1), isSingle: true, isAlwaysPresent: true)
    case .comm: FieldProfile(domain: .texts, isSingle: true, isAlwaysPresent: true)
    case .hostName, .executable, .cgroup, .containerID, .containerName, .containerImage, .podName,
      .podNamespace, .podUID:
      FieldProfile(domain: .texts, isSingle: true, isAlwaysPresent: false)
    case .tree:
      FieldProfile(domain: ValueSet(upTo: .max >> 32), isSingle: false, isAlwaysPresent: true)
    }
  }
}

extension PacketField {
  /// Returns what is known about the field's values in packets that give an event.
  func profile(in event: EventKind) -> FieldProfile {
    FieldProfile(
      domain: domain(in: event), isSingle: !description.isList,
      isAlwaysPresent: isAlwaysPresent(in: event))
  }

  private func domain(in event: EventKind) -> ValueSet {
    switch description.type {
    case .integer(let maximum), .identifier(let maximum): ValueSet(upTo: maximum)
    case .enumeration(let enumeration): ValueSet(upTo: enumeration.maximum)
    case .signedInteger: ValueSet(upTo: .max)
    case .port: ValueSet(upTo: 65535)
    case .flag: ValueSet(upTo: 1)
    case .address:
      ValueSet(isOfPacket && event.isIPv4 ? IPAddress.ipv4Block : IPAddress.all)
    case .text, .name, .path, .executable, .containerID: .texts
    }
  }

  /// Whether every packet of an event that has the field has a value of it.
  private func isAlwaysPresent(in event: EventKind) -> Bool {
    if [.source, .destination, .sourcePort, .destinationPort, .direction].contains(self) {
      return true
    }
    // The header that an event is about is whole; what else a packet has may be missing.
    let header: String? =
      switch event {
      case .tcp: "proto_tcp."
      case .udp: "proto_udp."
      case .ipv4: "proto_ipv4."
      case .ipv6: "proto_ipv6."
      default: nil
      }
    return header.map(rawValue.hasPrefix) ?? false
  }

  private var isOfPacket: Bool { self == .source || self == .destination }
}

extension EventKind {
  /// Whether only IPv4 packets give the event.
  var isIPv4: Bool { self == .ipv4 || self == .icmp }
}

extension IPAddress {
  /// All IPv4 addresses.
  static let ipv4Block = IPAddress(ipv4: 0)...IPAddress(ipv4: .max)
  /// All addresses, of IPv4 and IPv6.
  static let all = IPAddress(high: 0, low: 0)...IPAddress(high: .max, low: .max)
}
