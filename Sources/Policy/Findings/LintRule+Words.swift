/// The codes of findings about words: names, keys, events, operators and values.
extension LintRule {
  static let invalidName = LintRule(
    "invalid-name", .error, "The name of a policy is a DNS-1123 subdomain",
    rationale: """
      The name appears in every event. It has 1 to 253 characters of a-z, 0-9, `-` and `.`, and \
      each part between dots begins and ends with a letter or a digit.
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
      Events say by name which policies wanted them; two policies of one name could not be told \
      apart.
      """,
    good: [
      Example.policy() + "---\n" + Example.policy().replacing("name: web", with: "name: api")
    ],
    bad: [
      Example.policy() + "---\n" + Example.policy()
    ])

  static let unknownScope = LintRule(
    "unknown-scope", .error, "Every expression of a scope begins with a key that scopes have",
    rationale: """
      A scope that is not understood cannot be narrowed to, and must not be passed over.
      """,
    good: [
      Example.policy(scope: "[uid=1000]")
    ],
    bad: [
      Example.policy(scope: "[usr=1000]")
    ])

  static let unsupportedScope = LintRule(
    "unsupported-scope", .error, "No expression asks for a scope that is not decided yet",
    rationale: """
      The key belongs to the language, but this version cannot decide it, and will not pretend \
      to.
      """,
    good: [
      Example.policy(scope: "[uid=1000]")
    ],
    bad: [])

  static let unknownEvent = LintRule(
    "unknown-event", .error, "Every event is one that exists",
    rationale: """
      The event is neither a name, nor a set, nor a prefix of names with a star behind it.
      """,
    good: [
      Example.policy(event: "net_packet_*"),
      Example.policy(event: "net_packet_tcp,net_packet_udp"),
    ],
    bad: [
      Example.policy(event: "net_packet_tpc")
    ])

  static let unsupportedEvent = LintRule(
    "unsupported-event", .error, "No event is one that Tracee has and this tracer has not yet",
    rationale: """
      Files written for Tracee load unchanged, but what cannot be traced is said, never left out \
      in silence.
      """,
    good: [
      Example.policy()
    ],
    bad: [
      Example.policy(event: "openat")
    ])

  static let unknownField = LintRule(
    "unknown-field", .error, "Every filter asks about something that its event has",
    rationale: """
      A filter on a field that an event lacks would match nothing, or everything.
      """,
    good: [
      Example.policy(filters: "[data.dst_port=80]")
    ],
    bad: [
      Example.policy(filters: "[data.dst_prot=80]"),
      Example.policy(event: "net_packet_icmp", filters: "[data.dst_port=80]"),
    ])

  static let unsupportedField = LintRule(
    "unsupported-field", .error, "No filter asks about a field that is not decided yet",
    rationale: """
      The field belongs to the language, but this version cannot decide it, and will not pretend \
      to.
      """,
    good: [
      Example.policy(filters: "[data.dst_port=80]")
    ],
    bad: [])

  static let eventLeftOut = LintRule(
    "event-left-out", .warning,
    "No event of a set or prefix lacks the field that a filter asks about",
    rationale: """
      The rule goes on without the events that lack the field. Name the events that are meant, or \
      give the others a rule of their own.
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
      Both send the event to the outputs. There are no others.
      """,
    good: [
      Example.policy() + "defaultActions: [log]\n"
    ],
    bad: [
      Example.policy() + "defaultActions: [kill]\n"
    ])

  static let invalidOperator = LintRule(
    "invalid-operator", .error, "Every key has an operator that it takes",
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
      A port is at most 65535, a prefix of IPv4 at most 32 bits long, and so on. The help line \
      says what the key takes.
      """,
    good: [
      Example.policy(filters: "[data.dst=10.0.0.0/8]")
    ],
    bad: [
      Example.policy(filters: "[data.dst_port=70000]"),
      Example.policy(filters: "[data.dst=10.0.0.0/33]"),
    ])

  static let emptyValue = LintRule(
    "empty-value", .error, "Nothing that must be given is empty",
    rationale: """
      An empty value is no filter for emptiness, and an empty scope or list of rules selects \
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
    "global-not-alone", .error, "`global` stands alone",
    rationale: """
      Everything, and something of it, contradict each other.
      """,
    good: [
      Example.policy(scope: "[global]", filters: "[data.dst_port=80]")
    ],
    bad: [
      Example.policy(scope: "[global, comm=nginx]")
    ])
}
