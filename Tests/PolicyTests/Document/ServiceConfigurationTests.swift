// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Policy

struct ServiceConfigurationTests {
  private func parse(_ text: String) -> (ServiceConfiguration, [String]) {
    let (values, found) = ServiceConfiguration.parse(
      SourceFile(name: "c", bytes: Array(text.utf8)))
    return (values, found.map(ConciseRenderer.line))
  }

  @Test func `each key has the form that the schema gives it`() {
    let (values, found) = parse(
      """
      policies: [/a, "/b:/c"]
      outputs: json:/x
      variables: {PORT: 80, NETS: [10.0.0.0/8, "::1"]}
      watch: true
      metrics: 127.0.0.1:9435
      state:
      """)
    #expect(found == [])
    #expect(values.lists["policies"]?.map(\.text) == ["/a", "/b:/c"])
    #expect(values.lists["outputs"]?.map(\.text) == ["json:/x"])
    #expect(values.variables == ["PORT": "80", "NETS": "10.0.0.0/8,::1"])
    #expect(values.flags == ["watch": true])
    #expect(values.texts.mapValues(\.text) == ["metrics": "127.0.0.1:9435"])
  }

  @Test(arguments: [
    ("polices: [a]", "c:1:1: error: the configuration has no key `polices` [unknown-key]"),
    ("- a", "c:1:1: error: the configuration must be a mapping, not a list [wrong-type]"),
    ("watch: yes", "c:1:8: error: `watch` must be true or false, not text [wrong-type]"),
    ("state: [a]", "c:1:8: error: `state` must be text, not a list [wrong-type]"),
    ("policies: {a: b}", "c:1:11: error: `policies` must be a list, not a mapping [wrong-type]"),
    ("variables: {1a: b}", "c:1:13: error: this cannot be the name of a variable [invalid-name]"),
    ("state: a\n---\nstate: b", "c:3:1: error: a configuration is one document [syntax]"),
  ])
  func `what is wrong has its place`(text: String, finding: String) {
    #expect(parse(text).1 == [finding])
  }

  @Test func `nothing at all is a configuration`() {
    for text in ["", "# nothing\n", "{}"] { #expect(parse(text).1 == []) }
  }
}
