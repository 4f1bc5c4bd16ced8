// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Policy

/// `docs/policy-language.md` §1, sentence by sentence, as far as `Document` and `Source` do not test it.
@Suite struct `Language 1, files` {
  private static let plain = """
    type: policy
    name: one
    description: d
    version: v
    scope: [uid=0]
    rules:
      - event: net_packet_tcp
        filters: [data.dst_port=80]
        actions: [log]
    defaultActions: [print]
    """
  private static let resource = """
    apiVersion: tracee.aquasec.com/v1beta1
    kind: Policy
    metadata:
      name: two
      annotations: {a: b}
      labels: {c: d}
    spec:
      scope: [uid=0]
      rules:
        - event: net_packet_tcp
    """
  private static let json = """
    {"type": "policy", "name": "three", "scope": ["uid=0"], "rules": [{"event": "net_packet_tcp"}]}
    """

  @Test func `two forms, YAML or JSON, freely mixed in a directory`() throws {
    let folder = try TemporaryFolder()
    try folder.write(Self.plain, to: "c.yaml")
    try folder.write(Self.resource, to: "b.yml")
    try folder.write(Self.json, to: "a.json")
    let set = PolicySet.load(paths: [folder.path]).checked()
    #expect(set.diagnostics.allSatisfy { $0.severity == .note })
    #expect(set.plan?.policies == ["three", "two", "one"])
  }

  @Test func `a file may hold several documents, each is one policy, an empty one is skipped`() {
    let set = checked("---\n" + Self.plain + "\n---\n---\n# nothing\n---\n" + Self.resource)
    #expect(set.diagnostics.isEmpty)
    #expect(set.plan?.policies == ["one", "two"])
  }

  @Test func `a file without a policy is a warning, and an error when none of the files holds one`()
  {
    let empty = SourceFile(name: "empty", bytes: Array("# later\n".utf8))
    let full = SourceFile(name: "full", bytes: Array(Self.plain.utf8))
    let one = PolicySet.parse([empty, full]).checked()
    #expect(one.diagnostics.map(\.code) == ["no-policy"])
    #expect(one.diagnostics.map(\.severity) == [.warning])
    #expect(one.plan != nil)
    let none = PolicySet.parse([empty]).checked()
    #expect(none.diagnostics.map(\.severity) == [.error])
    #expect(none.plan == nil)
  }

  @Test func `a path is a file with any extension, and load order is policy order`() throws {
    let folder = try TemporaryFolder()
    try folder.write(Self.plain, to: "late.conf")
    try folder.write(Self.resource, to: "early")
    let paths = ["late.conf", "early"].map(folder.path)
    #expect(PolicySet.load(paths: paths).checked().plan?.policies == ["one", "two"])
    #expect(PolicySet.load(paths: paths.reversed()).checked().plan?.policies == ["two", "one"])
  }

  @Test(arguments: [
    (plain, "version: v", "versoin: v", "version"),
    (plain, "    filters:", "    filter:", "filters"),
    (resource, "kind:", "knd:", "kind"), (resource, "  labels:", "  label:", "labels"),
    (resource, "  rules:", "  rule:", "rules"),
  ])
  func `any other key is an error with a did-you-mean`(
    text: String, key: String, other: String, meant: String
  ) {
    let found = checked(text.replacing(key, with: other)).diagnostics
      .filter { $0.code == "unknown-key" }
    #expect(found.map(\.help) == ["did you mean `\(meant)`?"])
    #expect(found.map(\.severity) == [.error])
  }

  @Test(arguments: [
    (plain, "name: one", "name: one\nname: one", "3:1"),
    (plain, "    filters:", "    event: x\n    filters:", "8:5"),
    (resource, "kind: Policy", "kind: Policy\nkind: Policy", "3:1"),
    (resource, "  name: two", "  name: two\n  name: two", "5:3"),
    (resource, "{a: b}", "{a: b, a: b}", "5:23"),
    (resource, "  scope:", "  scope: [uid=1]\n  scope:", "9:3"),
  ])
  func `a key given twice is an error`(text: String, key: String, twice: String, place: String) {
    #expect(places(text.replacing(key, with: twice)) == [place + " duplicate-key"])
  }

  @Test func `a name is unique over everything loaded`() {
    let files = [("a", Self.plain), ("b", Self.resource.replacing("name: two", with: "name: one"))]
      .map { SourceFile(name: $0, bytes: Array($1.utf8)) }
    let found = PolicySet.parse(files).checked().diagnostics
    #expect(
      found.map(ConciseRenderer.line) == [
        "b:4:9: error: there is another policy named `one` [duplicate-name]"
      ])
    #expect(found.first?.related.map(\.source) == ["a"])
  }

  @Test(arguments: [
    ("scope: [uid=0]", "scope: []", "5:8 empty-value"),
    ("scope: [uid=0]", "scope: uid=0", "5:8 wrong-type"),
    ("rules:\n", "rules: []\nother:\n", "6:8 empty-value"),
  ])
  func `scope and rules are lists, not empty`(part: String, other: String, finding: String) {
    #expect(places(Self.plain.replacing(part, with: other)).contains(finding))
  }

  @Test func `log and print both send the event to the outputs`() {
    let plans = ["log", "print"].map { action in
      checked(Self.plain.replacing("actions: [log]", with: "actions: [\(action)]")).plan
    }
    #expect(plans[0] != nil)
    #expect(plans[0] == plans[1])
  }

  @Test func `anchors and aliases work`() {
    let text = Self.plain.replacing("scope: [uid=0]", with: "scope: &s [uid=0]")
      .replacing("filters: [data.dst_port=80]", with: "filters: *s")
    #expect(checked(text).diagnostics.map(\.code) == ["useless-filter"])
    #expect(checked(text).plan?.rules.map { $0.scope.map(\.field) } == [[.userID, .userID]])
  }

  @Test func `an expression that a list in brackets splits at its commas is an error with quotes`()
  {
    let text = Self.plain.replacing("port=80]", with: "port=80,443]")
    let found = checked(text).diagnostics
    #expect(
      found.map(\.short) == [
        """
        unquoted-comma 8:15-35 the comma splits `data.dst_port=80,443` into several elements of \
        the list (quote it: "data.dst_port=80,443")
        """
      ])
    #expect(found.map(\.fix?.replacement) == ["\"data.dst_port=80,443\""])
  }

  @Test func `everything wrong in every file is reported in one run, and nothing is applied`() {
    let files = [
      ("a", Self.plain.replacing("uid=0", with: "uid=x")), ("b", "type: ["), ("c", Self.resource),
      ("d", Self.json.replacing("tcp", with: "tpc").replacing("uid=0", with: "udi=0")),
    ].map { SourceFile(name: $0, bytes: Array($1.utf8)) }
    let set = PolicySet.parse(files).checked()
    #expect(
      set.diagnostics.map { "\($0.source):\($0.range?.start.line ?? 0) \($0.code)" } == [
        "a:5 invalid-value", "b:1 syntax", "d:1 unknown-scope", "d:1 unknown-event",
      ])
    #expect(set.plan == nil)
  }
}
