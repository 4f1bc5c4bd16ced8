// SPDX-License-Identifier: Apache-2.0

/// What the words of keys, counted values and outputs mean.
extension SignatureChecker {
  /// What a word means in the events of a selection; nil, with a finding, when they have no such thing.
  mutating func value(
    _ word: String, _ text: SourceText, part: Range<Int>? = nil, in selection: Int
  ) -> EventValue? {
    let name = document.selections[selection].key.text
    if let alias = document.correlation?.aliases.first(where: { $0.key.text == word }) {
      guard let field = alias.value.first(where: { $0.key.text == name }) else {
        error(
          .missingKey, "the alias `\(word)` names no field of the selection `\(name)`", alias.key)
        return nil
      }
      return value(field.value.text, field.value, in: selection, called: name)
    }
    return value(word, text, part: part, in: selection, called: name)
  }

  private mutating func value(
    _ word: String, _ text: SourceText, part: Range<Int>? = nil, in selection: Int,
    called name: String
  ) -> EventValue? {
    guard rules.indices.contains(selection) else { return nil }
    if let entity = EventValue.Entity(rawValue: word) { return .entity(entity) }
    if let key = ScopeCatalog.key(word, in: .rule) {
      if key.field.isKnownOfEvents { return .owner(key.field) }
      error(.unsupportedField, "events do not say `\(word)`", text, part: part)
      return nil
    }
    let rule = rules[selection]
    if !rule.signatures.isEmpty {
      return findingValue(word, text, part: part, of: rule, called: name)
    }
    guard let (field, member) = PacketField.find(word) else {
      let known =
        PacketField.allCases.map(\.key)
        + EventValue.Entity.allCases.map(\.rawValue) + ScopeCatalog.spellings(in: .rule)
      error(
        .unknownField, "no event has a field `\(word)`", text, part: part,
        help: Nearest.question(word, among: known)
          ?? "fields are such as data.dst, hostProcessId and processEntityId")
      return nil
    }
    if member != nil || field == .timestamp {
      error(
        .unsupportedField, "`\(word)` cannot be used here", text, part: part,
        help: "use it in a filter")
      return nil
    }
    if let event = rule.events.first(where: { !field.description.events.contains($0) }) {
      error(
        .unknownField, "`\(event.name)`, which the selection `\(name)` takes, has no `\(word)`",
        text,
        part: part, help: "`tracee-policy list events \(event.name)` shows what it has")
      return nil
    }
    return .packet(field)
  }

  /// What a word means in the findings that a selection takes.
  private mutating func findingValue(
    _ word: String, _ text: SourceText, part: Range<Int>?, of rule: CheckedPolicy.Rule,
    called name: String
  ) -> EventValue? {
    let data = word.hasPrefix("data.") ? String(word.dropFirst(5)) : word
    var type: FieldType = .text(comparedBytes: .max)
    for signature in context.signatures where rule.signatures.contains(signature.name) {
      if let known = signature.data[data] {
        type = known
        continue
      }
      error(
        .unknownField,
        "a finding of `\(signature.name)`, which the selection `\(name)` takes, has no `\(word)`",
        text,
        part: part, help: "add it to the `output` of `\(signature.name)`")
      return nil
    }
    guard rule.events.isEmpty else {
      error(
        .unknownField, "the selection `\(name)` also takes events, which have no `\(word)`", text,
        part: part)
      return nil
    }
    return .finding(data, type)
  }
}

extension OwnerField {
  /// Whether an event carries it.
  fileprivate var isKnownOfEvents: Bool {
    switch self {
    case .userID, .processID, .threadID, .parentProcessID, .namespacedProcessID,
      .namespacedThreadID, .namespacedParentProcessID, .mountNamespace, .pidNamespace,
      .netNamespace, .hostName, .comm, .executable, .cgroupID, .containerID:
      true
    case .cgroup, .container, .containerName, .containerImage, .podName, .podNamespace, .podUID,
      .tree:
      false
    }
  }
}
