// SPDX-License-Identifier: Apache-2.0

/// The lint rules about words: names, keys, events, operators and values.
extension LintRule {
  static let invalidName = LintRule(
    "invalid-name", .error, "The name of a policy is a DNS-1123 subdomain",
    rationale: """
      The name appears in every event. It has 1 to 253 characters of a-z, 0-9, `-` and `.`, and \
      each part between dots starts and ends with a letter or a digit.
      """,
    good: [
      Example.policy()
    ],
    bad: [
      Example.policy().replacing("name: web", with: "name: Web_Tier")
    ])

  static let duplicateName = LintRule(
    "duplicate-name", .error, "Each policy has a name of its own",
    rationale: """
      Events list the names of the policies that they matched. Two policies of the same name could \
      not be told apart.
      """,
    good: [
      Example.policy() + "---\n" + Example.policy().replacing("name: web", with: "name: api")
    ],
    bad: [
      Example.policy() + "---\n" + Example.policy()
    ])

  static let unknownVariable = LintRule(
    "unknown-variable", .error, "Every variable has a value",
    rationale: """
      `${NAME}` in a scope or a filter stands for a value that differs from machine to machine. It \
      comes from `--set NAME=VALUE`, from `variables` of the service's configuration, or from the \
      environment, in this order. A variable without a value would filter by nothing at all.
      """,
    good: [
      Example.policy()
    ],
    bad: [
      Example.policy(filters: "[\"data.dst=${RESOLVERS}\"]"),
      Example.policy(filters: "[\"data.dst=${RESOLVERS\"]"),
    ])

  static let unknownScope = LintRule(
    "unknown-scope", .error, "Every expression of a scope starts with a known key",
    rationale: """
      If an unknown scope were ignored, more would be traced than was asked for.
      """,
    good: [
      Example.policy(scope: "[uid=1000]")
    ],
    bad: [
      Example.policy(scope: "[usr=1000]"),
      Example.policy(scope: "[com=nginx]"),
    ], isFixable: true)

  static let unsupportedScope = LintRule(
    "unsupported-scope", .error, "No expression uses a scope key that is not supported yet",
    rationale: """
      The key is part of the language, but this version cannot evaluate it, and does not ignore \
      it.
      """,
    good: [
      Example.policy(scope: "[uid=1000]")
    ],
    bad: [])

  static let unknownEvent = LintRule(
    "unknown-event", .error, "Every event exists",
    rationale: """
      The event is neither the name of an event, nor a set, nor a prefix followed by a star.
      """,
    good: [
      Example.policy(event: "net_packet_*"),
      Example.policy(event: "net_packet_tcp,net_packet_udp"),
    ],
    bad: [
      Example.policy(event: "net_packet_tpc")
    ], isFixable: true)

  static let unsupportedEvent = LintRule(
    "unsupported-event", .error, "Every event is supported",
    rationale: """
      Files written for Tracee load unchanged, but an event that tracee-policy cannot trace yet is \
      reported, never ignored.
      """,
    good: [
      Example.policy()
    ],
    bad: [
      Example.policy(event: "openat")
    ])

  static let unknownField = LintRule(
    "unknown-field", .error, "Every filter is about a field that its event has",
    rationale: """
      A filter on a field that an event lacks would match nothing, or everything.
      """,
    good: [
      Example.policy(filters: "[data.dst_port=80]")
    ],
    bad: [
      Example.policy(filters: "[data.dst_prot=80]"),
      Example.policy(event: "net_packet_icmp", filters: "[data.dst_port=80]"),
    ], isFixable: true)

  static let unsupportedField = LintRule(
    "unsupported-field", .error, "No filter uses a field that is not supported yet",
    rationale: """
      The field is part of the language, but this version cannot evaluate it, and does not ignore \
      it.
      """,
    good: [
      Example.policy(filters: "[data.dst_port=80]")
    ],
    bad: [])

  static let eventLeftOut = LintRule(
    "event-left-out", .warning,
    "Every event of a set or prefix has the fields of the filters",
    rationale: """
      The rule leaves out the events that lack the field. Name the events you mean, or write a \
      separate rule for the others.
      """,
    good: [
      Example.policy(event: "net_packet_tcp,net_packet_udp", filters: "[data.dst_port=80]")
    ],
    bad: [
      Example.policy(event: "net_packet_*", filters: "[data.dst_port=80]")
    ])

  static let unknownAction = LintRule(
    "unknown-action", .error, "Every action is `log` or `print`",
    rationale: """
      Both send the event to the outputs. There are no other actions.
      """,
    good: [
      Example.policy() + "defaultActions: [log]\n"
    ],
    bad: [
      Example.policy() + "defaultActions: [kill]\n"
    ])

  static let invalidOperator = LintRule(
    "invalid-operator", .error, "Every operator is one that its key takes",
    rationale: """
      All keys take `=` and `!=`; only numbers take `<`, `<=`, `>` and `>=`; bare words such as \
      `container` take none.
      """,
    good: [
      Example.policy(scope: "[uid>=1000]")
    ],
    bad: [
      Example.policy(scope: "[comm>=nginx]"),
      Example.policy(scope: "[comm]"),
    ])

  static let invalidValue = LintRule(
    "invalid-value", .error, "Every value is one that its key takes",
    rationale: """
      A port is at most 65535, an IPv4 prefix at most 32 bits long, and so on. The help line \
      shows what the key takes.
      """,
    good: [
      Example.policy(filters: "[data.dst=10.0.0.0/8]")
    ],
    bad: [
      Example.policy(filters: "[data.dst_port=70000]"),
      Example.policy(filters: "[data.dst=10.0.0.0/33]"),
      Example.policy(filters: "[data.dst=10.0.0.0/255.0.0.0]"),
    ], isFixable: true)

  static let emptyValue = LintRule(
    "empty-value", .error, "No required value is empty",
    rationale: """
      An empty value does not match empty fields, and an empty scope or list of rules selects \
      nothing.
      """,
    good: [
      Example.policy(filters: "[data.dst_port=80]")
    ],
    bad: [
      Example.policy(filters: "[data.dst_port=]"),
      Example.policy(scope: "[]"),
    ])

  static let globalNotAlone = LintRule(
    "global-not-alone", .error, "`global` is the only scope",
    rationale: """
      `global` selects everything, so a narrower scope next to it contradicts it.
      """,
    good: [
      Example.policy(scope: "[global]", filters: "[data.dst_port=80]")
    ],
    bad: [
      Example.policy(scope: "[global, comm=nginx]")
    ])
}
