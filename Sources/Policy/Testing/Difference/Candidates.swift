// SPDX-License-Identifier: Apache-2.0

/// A value that a variable can have, as an expression writes it.
struct Candidate {
  /// The words of the expression.
  var words: [String]
  /// Of the owner: one with nothing but this value.
  var owner: Owner?
  /// Of the packet: what its field has.
  var values: [FieldValue] = []

  /// Whether it meets a clause.
  func meets(_ clause: ExplainedClause) -> Bool {
    switch clause.question {
    case .owner(let question):
      owner.map { owner in
        ReferenceMatcher.matches(
          question.condition, ReferenceMatcher.values(of: question.field, in: owner))
      } ?? false
    case .packet(let question): ReferenceMatcher.matches(question.condition, values)
    }
  }
}

/// The values of a variable whose values are listed: of each region that some clauses cut them into at least one, if it
/// can be found.
struct Candidates {
  private(set) var all: [Candidate] = []
  /// Whether all regions have a candidate.
  private(set) var isComplete: Bool

  /// Lists the values that some clauses on a variable tell apart.
  init(_ variable: Variable, _ clauses: [ExplainedClause]) {
    isComplete = true
    let conditions = clauses.map(\.condition)
    switch variable {
    case .owner(let field): addOwners(field, conditions)
    case .packet(let field): addValues(of: field, conditions)
    }
  }

  // MARK: Owners

  private mutating func addOwners(_ field: OwnerField, _ conditions: [Condition]) {
    switch field {
    case .containerID: addContainers(conditions)
    case .executable: addExecutables(conditions)
    case .processID, .namespacedProcessID: addProcesses(field, conditions)
    case .tree: addTrees(conditions)
    default: addTexts(of: field, conditions)
    }
  }

  private mutating func addTexts(of field: OwnerField, _ conditions: [Condition]) {
    let type = ScopeCatalog.keys.first { $0.field == field }?.type ?? .text
    let samples = samples(conditions, type)
    for text in samples {
      all.append(owner([field.word(text)]))
    }
    if !field.profile.isAlwaysPresent { all.append(owner(["!\(field.rawValue)"])) }
  }

  private mutating func addContainers(_ conditions: [Condition]) {
    let hasStates = conditions.contains(where: \.asksMembers)
    let none = hasStates ? ["!container=new"] : []
    all.append(owner(["not-container"] + none))
    for id in samples(conditions, .containerID) {
      let word = "container=\(id)"
      all.append(owner([word] + none))
      guard hasStates else { continue }
      all.append(owner([word, "container=new"]))
      all.append(owner([word, "container=started"]))
      all.append(owner([word, "container=new", "container=started"]))
    }
  }

  private mutating func addExecutables(_ conditions: [Condition]) {
    var namespaces: Set<String> = []
    for operand in conditions.flatMap({ $0.included + $0.excluded }) {
      if case .member(let name, _) = operand { namespaces.insert(name) }
    }
    // What is in no named namespace cannot be written: its number could be that of the host.
    if !namespaces.isEmpty { isComplete = false }
    let places = namespaces.isEmpty ? [""] : namespaces.sorted().map { $0 + ":" } + [""]
    for path in samples(conditions, .executable) {
      for place in places { all.append(owner([OwnerField.executable.word(place + path)])) }
    }
    all.append(owner(["!executable"]))
  }

  private mutating func addProcesses(_ field: OwnerField, _ conditions: [Condition]) {
    for number in Self.numbers(conditions, upTo: .max >> 32) {
      let word = "\(field.rawValue)=\(number)"
      all.append(owner([word, "pid=new"]))
      all.append(owner([word, "!pid=new"]))
    }
    if field == .namespacedProcessID { isComplete = false }
  }

  private mutating func addTrees(_ conditions: [Condition]) {
    let numbers = Self.numbers(conditions, upTo: .max >> 32).filter { $0 > 0 }
    for (index, number) in numbers.enumerated() {
      all.append(owner(["tree=\(number)"]))
      guard numbers.count <= 24 else { continue }
      for other in numbers[..<index] { all.append(owner(["tree=\(number)", "tree=\(other)"])) }
    }
    isComplete = conditions.count <= 2 && numbers.count <= 24
  }

  /// The owner of words that were made to be right; one that cannot be read is nobody's value.
  private func owner(_ words: [String]) -> Candidate {
    Candidate(words: words, owner: (try? OwnerExpression(words.joined(separator: " ")))?.owner)
  }

  // MARK: Packets

  private mutating func addValues(of field: PacketField, _ conditions: [Condition]) {
    let description = field.description
    let elements: [(word: String, value: FieldValue)]
    if description.hasMembers {
      elements = members(of: field, conditions)
    } else {
      elements = values(conditions, description.type).map { (field.word($0), $0) }
    }
    all.append(Candidate(words: ["!\(field.key)"], values: []))
    for (index, element) in elements.enumerated() {
      all.append(Candidate(words: [element.word], values: [element.value]))
      guard description.isList, elements.count <= 24 else { continue }
      for other in elements[..<index] {
        all.append(
          Candidate(words: [element.word, other.word], values: [element.value, other.value]))
      }
    }
    if description.isList, conditions.count > 2 || elements.count > 24 { isComplete = false }
  }

  private mutating func members(
    of field: PacketField, _ conditions: [Condition]
  ) -> [(word: String, value: FieldValue)] {
    var patterns: [String: Set<TextPattern>] = [:]
    for operand in conditions.flatMap({ $0.included + $0.excluded }) {
      if case .member(let name, let pattern) = operand {
        patterns[name, default: []].insert(pattern)
      }
    }
    return patterns.sorted { $0.key < $1.key }.flatMap { name, patterns in
      let samples = SampleTexts(patterns) { !$0.hasPrefix("*") && !$0.hasSuffix("*") }
      if !samples.isComplete { isComplete = false }
      return samples.texts.map { text in
        (ExpressionFault.quoted("\(field.key).\(name)=\(text)"), FieldValue.member(name, text))
      }
    }
  }

  private mutating func values(_ conditions: [Condition], _ type: FieldType) -> [FieldValue] {
    switch type {
    case .address:
      var starts: Set<IPAddress> = [IPAddress(ipv4: 0xc000_0201)]
      for case .addresses(let range) in conditions.flatMap({ $0.included + $0.excluded }) {
        starts.insert(range.lowerBound)
        if let next = range.upperBound.next { starts.insert(next) }
      }
      return starts.sorted().map { .address($0) }
    case .text, .name, .path, .executable, .containerID:
      return samples(conditions, type).map { .text($0) }
    case .integer(let maximum), .identifier(let maximum):
      return Self.numbers(conditions, upTo: maximum).map { .number($0) }
    case .enumeration(let enumeration):
      return Self.numbers(conditions, upTo: enumeration.maximum).map { .number($0) }
    case .signedInteger: return Self.numbers(conditions, upTo: .max).map { .number($0) }
    case .port: return Self.numbers(conditions, upTo: 65535).map { .number($0) }
    case .flag: return [.number(0), .number(1)]
    }
  }

  // MARK: Samples

  /// One number of each interval that conditions cut the numbers into.
  private static func numbers(_ conditions: [Condition], upTo maximum: UInt64) -> [UInt64] {
    var starts: Set<UInt64> = [0]
    func add(_ range: ClosedRange<UInt64>) {
      starts.insert(range.lowerBound)
      if range.upperBound < maximum { starts.insert(range.upperBound + 1) }
    }
    for condition in conditions {
      for case .numbers(let range) in condition.included + condition.excluded { add(range) }
      for bound in condition.bounds { if let range = bound.range { add(range) } }
    }
    return starts.filter { $0 <= maximum }.sorted()
  }

  private mutating func samples(_ conditions: [Condition], _ type: FieldType) -> [String] {
    var patterns: Set<TextPattern> = []
    for operand in conditions.flatMap({ $0.included + $0.excluded }) {
      switch operand {
      case .text(let pattern): patterns.insert(pattern)
      case .member(let name, let pattern) where name != FieldValue.state: patterns.insert(pattern)
      default: break
      }
    }
    var (start, limit) = ("", Int.max)
    switch type {
    case .path, .executable: start = "/"
    case .text(let comparedBytes): limit = comparedBytes
    default: break
    }
    let samples = SampleTexts(patterns, start: start, limit: limit) { text in
      (try? type.value(text, of: "")) == .text(text)
    }
    if !samples.isComplete { isComplete = false }
    return samples.texts
  }
}

extension OwnerField {
  /// The word of an expression that gives the owner a text in this field.
  fileprivate func word(_ text: String) -> String { ExpressionFault.quoted("\(rawValue)=\(text)") }
}

extension PacketField {
  /// The word of an expression that gives the packet a value in this field.
  func word(_ value: FieldValue) -> String {
    let type = description.type
    let shown = value.shown(type)
    if (try? type.value(shown, of: key)) == value {
      return ExpressionFault.quoted("\(key)=\(shown)")
    }
    if case .number(let number) = value { return "\(key)=\(number)" }
    return ExpressionFault.quoted("\(key)=\(shown)")
  }
}
