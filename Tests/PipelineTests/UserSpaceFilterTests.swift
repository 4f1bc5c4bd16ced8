// SPDX-License-Identifier: Apache-2.0

import Pipeline
import Testing

@testable import Policy

struct UserSpaceFilterTests {
  /// What the linter notes is what the kernel's tables leave undecided, for every key of the
  /// language.
  @Test(arguments: [ScopeKey.Places.scope, .rule])
  func `the linter knows which filters the kernel leaves to user space`(place: ScopeKey.Places) {
    let long = String(repeating: "x", count: 260)
    let values = [
      "1", "0", "/a", "a*", "*a", "*a*", "new", "started", "10.0.0.0/8", "/\(long)", "ab",
    ]
    let keys =
      ScopeCatalog.spellings(in: place) + (place == .rule ? PacketField.allCases.map(\.key) : [])
    var seen = (kernel: 0, user: 0)
    for key in keys {
      for expression in [key] + values.map({ "\(key)=\($0)" }) + ["\(key)!=1", "\(key)>5"] {
        var checker = FilterChecker(place)
        let text = SourceText(text: expression, source: "x", range: Self.nowhere)
        guard let filter = checker.check(text) else { continue }
        let filters = [filter]
        let isScope = place == .scope
        let rule = PlanRule(
          policy: 0, event: .tcp, scope: isScope ? filters : [], filters: isScope ? [] : filters)
        let undecided = Undecided(rule)
        let isUndecided = !undecided.isEmpty || filter.target == .follow
        let document = PolicyDocument(
          form: .plain, source: "x", range: Self.nowhere, name: text, scope: [], rules: [])
        let policy = CheckedPolicy(document: document, scope: filters, rules: [])
        #expect(UserSpaceFilter.check(policy).isEmpty == !isUndecided, "\(expression)")
        seen = (seen.kernel + (isUndecided ? 0 : 1), seen.user + (isUndecided ? 1 : 0))
      }
    }
    #expect(seen.kernel > 10 && seen.user > 0, "\(seen)")
  }

  private static let nowhere = SourceRange(
    start: SourcePosition(line: 1, column: 1, offset: 0),
    end: SourcePosition(line: 1, column: 1, offset: 0))
}
