// SPDX-License-Identifier: Apache-2.0

@testable import Policy

/// Reads any bytes as a file of owners, and asks its flows about packets.
enum FuzzOwners: FuzzTarget {
  static let name = "owners"
  static var seeds: [[UInt8]] {
    let head = """
      kind: PacketOwners
      owners: { a: comm=nginx pid=900 container=4f21, b: '!cgroup' }
      flows:

      """
    return [
      "- { between: 10.0.0.2:40000 8.8.8.8:53, owner: a }",
      "- { between: 10.0.0.2 8.8.8.8, owner: b }",
      "- { between: '[fd00::1]:1 fd00::2', owner: a }",
    ].map { Array((head + "  " + $0 + "\n").utf8) }
  }

  static func check(_ bytes: RawSpan) {
    let source = SourceFile(name: "x", bytes: bytes.array)
    let file = OwnersFile(source)
    FindingClaims.check(file.diagnostics, in: source, areShown: turn.comes())
    claim(
      !file.flows.isEmpty || !file.diagnostics.isEmpty, "there are flows, or there is a finding")
    for flow in file.flows.prefix(64) {
      let (first, second) = (flow.first, flow.second)
      claim(
        flow.holds(
          from: first.address, first.port ?? 7, to: second.address, second.port ?? 9)
          && flow.holds(from: second.address, second.port, to: first.address, first.port),
        "a flow holds the packets between its ends, in both directions")
    }
  }

  private nonisolated(unsafe) static var turn = Turn(each: 8)
}
