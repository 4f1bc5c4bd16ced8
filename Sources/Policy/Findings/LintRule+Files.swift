// SPDX-License-Identifier: Apache-2.0

/// The lint rules about files: whether they can be read, and have the structure of a policy.
extension LintRule {
  static let syntax = LintRule(
    "syntax", .error, "A file is YAML or JSON that can be read",
    rationale: """
      A file that is not YAML cannot be understood, and guessing would trace something else. JSON \
      is read as YAML. Aliases, nesting depth and tags are limited. A document that cannot be read \
      does not hide those after it.
      """,
    good: [
      Example.policy()
    ],
    bad: [
      Example.policy(scope: "[comm=nginx"),
      "type: policy\n\tname: web\n",
      Example.policy(filters: "\n      - !comm=curl"),
    ], isFixable: true)

  static let unknownForm = LintRule(
    "unknown-form", .error, "A document is a policy in one of the two forms",
    rationale: """
      A policy starts with `type: policy`, or with `apiVersion: tracee.aquasec.com/v1beta1` and \
      `kind: Policy`. Anything else in a directory of policies is probably there by mistake.
      """,
    good: [
      Example.policy()
    ],
    bad: [
      "- net_packet_tcp\n",
      Example.policy().replacing("type: policy", with: "type: rule"),
    ])

  static let unknownKey = LintRule(
    "unknown-key", .error, "Every key is a known key",
    rationale: """
      If a misspelt key were ignored, a filter would be dropped silently, and more would be traced \
      than was asked for.
      """,
    good: [
      Example.policy()
    ],
    bad: [
      Example.policy(rules: "  - evnt: net_packet_tcp")
    ],
    isFixable: true)

  static let duplicateKey = LintRule(
    "duplicate-key", .error, "No key appears twice in one mapping",
    rationale: """
      YAML parsers keep one of the two and silently drop the other.
      """,
    good: [
      Example.policy()
    ],
    bad: [
      Example.policy() + "name: other\n"
    ])

  static let missingKey = LintRule(
    "missing-key", .error, "No required key is missing",
    rationale: """
      A policy needs a name, a scope and rules, and a rule needs an event.
      """,
    good: [
      Example.policy()
    ],
    bad: [
      "type: policy\nname: web\nrules: [{event: net_packet_tcp}]\n"
    ])

  static let wrongType = LintRule(
    "wrong-type", .error, "Every value is of the type that its key takes",
    rationale: """
      A list of one element is still written as a list, and expressions are text. YAML reads \
      `- data.x=a: b` as a mapping, so such a text needs quotes.
      """,
    good: [
      Example.policy(scope: "[comm=nginx]")
    ],
    bad: [
      Example.policy(scope: "comm=nginx"),
      Example.policy(scope: "[comm: nginx]"),
    ], isFixable: true)

  static let unquotedComma = LintRule(
    "unquoted-comma", .error, "In a list in brackets, expressions with commas are quoted",
    rationale: """
      YAML splits `[data.dst_port=80,443]` into `data.dst_port=80` and `443`. Quotes keep it \
      together; in a list of lines that begin with `- `, no quotes are needed.
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
    "no-policy", .warning, "A file contains at least one policy",
    rationale: """
      An empty file among policies was probably not meant to be empty. It is an error if none of \
      the files contains a policy.
      """,
    good: [
      Example.policy()
    ],
    bad: [
      "# to be written\n"
    ])
}
