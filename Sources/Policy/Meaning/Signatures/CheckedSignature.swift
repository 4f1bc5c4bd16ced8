// SPDX-License-Identifier: Apache-2.0

/// A signature whose words are understood, with the places of what was written.
public struct CheckedSignature: Equatable, Sendable {
  /// As it is written.
  public var document: SignatureDocument
  /// Its selections, as the rules of a policy whose scope is everything.
  public var selections: CheckedPolicy
  /// What it means; nil when something in it has a finding of error severity.
  public var signature: Signature?
}

/// What the words of a document can name beside the catalogs.
struct DocumentContext {
  /// The lists, by the names that the document gives them.
  var lists: [String: ValueList] = [:]
  /// What was parsed of lists already, for any document.
  var parsed = ListedOperands()
  /// The signatures in load order.
  var signatures: [KnownSignature] = []

  /// A signature as other documents see it.
  struct KnownSignature {
    var name: String
    var tags: [String]
    /// The types of a finding's data.
    var data: [String: FieldType] = [:]
  }

  /// The set of all signatures.
  static let everySignature = "signatures"

  /// The signatures that a word of `event` means, and whether it names just one.
  func find(_ word: String) -> (names: [String], isOne: Bool)? {
    if signatures.contains(where: { $0.name == word }) { return ([word], true) }
    let isTagged = word.hasPrefix("tag=")
    let name = isTagged ? String(word.dropFirst(4)) : word
    if name == Self.everySignature, !signatures.isEmpty {
      return (signatures.map(\.name), false)
    }
    let tagged = signatures.filter { $0.tags.contains(name) }.map(\.name)
    if !tagged.isEmpty { return (tagged, false) }
    if word.hasSuffix("*") {
      let names = signatures.map(\.name).filter { $0.hasPrefix(word.dropLast()) }
      if !names.isEmpty { return (names, false) }
    }
    return nil
  }

  /// The lists that a document names.
  static func lists(
    _ entries: [DocumentEntry<SourceText>], in source: String, _ files: [String: ValueList]
  ) -> [String: ValueList] {
    var lists: [String: ValueList] = [:]
    for entry in entries {
      lists[entry.key.text] = files[ValueList.path(entry.value.text, namedIn: source)]
    }
    return lists
  }
}
