// SPDX-License-Identifier: Apache-2.0

/// The words that can be written, for whoever completes them.
public enum CatalogWords {
  /// What can follow the beginning of an argument of `--events`: events and sets; after the dot of an event its fields.
  public static func events(_ prefix: String) -> [String] {
    let name = prefix.prefix { $0 != "." }
    guard prefix.contains("."), let event = EventKind(name: String(name)) else {
      return EventKind.allCases.map(\.name) + EventSet.allCases.map(\.rawValue)
    }
    let fields = event.fields.filter(\.isSupported).map { field in
      field.key + (field.description.hasMembers ? "." : "=")
    }
    return (fields + scopes.filter { $0.hasSuffix("=") }.map { "scope." + $0 })
      .map { "\(name).\($0)" }
  }

  /// The words of scopes, and its keys with a `=`.
  public static var scopes: [String] {
    ScopeCatalog.words.map(\.name)
      + ScopeCatalog.keys.filter(\.field.isSupported).map { $0.name + "=" }
  }
}
