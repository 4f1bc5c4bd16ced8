// SPDX-License-Identifier: Apache-2.0

import Policy

/// One file for each mistake that the linter knows.
enum EveryMistake {
  /// A file, and the finding that it is there for.
  struct File: Sendable {
    var name: String
    var text: String
    var code: String
    /// Where the finding is, in the file as it stands alone.
    var line: Int?
  }

  /// The bad examples of all rules, and files for the codes that have none.
  ///
  /// Their policies and signatures have names of their own, unless that is the mistake.
  static let files: [File] = {
    let written = LintRules.all.flatMap { rule in rule.bad.map { (rule.code, $0) } } + handwritten
    return written.enumerated().map { index, mistake in
      let number = String(1000 + index)
      let text = mistake.1.replacing("name: web", with: "name: web-\(number)")
        .replacing(/(name|event): scan\b/) { "\($0.output.1): scan-\(number)" }
      let source = SourceFile(name: "x", bytes: Array(text.utf8))
      let alone = PolicySet.parse([source]).checked().diagnostics
      return File(
        name: "\(number)-\(mistake.0).yaml", text: text, code: mistake.0,
        line: alone.first { $0.code == mistake.0 }?.range?.start.line)
    }
  }()

  private static let handwritten = [
    (
      "unsupported-scope",
      """
      type: policy
      name: web
      scope: [podName=web]
      rules: [{event: net_packet_tcp}]

      """
    ),
    (
      "unsupported-field",
      """
      type: policy
      name: web
      scope: [comm=nginx]
      rules:
        - event: net_packet_tcp
          filters: [timestamp>0]

      """
    ),
  ]

  /// One file with a mistake on nearly every line, and what is to be said of it.
  static let crowded = """
    type: policy
    nmae: Crowded
    scope: ["commm=a", not-container, "uid=root"]
    rules:
      - event: net_packet_tpc
        filters: [data.dst_port=80,443]
      - event: net_packet_tcp
        filters:
          - data.dst_port=70000
          - data.dst>10.0.0.1
          - data.dst=10.1.2.3/8
          - podName=web
          - data.src_port=
          - args.proto_tcp.SYN=1
          - comm=*sh
        actions: [kill]
      - evnt: net_packet_udp
        event: net_packet_udp
        event: net_packet_udp
    defaultActions: log

    """

  static let crowdedFindings = [
    "2:1 error unknown-key", "2:7 error invalid-name", "3:10 error unknown-scope",
    "3:40 error invalid-value", "5:12 error unknown-event", "6:15 error unquoted-comma",
    "9:23 error invalid-value", "10:17 error invalid-operator", "11:18 warning cidr-host-bits",
    "12:9 error unsupported-scope", "13:22 error empty-value", "14:9 warning deprecated-args",
    "15:9 note user-space-filter", "16:15 error unknown-action", "17:5 error unknown-key",
    "19:5 error duplicate-key", "20:17 error wrong-type",
  ]
}
