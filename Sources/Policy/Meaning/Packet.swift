/// A packet, as far as a policy can ask about it.
public struct Packet: Equatable, Sendable {
  /// The events that the packet gives.
  public var events: Set<EventKind>
  /// What the packet has in each field: nothing if it lacks the field, several values if the field is a list.
  ///
  /// Names of DNS and of hosts are in small letters.
  public var fields: [PacketField: [FieldValue]]
  /// The elements of each list of structures, by the list's key, with what each has in its fields.
  public var elements: [String: [[PacketField: [FieldValue]]]]

  /// Makes a packet.
  public init(
    events: Set<EventKind>, fields: [PacketField: [FieldValue]],
    elements: [String: [[PacketField: [FieldValue]]]] = [:]
  ) {
    self.events = events
    self.fields = fields
    self.elements = elements
  }
}
