/// A field of events that filters can ask about.
public struct FieldDescription: Equatable, Sendable {
  /// How filters write it: `data.` and a path, or a word of its own.
  public var key: String
  /// What a filter takes.
  public var type: FieldType
  /// Whether an event can have several values of it, of which one must match.
  public var isList: Bool
  /// Whether its values are texts by name, and a filter writes a name behind the key.
  public var hasMembers: Bool
  /// The events that have it, in order of their numbers.
  public var events: [EventKind]
}

/// Every field of every event, made of what the events show.
///
/// Source: `docs/policy-language.md` §4.
struct FieldTable {
  /// The fields: those of every packet, those of events in the order of the events, and those that are no data.
  let fields: [FieldDescription]
  /// The place of each field by its key.
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

/// Takes shapes apart into fields, each once.
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
    // Two events can show one field: its type is the same, or one of them has another meaning for the key.
    precondition(fields[place].type == field.type, "\(field.key) has two types")
    fields[place].events = EventKind.allCases.filter {
      fields[place].events.contains($0) || field.events.contains($0)
    }
  }
}

extension EventKind {
  /// The fields that filters can ask about, in the order of the table.
  public var fields: [PacketField] {
    PacketField.allCases.filter { $0.description.events.contains(self) }
  }
}
