/// A field of events that filters can ask about.
public struct FieldDescription: Equatable, Sendable {
  /// What a filter takes.
  public var type: FieldType
  /// Whether an event can have several values of it, of which one must match.
  public var isList: Bool
  /// The events that have it.
  public var events: [EventKind]
}

extension PacketField {
  /// The table: what each field takes, and which events have it.
  public var description: FieldDescription {
    switch self {
    case .source, .destination:
      FieldDescription(type: .address, isList: false, events: EventKind.allCases)
    case .sourcePort, .destinationPort:
      FieldDescription(type: .port, isList: false, events: EventKind.withPorts)
    case .direction:
      FieldDescription(type: .enumeration(.direction), isList: false, events: EventKind.allCases)
    }
  }
}

extension PacketField {
  /// The key in policy files.
  public var key: String { "data." + rawValue }

  /// Finds a field by the path behind `data.`, with the member's name if the field has members of any name.
  public static func find(_ path: String) -> (field: PacketField, member: String?)? {
    PacketField(rawValue: path).map { ($0, nil) }
  }
}

extension EventKind {
  /// The fields that filters can ask about, in the order of the table.
  public var fields: [PacketField] {
    PacketField.allCases.filter { $0.description.events.contains(self) }
  }

  static let withPorts: [EventKind] = [
    .tcp, .udp, .dns, .dnsRequest, .dnsResponse, .http, .httpRequest, .httpResponse,
  ]
}

extension Enumeration {
  /// Which way a packet went.
  static let direction = Enumeration(
    [Symbol("ingress", 0), Symbol("egress", 1)], maximum: 1)
}
