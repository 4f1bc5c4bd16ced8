// SPDX-License-Identifier: Apache-2.0

/// A packet, with the events and fields that policies can use.
public struct Packet: Equatable, Sendable {
  /// The events that the packet gives.
  public var events: Set<EventKind>
  /// The values of each field: none if the packet lacks the field, several if the field is a list.
  ///
  /// DNS names and host names are in lower case.
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
