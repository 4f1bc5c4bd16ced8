// SPDX-License-Identifier: Apache-2.0

/// Compiles policies into a plan.
public enum PolicyCompiler {
  /// The result of a compilation.
  public struct Result: Equatable, Sendable {
    /// The checked policies, in load order, without the parts that have errors.
    public var policies: [CheckedPolicy]
    /// The signatures as far as they are understood, in load order.
    public var signatures: [CheckedSignature] = []
    /// The plan; nil when there is a finding of error severity.
    public var plan: TracePlan?
    /// The findings about all policies, in the order of the policies.
    public var diagnostics: [Diagnostic]
  }

  /// Compiles policies, given in load order, and collects all findings.
  ///
  /// All findings are collected.
  ///
  /// The documents themselves must have been read without errors, or the plan lacks what was wrong in them.
  public static func compile(
    _ documents: [PolicyDocument], signatures: [SignatureDocument] = [],
    lists: [String: ValueList] = [:]
  ) -> Result {
    var diagnostics = duplicateNames(documents)
    for list in lists.values.sorted(by: { $0.source.name < $1.source.name }) {
      diagnostics += list.diagnostics
    }
    let parsed = ListedOperands()
    let (checked, known) = SignatureCompiler.check(signatures, lists, parsed, into: &diagnostics)
    let policies = documents.map { document in
      let context = DocumentContext(
        lists: DocumentContext.lists(document.lists, in: document.source, lists),
        parsed: parsed, signatures: known)
      return PolicyChecker.check(document, in: context, into: &diagnostics)
    }
    var uses = SignatureUses(checked.compactMap(\.signature))
    var plan = TracePlan(policies: documents.map(\.name.text), rules: [])
    for document in documents where !document.labels.isEmpty {
      plan.labels[document.name.text] = document.labels
    }
    for document in documents where !document.annotations.isEmpty {
      plan.annotations[document.name.text] = document.annotations
    }
    for (index, policy) in policies.enumerated() {
      let hadRoom = plan.rules.count <= TracePlan.ruleLimit
      plan.rules += policy.expanded(policy: index)
      plan.rules += uses.add(policy, at: index)
      if hadRoom, plan.rules.count > TracePlan.ruleLimit {
        diagnostics.append(.tooManyRules(policy.document))
      }
    }
    plan.signatures = checked.compactMap(\.signature)
    plan.uses = uses.uses
    if !documents.isEmpty {
      diagnostics += checked.filter { !uses.used.contains($0.document.name.text) }
        .filter { $0.signature != nil && $0.document.program == nil }
        .map { .unusedSignature($0.document.name) }
    }
    let isWrong = diagnostics.contains { $0.severity == .error }
    return Result(
      policies: policies, signatures: checked, plan: isWrong ? nil : plan, diagnostics: diagnostics)
  }

  private static func duplicateNames(_ documents: [PolicyDocument]) -> [Diagnostic] {
    var first: [String: SourceText] = [:]
    var diagnostics: [Diagnostic] = []
    // A document without a valid name has an empty one, and already has a finding.
    for name in documents.map(\.name) where !name.text.isEmpty {
      if let other = first[name.text] {
        diagnostics.append(.duplicateName(name, first: other))
      } else {
        first[name.text] = name
      }
    }
    return diagnostics
  }
}

extension Diagnostic {
  fileprivate static func duplicateName(_ name: SourceText, first: SourceText) -> Diagnostic {
    Diagnostic(
      .duplicateName, "there is another policy named `\(name.text)`",
      at: name,
      related: [.init(message: "the first one", at: first)])
  }

  fileprivate static func tooManyRules(_ document: PolicyDocument) -> Diagnostic {
    Diagnostic(
      .tooManyRules,
      "with this policy there are more than \(TracePlan.ruleLimit) rules",
      source: document.source, range: document.name.range,
      help:
        "each event of a rule counts as one: name fewer events, or merge rules for the same event")
  }
}
