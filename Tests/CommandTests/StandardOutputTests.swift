// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

/// What commands that print something do when nobody gets it.
@Suite struct StandardOutputTests {
  @Test(arguments: [
    ["schema", "event"], ["list", "events"], ["list", "sets", "--format", "json"],
    ["lint", "--explain", "unknown-key"], ["explain", "-e", "net_packet_tcp.data.dst_port=80"],
    ["doctor"],
  ])
  func `what cannot be printed is an error`(arguments: [String]) async throws {
    for (place, reason) in [(">/dev/full", "No space left on device"), (">&-", "Bad file")] {
      let printed = try await outcome(
        of: ["sh", "-c", "exec \"$@\" \(place)", "sh", Tracer.path] + arguments)
      #expect(printed.ending == .exited(2), "\(place)")
      #expect(
        printed.errors.contains("tracee-policy: cannot write to standard output: \(reason)"),
        "\(printed.errors)")
    }
  }

  @Test func `a reader that has seen enough is none`() async throws {
    let script = "trap '' PIPE; { \"$0\" schema event; echo \"exit $?\" >&2; } | true"
    let printed = try await outcome(of: ["sh", "-c", script, Tracer.path])
    #expect(printed.errors == "exit 0\n")
  }
}
