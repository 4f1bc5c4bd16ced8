// SPDX-License-Identifier: Apache-2.0

import Glibc
import Testing

@testable import Policy

struct VariablesTests {
  private static func policy(_ filter: String, scope: String = "global") -> SourceFile {
    let text = """
      type: policy
      name: web
      scope: ["\(scope)"]
      rules: [{event: net_packet_tcp, filters: ["\(filter)"]}]

      """
    return SourceFile(name: "x", bytes: Array(text.utf8))
  }

  @Test func `a policy with variables is that with their values`() {
    var variables = Variables(["PORTS": "80,443", "WHO": "nginx"])
    #expect(setenv("TRACEE_POLICY_TEST_HOST", "10.0.0.1", 1) == 0)
    variables.usesEnvironment = true
    for (written, meant) in [
      ("data.dst_port=${PORTS}", "data.dst_port=80,443"),
      ("data.dst=${TRACEE_POLICY_TEST_HOST}/32,10.${PORTS}", "data.dst=10.0.0.1/32,10.80,443"),
      ("data.dst_port=8$,$PORTS,$", "data.dst_port=8$,$PORTS,$"),
    ] {
      let set = PolicySet.parse([Self.policy(written, scope: "comm=${WHO}")], variables: variables)
      #expect(set.diagnostics == [])
      #expect(set.documents.first?.rules.first?.filters.map(\.text) == [meant])
      #expect(set.documents.first?.scope.map(\.text) == ["comm=nginx"])
    }
  }

  @Test(arguments: [
    ("data.dst_port=${PROTS}", "the variable `PROTS` has no value", 22..<30),
    ("data.dst_port=1,${1}", "`1` cannot be the name of a variable", 24..<28),
    ("data.dst_port=${PORTS", "the name of a variable must end with `}`", 22..<29),
    ("data.dst_port=${}", "`` cannot be the name of a variable", 22..<25),
  ])
  func `one without a value is an error at its place`(
    filter: String, message: String, columns: Range<Int>
  ) throws {
    let source = Self.policy(filter)
    let set = PolicySet.parse([source], variables: Variables(["PORTS": "80"])).checked()
    let found = try #require(set.diagnostics.first)
    #expect(set.diagnostics.count == 1 && set.plan == nil)
    #expect(found.code == "unknown-variable" && found.message == message)
    #expect(found.range?.start.line == 4)
    let range = try #require(found.range)
    #expect(source.text(of: range).hasPrefix("${"))
    #expect(range.end.column - range.start.column == columns.count)
  }

  @Test func `what is wrong with a value is shown where the variable stands`() {
    let set = PolicySet.parse(
      [Self.policy("data.dst_port=${PORT}")], variables: Variables(["PORT": "nonesuch"])
    ).checked()
    #expect(set.diagnostics.map(\.code) == ["invalid-value"])
    #expect(set.diagnostics.first?.range?.start.line == 4)
  }

  @Test func `the value of a variable is no variable`() {
    let set = PolicySet.parse(
      [Self.policy("data.dst=${A}")], variables: Variables(["A": "${A}", "B": "x"])
    ).checked()
    #expect(set.diagnostics.map(\.code) == ["invalid-value"])
  }
}
