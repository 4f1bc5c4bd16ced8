// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Policy

struct PolicyParserTests {
  private func parse(_ text: String) -> PolicySet {
    PolicySet.parse([SourceFile(name: "x", bytes: Array(text.utf8))])
  }

  private func lines(_ text: String) -> [String] {
    parse(text).diagnostics.map(ConciseRenderer.line)
  }

  private static let resource = """
    apiVersion: tracee.aquasec.com/v1beta1
    kind: Policy
    metadata:
      name: web-egress
      annotations: {description: HTTP}
      labels: {team: web}
    spec:
      scope: [comm=nginx, not-container]
      rules:
        - event: net_packet_tcp
          filters: ["data.dst_port=80,443"]
          actions: [print]
      defaultActions: [log]
    """

  private static let plain = """
    type: policy
    name: web-egress
    description: HTTP
    version: 1.0
    scope: [comm=nginx, not-container]
    rules:
      - event: net_packet_tcp
        filters: ["data.dst_port=80,443"]
        actions: [print]
    defaultActions: [log]
    """

  @Test(arguments: [(resource, PolicyDocument.Form.resource), (plain, .plain)])
  func `both forms say the same`(text: String, form: PolicyDocument.Form) throws {
    let set = parse(text)
    #expect(set.diagnostics.isEmpty)
    let document = try #require(set.documents.first)
    #expect(document.form == form)
    #expect(document.name.text == "web-egress")
    #expect(document.scope.map(\.text) == ["comm=nginx", "not-container"])
    #expect(document.rules.map(\.event.text) == ["net_packet_tcp"])
    #expect(document.rules.map { $0.filters.map(\.text) } == [["data.dst_port=80,443"]])
    #expect(document.rules.map { $0.actions.map(\.text) } == [["print"]])
    #expect(document.defaultActions.map(\.text) == ["log"])
  }

  @Test func `list items that YAML reads as something else are the text that was written`() throws {
    let set = parse(
      "type: policy\nname: 1e3\nscope: [yes, 0x10, 1e3, 2001-01-01]\nrules: [{event: no}]")
    #expect(set.diagnostics.isEmpty)
    let document = try #require(set.documents.first)
    #expect(document.name.text == "1e3")
    #expect(document.scope.map(\.text) == ["yes", "0x10", "1e3", "2001-01-01"])
    #expect(document.rules.map(\.event.text) == ["no"])
  }

  @Test(arguments: [
    ("{}", "x:1:1: error: this is not a policy [unknown-form]"),
    ("- a", "x:1:1: error: this is not a policy [unknown-form]"),
    ("# nothing", "x: error: this file contains no policy [no-policy]"),
    ("--- \n---\n", "x: error: this file contains no policy [no-policy]"),
  ]) func `what is no policy is said to be none`(text: String, line: String) {
    #expect(lines(text) == [line])
  }

  /// One change of the plain form, and all that is said about it.
  @Test(arguments: [
    (
      "type: policy", "type: polcy",
      ["x:1:7: error: `type` must be `policy`, not `polcy` [unknown-form]"]
    ),
    ("type: policy\n", "", ["x:1:1: error: a policy must have the key `type` [missing-key]"]),
    (
      "name: web-egress", "nmae: Web",
      [
        "x:2:1: error: a policy has no key `nmae` [unknown-key]",
        "x:2:7: error: the name `Web` cannot contain `W` [invalid-name]",
      ]
    ),
    (
      "scope: [comm=nginx, not-container]\n", "",
      ["x:1:1: error: a policy must have the key `scope` [missing-key]"]
    ),
    ("[comm=nginx, not-container]", "[]", ["x:5:8: error: `scope` is empty [empty-value]"]),
    (
      "[comm=nginx, not-container]", "",
      ["x:5:7: error: `scope` must be a list, not nothing [wrong-type]"]
    ),
    (
      "[comm=nginx, not-container]", "comm=nginx",
      ["x:5:8: error: `scope` must be a list, not text [wrong-type]"]
    ),
    (
      "[comm=nginx, not-container]", "\n  - comm: nginx",
      ["x:6:5: error: a scope must be text, not a mapping [wrong-type]"]
    ),
    (
      "[comm=nginx, not-container]", "[~]",
      ["x:5:9: error: a scope must be text, not nothing [wrong-type]"]
    ),
    ("- event", "- events", ["x:7:5: error: a rule has no key `events` [unknown-key]"]),

    (
      "- event: net_packet_tcp", "- event: [net_packet_tcp]",
      ["x:7:12: error: `event` must be text, not a list [wrong-type]"]
    ),
    (
      "actions: [print]", "actions: [prin, kill]",
      [
        "x:9:15: error: `prin` is not an action [unknown-action]",
        "x:9:21: error: `kill` is not an action [unknown-action]",
      ]
    ),
    (
      "defaultActions", "kind: Policy\ndefaultActions",
      ["x:10:1: error: a policy has no key `kind` [unknown-key]"]
    ),
  ])
  func `each fault of the shape is reported at its place`(
    part: String, other: String, expected: [String]
  ) {
    let text = Self.plain.replacing(part, with: other)
    #expect(text != Self.plain)
    #expect(lines(text) == expected)
  }

  @Test(arguments: [
    (
      "tracee.aquasec.com/v1beta1", "v1",
      ["x:1:13: error: `apiVersion` must be `tracee.aquasec.com/v1beta1`, not `v1` [unknown-form]"]
    ),
    (
      "  name: web-egress\n", "",
      ["x:4:3: error: `metadata` must have the key `name` [missing-key]"]
    ),
    (
      "annotations: {description: HTTP}", "annotations: {description: [HTTP]}",
      ["x:5:30: error: a value of `annotations` must be text, not a list [wrong-type]"]
    ),
    (
      "labels: {team: web}", "labels: web",
      ["x:6:11: error: `labels` must be a mapping, not text [wrong-type]"]
    ),
    (
      "spec:", "spec: ~\nother:",
      [
        "x:7:7: error: `spec` must be a mapping, not nothing [wrong-type]",
        "x:8:1: error: a policy resource has no key `other` [unknown-key]",
      ]
    ),
  ]) func `each fault of the resource form is reported at its place`(
    part: String, other: String, expected: [String]
  ) {
    let text = Self.resource.replacing(part, with: other)
    #expect(text != Self.resource)
    #expect(lines(text) == expected)
  }

  @Test func `a misspelt key has a fix, unless what it means is there already`() {
    let one = parse(Self.plain.replacing("defaultActions", with: "defaultAction")).diagnostics
    #expect(one.map(\.fix?.replacement) == ["defaultActions"])
    #expect(one.map(\.help) == ["did you mean `defaultActions`?"])
    let two = parse(Self.plain + "\ndefaultAction: [log]").diagnostics
    #expect(two.map(\.code) == ["unknown-key"])
    #expect(two.map { $0.fix == nil } == [true])
  }

  @Test(arguments: [
    ("- data.x=a: b", "quote it: \"data.x=a: b\""),
    ("- data.x=\"a\": b", "quote it: 'data.x=\"a\": b'"),
  ]) func `a mapping that was meant as text is shown with its quotes`(item: String, help: String) {
    let text = "type: policy\nname: a\nscope:\n\(item)\nrules: [{event: a}]"
    #expect(parse(text).diagnostics.map(\.help) == [help])
  }

  @Test(arguments: [
    "", "-a", "a-", "a..b", ".a", "a_b", "A", "ä", String(repeating: "a", count: 254),
  ])
  func `a name is a DNS subdomain`(name: String) {
    #expect(PolicyName.fault(of: name) != nil)
    #expect(PolicyName.suggestion(for: name).map { PolicyName.fault(of: $0) == nil } ?? true)
  }

  @Test(arguments: ["a", "1", "a.b-c.d", String(repeating: "a", count: 253)])
  func `a DNS subdomain is a name`(name: String) {
    #expect(PolicyName.fault(of: name) == nil)
  }

  @Test func `documents keep the order of files and of documents in them`() {
    let set = parse(
      "type: policy\nname: b\nscope: [global]\nrules: [{event: x}]\n---\n---\n" + Self.plain)
    #expect(set.documents.map(\.name.text) == ["b", "web-egress"])
  }
}
