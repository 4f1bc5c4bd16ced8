// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// What configuration management asks before it ships policies.
@Suite struct `files for a fleet` {
  private static func policy(_ name: String, _ filter: String = "data.dst_port=443") -> String {
    """
    type: policy
    name: \(name)
    scope: [comm=nginx]
    rules:
      - event: net_packet_tcp
        filters: ["\(filter)"]

    """
  }

  @Test func `a file is checked as it will be among the others`() async throws {
    try await withStage { stage in
      let folder = try stage.folder(["a.yaml": Self.policy("a"), "b.yaml": Self.policy("b")])
      let files = try stage.folder([
        "tmp1234": Self.policy("a", "data.dst_port=80"), "broken": Self.policy("c", "data.x=1"),
      ])
      func lint(_ file: String, _ arguments: String...) async throws -> Outcome {
        try await outcome(
          of: [Tracer.path, "lint", "\(files)/\(file)", "--in", folder, "--format", "concise"]
            + arguments)
      }
      #expect(try await lint("tmp1234", "--as", "a.yaml").ending == .exited(0))
      let twice = try await lint("tmp1234", "--as", "c.yaml")
      #expect(twice.ending == .exited(1))
      #expect(twice.output.contains("\(files)/tmp1234:2:7: error: "), "\(twice.output)")
      #expect(twice.output.hasSuffix("[duplicate-name]\n"))
      let broken = try await lint("broken", "--as", "b.yaml")
      #expect(broken.ending == .exited(1) && broken.output.contains("/broken:6:16: error: "))
      #expect(try await lint("tmp1234").ending == .exited(1))
      let empty = try stage.folder()
      let first = try await outcome(
        of: [Tracer.path, "lint", "\(files)/tmp1234", "--in", empty, "--as", "x.yaml"])
      #expect(first.ending == .exited(0))
      let missing = try await outcome(
        of: [Tracer.path, "lint", "\(files)/tmp1234", "--in", "\(empty)/none"])
      #expect(missing.ending == .exited(2))
    }
  }

  @Test func `what won among directories is listed, with what it replaced or masked`() async throws
  {
    try await withStage { stage in
      let (first, second) = (
        try stage.folder(["a.yaml": Self.policy("a")]),
        try stage.folder(["a.yaml": "broken: [", "b.yaml": "[", "c.yaml": Self.policy("c")])
      )
      try FileManager.default.createSymbolicLink(
        atPath: "\(first)/b.yaml", withDestinationPath: "/dev/null")
      let both = "\(first):\(second)"
      let listing = try await run(Tracer.path, "list", "policies", "--sources", both)
      let rows = listing.split(separator: "\n").dropFirst().map {
        $0.split(separator: " ").map { $0.replacing(first, with: "1").replacing(second, with: "2") }
      }
      #expect(
        rows == [
          ["1/a.yaml", "read"], ["2/a.yaml", "replaced", "1/a.yaml"], ["1/b.yaml", "mask"],
          ["2/b.yaml", "masked", "1/b.yaml"], ["2/c.yaml", "read"],
        ])
      #expect(try await run(Tracer.path, "lint", both).hasSuffix("2 policies of 2 files\n"))
    }
  }

  @Test func `a configuration is checked with the policies that it names`() async throws {
    try await withStage { stage in
      let folder = try stage.folder(["a.yaml": Self.policy("a", "data.dst_port=${PORT}")])
      func lint(_ text: String, _ arguments: String...) async throws -> Outcome {
        let file = try stage.folder(["config.yaml": text]) + "/config.yaml"
        return try await outcome(of: [Tracer.path, "lint", "--config", file] + arguments)
      }
      let good = "policies: [\(folder)]\nvariables: {PORT: 443}\n"
      #expect(try await lint(good).output == "no problems in 1 policy of 1 file\n")
      #expect(try await lint("policies: [\(folder)]\n").ending == .exited(1))
      #expect(
        try await lint("policies: [\(folder)]\n", "--set", "PORT=443").ending == .exited(0))
      for (line, words) in [
        ("polices: []", "error[unknown-key]: the configuration has no key `polices`"),
        ("buffer: huge", "error[invalid-value]: `huge` is no value for `buffer`"),
        ("outputs: [jsn]", "error[invalid-value]: `jsn` is no value for `outputs`"),
        ("signatures: ['/p,on-full=x']", "error[invalid-value]: `/p,on-full=x` is no value for"),
        ("metrics: localhost:1", "error[invalid-value]: `localhost:1` is no value for `metrics`"),
        ("stats-every: 5", "error[invalid-value]: `5` is no value for `stats-every`"),
        (
          "outputs: ['json:/a', 'http://h/', 'http://h/', 'table:/a']",
          "error[invalid-value]: `table:/a` is no value for `outputs`"
        ),
      ] {
        let outcome = try await lint("variables: {PORT: 443}\n" + line)
        #expect(outcome.ending == .exited(1) && outcome.errors.hasPrefix(words), "\(outcome)")
        #expect(outcome.errors.contains("config.yaml:2:"))
      }
      let routed = try await lint(good + "outputs: ['json:/a,policies=a', 'json:/b,policies=b']\n")
      #expect(routed.ending == .exited(0))
      #expect(
        routed.errors
          == "tracee-policy: warning: `--output json:/b`: there is no policy `b`: did you mean `a`?; "
          + "the output gets no events of it\n")
    }
  }

  @Test func `completions know events, fields, scopes and codes`() async throws {
    let bash = try await run(Tracer.path, "--generate-completion-script", "bash")
    #expect(bash.contains("unknown-variable") && bash.contains("net_packet_dns_request"))
    for (words, wanted) in [
      (["--events", "net_packet_t"], "net_packet_tcp"),
      (["--events", "net_packet_tcp.data.ds"], "net_packet_tcp.data.dst_port="),
      (["--scope", "co"], "comm="), (["--output", "js"], "json"),
    ] {
      let found = try await CompletionProbe.candidates(words)
      #expect(found.contains(wanted), "\(words): \(found)")
    }
  }
}

/// The completion script of bash, in bash.
@Suite(.enabled(if: Machine.has("bash"), "needs bash")) struct BashCompletionTests {
  @Test(arguments: [
    ("", "ctl"), ("-", "--metrics-file"), ("-e net_packet_t", "net_packet_tcp"),
    ("apply -e net_packet_t", "net_packet_tcp"),
    ("policies/ --scope co", "comm="), ("--watch -o js", "json"), ("ctl re", "reload"),
    ("lint --explain unknown-v", "unknown-variable"), ("lint --st", "--strict"),
  ])
  func `without a command, words are completed as those of apply`(line: String, wanted: String)
    async throws
  {
    let script = try await run(Tracer.path, "--generate-completion-script", "bash")
    let probe = """
      PATH=$1:$PATH
      COMP_LINE="tracee-policy $2"
      COMP_POINT=${#COMP_LINE}
      read -r -a COMP_WORDS <<<"$COMP_LINE"
      [[ $COMP_LINE == *' ' ]] && COMP_WORDS+=('')
      COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
      function=$(complete -p tracee-policy)
      function=${function##*-F }
      ${function% *} tracee-policy "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
      printf '%s\\n' "${COMPREPLY[@]}"
      """
    let folder = URL(filePath: Tracer.path).deletingLastPathComponent().path
    let found = try await run("bash", "-c", script + "\n" + probe, "bash", folder, line)
    #expect(found.split(separator: "\n").contains(Substring(wanted)), "\(found)")
  }
}

/// Asks the program for completions, as the script of bash does.
enum CompletionProbe {
  static func candidates(_ words: [String]) async throws -> [String] {
    let option = words[0]
    let text = try await run(
      [
        "env", "SAP_SHELL=bash", Tracer.path, "---completion", "apply", "--", option, "3",
        "\(words[1].count)", "tracee-policy", "apply",
      ] + words)
    return text.split(separator: "\n").map(String.init)
  }
}
