// SPDX-License-Identifier: Apache-2.0

import Policy
import TestSupport
import Testing

/// Whatever stands in an expression, it means something or there is a finding; and nothing crashes.
struct HostileFilterTests {
  private static let pieces = [
    "*", "**", "", " ", ",", "\"", "\\", "-", "--", "0", "1", "0x", "0xffffffffffffffff",
    "18446744073709551615", "18446744073709551616", "-9223372036854775808", "4294967296", ":", "::",
    "/", "//", "/..", "host:", "7:", "10.0.0.0", "10.*", "::ffff:0:0", "/96", "/128", "é", "\u{0}",
    "\u{301}", "🦆", "new", "started", "ingress", "a", ".", "=", "<", "\n",
  ]
  private static let keys =
    ScopeCatalog.spellings(in: .scope) + ScopeCatalog.spellings(in: .rule)
    + PacketField.allCases.map(\.key)
    + [
      "data.", "args.src", "data.proto_http.headers.", "data.proto_http.headers.é", "data.src.", "",
    ]

  private func text(_ random: inout SplitMix) -> String {
    (0..<([0, 1, 1, 1, 2, 5].randomElement(using: &random) ?? 1)).map { _ in
      Self.pieces.randomElement(using: &random) ?? ""
    }.joined()
  }

  @Test func `an expression means something, or there is an error`() {
    var random = SplitMix(state: SplitMix.seed(usually: 7))
    var outcomes = [0, 0]
    for key in Self.keys {
      let isSupported = PacketField.find(key)?.field.isSupported ?? true
      for _ in 0..<(isSupported ? 8 : 1) {
        let sign = ["=", "!=", "<", "<=", ">", ">=", ""].randomElement(using: &random) ?? "="
        let expression = key + sign + text(&random)
        let document = policy(scope: [expression], rules: [("net_packet_tcp", [expression])])
        let result = PolicyCompiler.compile([document])
        let isWrong = result.diagnostics.contains { $0.severity == .error }
        #expect((result.plan == nil) == isWrong, "\(expression.debugDescription)")
        let understood = result.policies[0].scope.count + result.policies[0].rules[0].filters.count
        #expect(isWrong || understood == 2, "\(expression.debugDescription)")
        outcomes[understood > 0 ? 1 : 0] += 1
      }
    }
    #expect(outcomes.allSatisfy { $0 > 50 }, "\(outcomes)")
  }

  @Test func `a list of events selects something, or there is an error`() {
    var random = SplitMix(state: SplitMix.seed(usually: 8))
    let words =
      EventKind.allCases.map(\.name) + ["openat", "tag=default", "-", "tag=", ".data.src="]
    for _ in 0..<500 {
      let list = (0..<Int.random(in: 0...3, using: &random)).map { _ in
        (words.randomElement(using: &random) ?? "") + text(&random)
      }
      let inFile = PolicyCompiler.compile([
        policy(rules: [(list.joined(separator: ","), [])])
      ])
      #expect(inFile.plan != nil || inFile.diagnostics.contains { $0.severity == .error })
      #expect(inFile.plan?.rules.isEmpty != true, "\(list)")
      let selection = CommandLineSelection(events: list, scopes: [text(&random)])
      let onCommandLine = PolicyCompiler.compile([selection.document])
      let found = selection.diagnostics + onCommandLine.diagnostics
      #expect(onCommandLine.plan?.rules.isEmpty != true || !found.isEmpty, "\(list)")
    }
  }
}
