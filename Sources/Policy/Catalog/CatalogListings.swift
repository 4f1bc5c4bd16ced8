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
  public static func fields(of event: EventKind) -> Listing {
    Listing(
      columns: ["FIELD", "SUPPORTED", "TAKES"],
      rows: event.fields.map { field in
        let description = field.description
        return [
          field.key + (description.hasMembers ? ".NAME" : ""),
          field.isSupported ? "yes" : "not yet",
          description.type.takes + (description.isList ? "; any element" : ""),
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
          return [
            "key": .text(field.key), "takes": .text(description.type.takes),
            "isList": .bool(description.isList), "hasMembers": .bool(description.hasMembers),
            "supported": .bool(field.isSupported),
          ]
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
