// SPDX-License-Identifier: Apache-2.0

/// A field of events that filters can use.
public struct FieldDescription: Equatable, Sendable {
  /// The key in filters: `data.` and a path, or a word of its own such as `syscall`.
  public var key: String
  /// The type of the values that filters take.
  public var type: FieldType
  /// Whether an event can have several values of the field, of which one must match.
  public var isList: Bool
  /// Whether the field is a map of texts, such as headers; a filter then appends a name to the key.
  public var hasMembers: Bool
  /// The events that have the field, in order of their numbers.
  public var events: [EventKind]
}

/// All fields of all events, generated from the events' arguments.
///
/// Source: `docs/policy-language.md` §4.
struct FieldTable {
  /// The fields: those of every packet, then those of events in order, then those that are not under `data.`.
  let fields: [FieldDescription]
  /// The index of each field in ``fields``, by its key.
  let places: [String: Int]

  static let shared = FieldTable()

  private init() {
    var collector = FieldCollector()
    let all = EventKind.allCases
    let withPorts = all.filter(\.hasPorts)
    collector.add("data.src", .address, all)
    collector.add("data.dst", .address, all)
    collector.add("data.src_port", .port, withPorts)
    collector.add("data.dst_port", .port, withPorts)
    collector.add("data.metadata.direction", .name(.direction), all)
    for event in all {
      for argument in event.arguments {
        collector.add("data." + argument.name, argument.shape, [event])
      }
    }
    collector.add("retval", .value(.signedInteger), all)
    collector.add("processorId", .bits(32), all)
    collector.add("timestamp", .bits(64), all)
    collector.add("syscall", .text, all)
    fields = collector.fields
    places = collector.places
  }
}

/// Collects the fields of shapes, each once.
private struct FieldCollector {
  var fields: [FieldDescription] = []
  var places: [String: Int] = [:]

  mutating func add(_ key: String, _ shape: Shape, _ events: [EventKind], inList: Bool = false) {
    switch shape {
    case .value(let type):
      add(FieldDescription(key: key, type: type, isList: inList, hasMembers: false, events: events))
    case .mark: break
    case .texts:
      add(FieldDescription(key: key, type: .text, isList: true, hasMembers: true, events: events))
    case .structure(let members):
      for member in members { add(key + "." + member.name, member.shape, events, inList: inList) }
    case .list(let element), .listOrNull(let element):
      add(key, element, events, inList: true)
    }
  }

  private mutating func add(_ field: FieldDescription) {
    guard let place = places[field.key] else {
      places[field.key] = fields.count
      fields.append(field)
      return
    }
    // Events may share a field, but then it must have the same type in all of them.
    precondition(fields[place].type == field.type, "\(field.key) has two types")
    fields[place].events = EventKind.allCases.filter {
      fields[place].events.contains($0) || field.events.contains($0)
    }
  }
}

extension EventKind {
  /// The fields of the event that filters can use, in the order of the table.
  public var fields: [PacketField] {
    PacketField.allCases.filter { $0.description.events.contains(self) }
  }
}
