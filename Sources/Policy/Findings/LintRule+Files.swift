/// The codes of findings about files: whether they can be read, and have the shape of a policy.
extension LintRule {
  static let syntax = LintRule(
    "syntax", .error, "A file is YAML or JSON that can be read",
    rationale: """
      What is not YAML cannot be understood, and guessing would trace something else. JSON is \
      read as the YAML that it is. Aliases, depth and tags are bounded. A document that cannot be \
      read does not hide those that follow it.
      """,
    good: [
      Example.policy()
    ],
    bad: [
      Example.policy(scope: "[comm=nginx"),
      "type: policy\n\tname: web\n",
    ])

  static let unknownForm = LintRule(
    "unknown-form", .error, "A document is a policy in one of the two forms",
    rationale: """
      A policy begins with `type: policy`, or with `apiVersion: tracee.aquasec.com/v1beta1` and \
      `kind: Policy`. Anything else in a folder of policies is there by mistake.
      """,
    good: [
      Example.policy()
    ],
    bad: [
      "- net_packet_tcp\n",
      Example.policy().replacing("type: policy", with: "type: rule"),
    ])

  static let unknownKey = LintRule(
    "unknown-key", .error, "Every key is one that policies have",
    rationale: """
      A misspelt key that was passed over would silently drop a filter, and trace more than was \
      asked for.
      """,
    good: [
      Example.policy()
    ],
    bad: [
      Example.policy(rules: "  - evnt: net_packet_tcp")
    ],
    isFixable: true)

  static let duplicateKey = LintRule(
    "duplicate-key", .error, "No key is given twice in one mapping",
    rationale: """
      YAML readers keep one of the two and drop the other without a word.
      """,
    good: [
      Example.policy()
    ],
    bad: [
      Example.policy() + "name: other\n"
    ])

  static let missingKey = LintRule(
    "missing-key", .error, "Every key that a policy must have is there",
    rationale: """
      A policy has a name, a scope and rules, and a rule has an event.
      """,
    good: [
      Example.policy()
    ],
    bad: [
      "type: policy\nname: web\nrules: [{event: net_packet_tcp}]\n"
    ])

  static let wrongType = LintRule(
    "wrong-type", .error, "Every value is of the kind that its key takes",
    rationale: """
      Lists are lists, also of one element, and expressions are text. YAML reads `- data.x=a: b` \
      as a mapping: such a text needs quotes.
      """,
    good: [
      Example.policy(scope: "[comm=nginx]")
    ],
    bad: [
      Example.policy(scope: "comm=nginx"),
      Example.policy(scope: "[comm: nginx]"),
    ])

  static let unquotedComma = LintRule(
    "unquoted-comma", .error, "In a list in brackets, expressions with commas are in quotes",
    rationale: """
      YAML splits `[data.dst_port=80,443]` into `data.dst_port=80` and `443`. Quotes keep it \
      whole; in a list of lines, each of which begins with `- `, none are needed.
      """,
    good: [
      Example.policy(filters: "[\"data.dst_port=80,443\"]"),
      Example.policy(filters: "\n      - data.dst_port=80,443"),
    ],
    bad: [
      Example.policy(filters: "[data.dst_port=80,443]"),
      Example.policy(scope: "[comm=nginx,envoy, not-container]"),
    ], isFixable: true)

  static let noPolicy = LintRule(
    "no-policy", .warning, "A file holds at least one policy",
    rationale: """
      An empty file among policies was probably meant to say something. It is an error when none \
      of the files holds a policy.
      """,
    good: [
      Example.policy()
    ],
    bad: [
      "# to be written\n"
    ])
}
