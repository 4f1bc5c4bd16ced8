/// A list of things for people, as a table, and for programs, as JSON.
public struct Listing: Equatable, Sendable {
  /// The headings of the table.
  public var columns: [String]
  /// The rows of the table.
  public var rows: [[String]]
  /// The same, and maybe more, as JSON.
  public var json: JSONValue

  /// The table: columns two blanks apart, no blanks at the ends of lines, and a line break behind each line.
  public var table: String {
    let lines = [columns] + rows
    let widths = columns.indices.map { column in
      lines.map { $0[column].unicodeScalars.count }.max() ?? 0
    }
    return lines.map { line in
      var text = ""
      for (cell, width) in zip(line, widths) {
        text += cell + String(repeating: " ", count: width - cell.unicodeScalars.count + 2)
      }
      while text.hasSuffix(" ") { text.removeLast() }
      return text + "\n"
    }.joined()
  }
}

extension Listing {
  /// Every event.
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

  /// The fields of one event.
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

  /// Every set of events.
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

  /// Every key and word of scopes.
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

  /// Policies: where they are, and what they want.
  public static func policies(_ policies: [CheckedPolicy]) -> Listing {
    func events(_ policy: CheckedPolicy) -> [String] {
      EventKind.allCases.filter { event in policy.rules.contains { $0.events.contains(event) } }
        .map(\.name)
    }
    return Listing(
      columns: ["POLICY", "SCOPE", "RULES", "EVENTS", "FILE"],
      rows: policies.map { policy in
        [
          policy.document.name.text, policy.document.scope.map(\.text).joined(separator: " "),
          String(policy.rules.count), events(policy).joined(separator: ","), policy.document.source,
        ]
      },
      json: .list(
        policies.map { policy in
          [
            "name": .text(policy.document.name.text), "file": .text(policy.document.source),
            "line": .number(policy.document.range.start.line),
            "scope": .list(policy.document.scope.map { .text($0.text) }),
            "rules": .number(policy.rules.count),
            "events": .list(events(policy).map { .text($0) }),
          ]
        }))
  }

  /// Files of directories, and what becomes of them.
  public static func sources(_ entries: [SourcePaths.Entry]) -> Listing {
    func words(_ fate: SourcePaths.Entry.Fate) -> (state: String, by: String) {
      switch fate {
      case .read: ("read", "")
      case .mask: ("mask", "")
      case .replaced(let by): ("replaced", by)
      case .masked(let by): ("masked", by)
      }
    }
    return Listing(
      columns: ["FILE", "STATE", "BY"],
      rows: entries.map {
        [Visible.text($0.path), words($0.fate).state, Visible.text(words($0.fate).by)]
      },
      json: .list(
        entries.map { entry in
          let (state, by) = words(entry.fate)
          return [
            "file": .text(entry.path), "state": .text(state),
            "by": by.isEmpty ? .null : .text(by),
          ]
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
  /// For people.
  fileprivate var shown: String {
    switch self {
    case .scope: "scope"
    case .rule: "filters"
    default: "scope and filters"
    }
  }
}

extension ScopeKey {
  /// What it takes, words included.
  fileprivate var takes: String {
    type.takes + (words.isEmpty ? "" : ", or " + words.joined(separator: " or "))
  }
}
