/// What of the language the tracer can decide. The rest is understood, checked, and refused by name, never ignored.
extension EventKind {
  /// Whether packets of this kind are decoded.
  public var isSupported: Bool {
    switch self {
    case .ipv4, .ipv6, .tcp, .udp, .icmp, .icmpv6: true
    case .dns, .dnsRequest, .dnsResponse, .http, .httpRequest, .httpResponse: false
    }
  }
}

extension OwnerField {
  /// Whether owners carry this field, and filters on it are decided.
  public var isSupported: Bool {
    switch self {
    case .userID, .processID, .threadID, .parentProcessID, .namespacedProcessID,
      .namespacedThreadID, .namespacedParentProcessID, .mountNamespace, .pidNamespace,
      .netNamespace, .hostName, .comm, .executable, .cgroup, .cgroupID, .container, .containerID,
      .tree:
      true
    case .containerName, .containerImage, .podName, .podNamespace, .podUID: false
    }
  }
}

extension PacketField {
  /// Whether packets carry this field, and filters on it are decided.
  ///
  /// Fields of an event are as soon as the event is; the time of a packet is not.
  public var isSupported: Bool { Self.supported.contains(self) }

  private static let supported = Set(
    allCases.filter { field in
      let events = field.description.events
      return field != .timestamp
        && (events == EventKind.allCases || events.contains { $0.isSupported })
    })
}
