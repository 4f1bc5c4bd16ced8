// SPDX-License-Identifier: Apache-2.0

import Pipeline

@testable import Policy

/// Takes the lines of any bytes as expressions: each alone, in both places, then all of them as
/// arguments of `--events` and, after an empty line, of `--scope`.
enum FuzzFilters: FuzzTarget {
  static let name = "filters"
  static var seeds: [[UInt8]] { FilterSeeds.all.map { Array($0.utf8) } }

  static func check(_ bytes: RawSpan) {
    let lines = bytes.array.split(separator: 10, maxSplits: 15, omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
    let areShown = turn.comes()
    for line in lines {
      check(line, in: .scope, areShown)
      check(line, in: .rule, areShown)
    }
    let events = lines.prefix { !$0.isEmpty }
    check(
      CommandLineSelection(events: Array(events), scopes: Array(lines.dropFirst(events.count + 1))),
      areShown)
  }

  private nonisolated(unsafe) static var turn = Turn(each: 8)

  /// Claims that an expression means something, or that there is an error with a place in it.
  private static func check(_ line: String, in place: ScopeKey.Places, _ areShown: Bool) {
    let before = "scope: "
    let file = SourceFile(name: "x", bytes: Array((before + line).utf8))
    // An expression that breaks its line does not stand in a source byte for byte.
    let isVerbatim = !line.utf8.contains { $0 == 10 || $0 == 13 }
    let start = file.position(atByte: before.utf8.count)
    let range = SourceRange(start: start, end: file.position(atByte: file.bytes.count))
    var checker = FilterChecker(place)
    let filter = checker.check(
      SourceText(
        text: line, source: file.name, range: range, verbatimStart: isVerbatim ? start : nil))
    let isWrong = checker.diagnostics.contains { $0.severity == .error }
    claim((filter == nil) == isWrong, "it means something, or there is an error: \(line)")
    FindingClaims.check(checker.diagnostics, in: file, areShown: areShown)
    _ = filter?.condition
  }

  /// Claims that arguments give a plan that can be installed, or an error with a place in them.
  private static func check(_ selection: CommandLineSelection, _ areShown: Bool) {
    let compiled = PolicyCompiler.compile([selection.document])
    let found =
      selection.diagnostics + compiled.diagnostics
      + compiled.policies.flatMap(LintRules.check)
    FindingClaims.check(found, in: selection.source, areShown: areShown)
    guard selection.diagnostics.isEmpty, let plan = compiled.plan else {
      claim(found.contains { $0.severity == .error }, "there is a plan, or there is an error")
      return
    }
    claim(!plan.rules.isEmpty, "a plan traces something")
    _ = KernelTables(plan, generation: 1)
  }
}
