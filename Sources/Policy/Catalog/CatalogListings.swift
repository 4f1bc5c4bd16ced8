// SPDX-License-Identifier: Apache-2.0

extension Listing {
  /// The list of all events.
  public static var events: Listing {
    Listing(
      columns: ["ID", "NAME", "SETS", "WHAT"],
      rows: EventKind.allCases.map { event in
        [
          String(event.rawValue), event.name,
          event.sets.map(\.rawValue).joined(separator: ","),
          event.summary,
        ]
      },
      json: .list(EventKind.allCases.map(json)))
  }

  /// Returns the list of the fields of one event.
  ///
  /// - Parameter isFull: whether the table shows all names of an enumeration; the JSON always has them.
  public static func fields(of event: EventKind, inFull isFull: Bool = false) -> Listing {
    Listing(
      columns: ["FIELD", "SUPPORTED", "TAKES"],
      rows: event.fields.map { field in
        let description = field.description
        return [
          field.key + (description.hasMembers ? ".NAME" : ""),
          field.isSupported ? "yes" : "not yet",
          (isFull ? description.type.takesInFull : description.type.takes)
            + (description.isList ? "; any element" : ""),
        ]
      },
      json: json(event))
  }

  /// The list of all sets of events.
  public static var sets: Listing {
    Listing(
      columns: ["SET", "WHAT", "EVENTS"],
      rows: EventSet.allCases.map { set in
        [set.rawValue, set.summary, set.events.map(\.name).joined(separator: ",")]
      },
      json: .list(
        EventSet.allCases.map { set in
          [
            "name": .text(set.rawValue), "summary": .text(set.summary),
            "events": .list(set.events.map { .text($0.name) }),
          ]
        }))
  }

  /// The list of all keys and words of scopes.
  public static var scopes: Listing {
    let words = ScopeCatalog.words.map { word in
      [
        word.name, "", word.places.shown, "yes", "nothing",
        word.summary,
      ]
    }
    let keys = ScopeCatalog.keys.map { key in
      [
        key.name, key.aliases.joined(separator: ","), key.places.shown,
        key.field.isSupported ? "yes" : "not yet", key.takes, key.summary,
      ]
    }
    let columns = ["SCOPE", "ALIASES", "WHERE", "SUPPORTED", "TAKES", "WHAT"]
    let names = ["name", "aliases", "where", "supported", "takes", "summary"]
    return Listing(
      columns: columns, rows: words + keys,
      json: .list(
        (words + keys).map { row in
          .object(zip(names, row).map { JSONValue.Member($0, json($0, $1)) })
        }))
  }

  private static func json(_ column: String, _ cell: String) -> JSONValue {
    switch column {
    case "aliases": .list(cell.split(separator: ",").map { .text(String($0)) })
    case "supported": .bool(cell == "yes")
    default: .text(cell)
    }
  }

  private static func json(_ event: EventKind) -> JSONValue {
    [
      "id": .number(Int(event.rawValue)), "name": .text(event.name),
      "sets": .list(event.sets.map { .text($0.rawValue) }),
      "summary": .text(event.summary),
      "arguments": .list(
        event.arguments.map { ["name": .text($0.name), "type": .text($0.typeName)] }),
      "fields": .list(
        event.fields.map { field in
          let description = field.description
          var members = [
            JSONValue.Member("key", .text(field.key)),
            .init("takes", .text(description.type.takes)),
            .init("isList", .bool(description.isList)),
            .init("hasMembers", .bool(description.hasMembers)),
            .init("supported", .bool(field.isSupported)),
          ]
          if case .enumeration(let enumeration) = description.type {
            let names = enumeration.symbols.map { JSONValue.text($0.name) }
            members.append(.init("values", .list(names)))
          }
          return .object(members)
        }),
    ]
  }
}

extension ScopeKey.Places {
  /// The places as the table shows them.
  fileprivate var shown: String {
    switch self {
    case .scope: "scope"
    case .rule: "filters"
    default: "scope and filters"
    }
  }
}

extension ScopeKey {
  /// A description of the values that the key takes, including words.
  fileprivate var takes: String {
    type.takes + (words.isEmpty ? "" : ", or " + words.joined(separator: " or "))
  }
}

extension FieldType {
  /// A description of the values that a field takes, with all names of an enumeration.
  fileprivate var takesInFull: String {
    guard case .enumeration(let enumeration) = self else { return takes }
    let names = enumeration.symbols.map(\.name).joined(separator: ", ")
    return "a name (\(names)) or a number from 0 to \(enumeration.maximum)"
  }
}
