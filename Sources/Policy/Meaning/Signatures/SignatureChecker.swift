// SPDX-License-Identifier: Apache-2.0

/// Understands the words of one signature.
struct SignatureChecker {
  let document: SignatureDocument
  let context: DocumentContext
  var diagnostics: [Diagnostic] = []
  /// The selections as the rules of a policy.
  private(set) var rules: [CheckedPolicy.Rule] = []

  /// Everything in the signature that is understood; the rest is in `diagnostics`.
  static func check(
    _ document: SignatureDocument, in context: DocumentContext, into diagnostics: inout [Diagnostic]
  ) -> CheckedSignature {
    var checker = SignatureChecker(document: document, context: context)
    let selections = checker.selections()
    var signature = checker.signature(selections)
    if checker.diagnostics.contains(where: { $0.severity == .error }) { signature = nil }
    diagnostics += checker.diagnostics
    return CheckedSignature(document: document, selections: selections, signature: signature)
  }

  private init(document: SignatureDocument, context: DocumentContext) {
    self.document = document
    self.context = context
  }

  private mutating func selections() -> CheckedPolicy {
    let everything = document.name.renamed("global")
    let policy = PolicyDocument(
      form: .plain, source: document.source, range: document.range, name: document.name,
      scope: [everything], rules: document.selections.map(\.value))
    let checked = PolicyChecker.check(policy, in: context, into: &diagnostics)
    rules = checked.rules
    return checked
  }

  private mutating func signature(_ checked: CheckedPolicy) -> Signature? {
    var names: Set<String> = []
    for entry in document.selections where !names.insert(entry.key.text).inserted {
      error(.duplicateName, "a selection named `\(entry.key.text)` stands before", entry.key)
    }
    guard checked.rules.count == document.selections.count else { return nil }
    let selections = zip(document.selections, checked.rules).map { entry, rule in
      Signature.Selection(
        name: entry.key.text, events: rule.events, signatures: rule.signatures,
        scope: rule.filters.ownerClauses, filters: rule.filters.packetClauses,
        elements: rule.filters.compactMap(\.element), findings: rule.filters.findingClauses)
    }
    let name = document.name.text
    func text(_ key: String, _ standard: String) -> String { document.texts[key]?.text ?? standard }
    var correlation: Correlation?
    if let written = document.correlation {
      guard let understood = self.correlation(written) else { return nil }
      correlation = understood
    }
    return Signature(
      name: name, id: text("id", name), version: text("version", "1.0.0"),
      title: text("title", name), description: text("description", ""),
      tags: document.tags.map(\.text), threat: threat(), selections: selections,
      correlation: correlation, output: output(correlation), program: document.program)
  }

  private mutating func threat() -> Signature.Threat {
    var threat = Signature.Threat()
    for entry in document.threat {
      switch entry.key.text {
      case "severity":
        let words = Signature.Threat.severities
        threat.severity = words.firstIndex(of: entry.value.text)
        if threat.severity == nil, let number = Int(entry.value.text),
          words.indices.contains(number)
        {
          threat.severity = number
        }
        if threat.severity == nil {
          error(
            .invalidValue, "`\(entry.value.text)` is not a severity", entry.value,
            help: Nearest.question(entry.value.text, among: words)
              ?? "the severities are \(words.joined(separator: ", "))")
        }
      case "category": threat.category = entry.value.text
      case "technique": threat.technique = entry.value.text
      case "external-id": threat.externalID = entry.value.text
      default: threat.id = entry.value.text
      }
    }
    return threat
  }

  // MARK: what a finding shows

  private mutating func output(_ correlation: Correlation?) -> [Signature.Output] {
    var outputs: [Signature.Output] = []
    for entry in document.output {
      if ["triggeredBy", "approximate", "incomplete"].contains(entry.key.text) {
        error(.invalidName, "every finding has a `\(entry.key.text)` of its own", entry.key)
      }
      if outputs.contains(where: { $0.name == entry.key.text }) { continue }
      outputs.append(
        Signature.Output(
          name: entry.key.text,
          parts: document.program == nil
            ? parts(entry.value, correlation) : [.declared(declaredType(entry.value))]))
    }
    return outputs
  }

  /// The types of data that a program can declare.
  private static let declaredTypes: [(name: String, type: FieldType)] = [
    ("text", .text), ("number", .bits(64)), ("flag", .flag),
  ]

  private mutating func declaredType(_ text: SourceText) -> FieldType {
    if let found = Self.declaredTypes.first(where: { $0.name == text.text }) { return found.type }
    let names = Self.declaredTypes.map(\.name)
    error(
      .invalidValue, "`\(text.text)` is not a type of data", text,
      help: Nearest.question(text.text, among: names)
        ?? "the types are \(names.joined(separator: ", "))")
    return .text
  }

  /// A text with placeholders in braces, taken apart.
  private mutating func parts(
    _ text: SourceText, _ correlation: Correlation?
  ) -> [Signature.Output.Part] {
    let bytes = Array(text.text.utf8)
    var (parts, plain): ([Signature.Output.Part], [UInt8]) = ([], [])
    var offset = 0
    while offset < bytes.count {
      guard bytes[offset] == UInt8(ascii: "{") else {
        plain.append(bytes[offset])
        offset += 1
        continue
      }
      guard let end = bytes[offset...].firstIndex(of: UInt8(ascii: "}")) else {
        error(.invalidValue, "the brace is not closed", text, part: offset..<bytes.count)
        return parts
      }
      if !plain.isEmpty { parts.append(.text(String(decoding: plain, as: UTF8.self))) }
      plain = []
      let place = offset + 1..<end
      let word = String(decoding: bytes[place], as: UTF8.self)
      if word == "count" {
        if correlation?.kind.counts != true {
          error(.invalidValue, "there is no count in this correlation", text, part: place)
        }
        parts.append(.count)
      } else {
        let completing = correlation?.completing ?? Array(document.selections.indices)
        var values = [EventValue?](repeating: nil, count: document.selections.count)
        for selection in completing {
          values[selection] = value(word, text, part: place, in: selection)
          if values[selection] == nil { break }
        }
        parts.append(.value(values))
      }
      offset = end + 1
    }
    if !plain.isEmpty { parts.append(.text(String(decoding: plain, as: UTF8.self))) }
    return parts
  }

  // MARK: findings about words

  mutating func error(
    _ rule: LintRule, _ message: String, _ text: SourceText, part: Range<Int>? = nil,
    help: String? = nil
  ) {
    diagnostics.append(
      Diagnostic(
        rule, message, source: text.source,
        range: part.map { text.range(ofUTF8: $0) } ?? text.range, help: help))
  }

  mutating func warning(
    _ rule: LintRule, _ message: String, _ text: SourceText, help: String? = nil
  ) {
    diagnostics.append(
      Diagnostic(rule, message, source: text.source, range: text.range, help: help))
  }
}

extension Correlation.Kind {
  /// Whether a finding has a number that met the condition.
  var counts: Bool {
    switch self {
    case .eventCount, .valueCount, .valueSum, .interval: true
    case .temporal, .temporalOrdered, .absence, .newValue: false
    }
  }
}

extension Correlation {
  /// The selections whose events can complete a finding.
  public var completing: [Int] {
    switch kind {
    case .absence, .newValue: [members[0].selection]
    default: members.map(\.selection)
    }
  }
}

extension Signature {
  /// What a filter on a member of a finding's data takes.
  public func type(of output: Output) -> FieldType {
    guard output.parts.count == 1 else { return .text }
    switch output.parts[0] {
    case .text: return .text
    case .count: return .bits(64)
    case .declared(let type): return type
    case .value(let values): return values.lazy.compactMap { $0 }.first?.type ?? .text
    }
  }

  /// The types of a finding's data.
  var data: [String: FieldType] {
    Dictionary(output.map { ($0.name, type(of: $0)) }, uniquingKeysWith: { first, _ in first })
  }
}

extension EventValue {
  /// What a filter on it takes.
  public var type: FieldType {
    switch self {
    case .packet(let field): field.description.type
    case .owner(let field): ScopeCatalog.keys.first { $0.field == field }?.type.shown ?? .text
    case .entity: .bits(32)
    case .finding(_, let type): type
    }
  }
}

extension FieldType {
  /// The type of values that are shown, where filters take more than values.
  fileprivate var shown: FieldType {
    switch self {
    case .executable, .containerID, .path: .text
    case .identifier(let maximum): .integer(maximum: maximum)
    default: self
    }
  }
}
