// SPDX-License-Identifier: Apache-2.0

/// The checked policies of a set, their plan, and all findings about them.
public struct CheckedSet: Equatable, Sendable {
  /// The policies in load order, without the parts that have errors.
  public var policies: [CheckedPolicy]
  /// The plan; nil if there is a finding of error severity, or a path that could not be read.
  public var plan: TracePlan?
  /// All findings, in the order of files and of places in them.
  public var diagnostics: [Diagnostic]
  /// The files that could be read.
  public var sources: [SourceFile]
  /// The paths that could not be read.
  public var failures: [SourceFailure]

  /// Returns the number of findings with a severity.
  public func count(_ severity: Diagnostic.Severity) -> Int {
    diagnostics.count { $0.severity == severity }
  }
}

extension PolicySet {
  /// Returns the set checked, compiled and linted.
  ///
  /// All commands use this, so that `apply` accepts whatever `lint` accepts.
  ///
  /// - Parameter comparesWithTracee: whether to add a note at each place that Tracee understands in another way.
  public func checked(comparesWithTracee: Bool = false) -> CheckedSet {
    let compiled = PolicyCompiler.compile(documents)
    let found =
      diagnostics + compiled.diagnostics + compiled.policies.flatMap(LintRules.check)
      + RepeatedRule.check(compiled.policies)
      + (comparesWithTracee ? TraceeDifferences.check(compiled.policies, sources) : [])
    let isWrong = !failures.isEmpty || found.contains { $0.severity == .error }
    return CheckedSet(
      policies: compiled.policies, plan: isWrong ? nil : compiled.plan,
      diagnostics: Diagnostic.sorted(found, by: sources.map(\.name)), sources: sources,
      failures: failures)
  }
}
