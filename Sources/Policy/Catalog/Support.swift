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
    case .userID, .processID, .comm, .cgroup, .container: true
    default: false
    }
  }

  /// Whether owners carry the states that words such as `new` ask for.
  public var supportsWords: Bool { false }
}

extension PacketField {
  /// Whether packets carry this field, and filters on it are decided.
  public var isSupported: Bool { Self.supported.contains(self) }

  private static let supported: Set<PacketField> = [
    .source, .destination, .sourcePort, .destinationPort, .direction,
  ]
}

extension ScopeWord {
  /// Whether the tracer can do what the word asks for.
  public var isSupported: Bool { meaning != .follow }
}
