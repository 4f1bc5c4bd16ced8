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
      .netNamespace, .hostName, .comm, .executable, .cgroup, .cgroupID, .container, .containerID:
      true
    case .containerName, .containerImage, .podName, .podNamespace, .podUID, .tree: false
    }
  }

  /// Whether owners carry the state or the mount namespace that a value of this field asks for.
  public func isSupported(member: String) -> Bool {
    switch self {
    case .containerID: member == "started"
    case .executable: true
    default: false
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

extension ScopeWord {
  /// Whether the tracer can do what the word asks for.
  public var isSupported: Bool { meaning != .follow }
}
