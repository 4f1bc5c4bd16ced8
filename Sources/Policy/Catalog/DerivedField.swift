// SPDX-License-Identifier: Apache-2.0

/// What a filter, a group key or a condition works out from the values of another field.
///
/// Source: `docs/policy-language.md` §2.
public enum FieldDerivation: String, Equatable, Sendable {
  /// The bytes of a text, for each of its values.
  case length
  /// The registrable-looking end of a name, for each of its values. See ``NameDomain``.
  case domain
  /// The elements of a list, counted by the values of a member that each of them has once.
  case count
}

/// The end of a name under which somebody registers names: its last two labels, or three behind a known second level.
///
/// No list of public suffixes is asked: `www.example.org` is `example.org`, and `www.example.co.uk` is `example.co.uk`
/// because `uk` has two letters and `co` is one of ``secondLevels``.
public enum NameDomain {
  /// Labels that stand, before a top-level domain of two letters, for a level of registries.
  public static let secondLevels = [
    "ac", "co", "com", "edu", "go", "gob", "gov", "gv", "ltd", "mil", "ne", "net", "nom", "or",
    "org",
    "plc", "sch",
  ]

  /// The end of a name.
  public static func of(_ name: String) -> String {
    var labels = name.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    if labels.last?.isEmpty == true { labels.removeLast() }
    guard labels.count > 2 else {
      return labels.map { String(decoding: $0, as: UTF8.self) }.joined(separator: ".")
    }
    let top = labels[labels.count - 1]
    let second = String(decoding: labels[labels.count - 2], as: UTF8.self).smallLetters
    let count = top.count == 2 && secondLevels.contains(second) ? 3 : 2
    return labels.suffix(count).map { String(decoding: $0, as: UTF8.self) }.joined(separator: ".")
  }
}

extension PacketField {
  /// What it is worked out from, and how; nil for a field that events have by themselves.
  public var derivation: (kind: FieldDerivation, base: PacketField)? {
    description.derivation.flatMap { derived in
      PacketField(key: derived.base).map { (derived.kind, $0) }
    }
  }
}
