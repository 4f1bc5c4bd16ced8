// SPDX-License-Identifier: Apache-2.0

import Policy

extension PlanRule {
  /// The rule as a policy of its own, that can be written into a file.
  var text: String {
    let scope = self.scope.flatMap(\.expressions)
    return """
      type: policy
      name: p\(policy)
      scope: \(scope.isEmpty ? "[global]" : "[" + scope.joined(separator: ", ") + "]")
      rules:
        - event: \(event.name)
          filters: [\(filters.flatMap(\.expressions).joined(separator: ", "))]
      """
  }
}

extension Clause<OwnerField> {
  /// The clause as filters say it.
  var expressions: [String] { condition.expressions(field.rawValue) }
}

extension Clause<PacketField> {
  /// The clause as filters say it.
  var expressions: [String] { condition.expressions(field.key) }
}

extension Condition {
  fileprivate func expressions(_ key: String) -> [String] {
    func list(_ comparison: String, _ operands: [Operand]) -> [String] {
      operands.isEmpty ? [] : ["\(key)\(comparison)\(operands.map(\.text).joined(separator: ","))"]
    }
    return
      (list("=", included) + list("!=", excluded)
      + bounds.map { "\(key)\($0.comparison.rawValue)\($0.limit)" }).map { "\"\($0)\"" }
  }
}

extension Operand {
  fileprivate var text: String {
    switch self {
    case .numbers(let range) where range.count == 1: "\(range.lowerBound)"
    case .numbers(let range): "\(range.lowerBound)-\(range.upperBound)"
    case .addresses(let range) where range.lowerBound == range.upperBound: "\(range.lowerBound)"
    case .addresses(let range): "\(range.lowerBound)-\(range.upperBound)"
    case .text(let pattern): pattern.text
    case .member("state", let pattern): pattern.text
    case .member(let name, let pattern): "\(name):\(pattern.text)"
    }
  }
}

extension TextPattern {
  fileprivate var text: String {
    switch self {
    case .exact(let text): text
    case .prefix(let text): text + "*"
    case .suffix(let text): "*" + text
    case .contains(let text): "*\(text)*"
    }
  }
}
