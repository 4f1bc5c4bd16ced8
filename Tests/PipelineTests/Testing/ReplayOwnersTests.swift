// SPDX-License-Identifier: Apache-2.0

import Policy
import Testing

@testable import Pipeline

/// Owners that are known for the frames of a capture.
struct ReplayOwnersTests {
  private static let policies = """
    type: policy
    name: shells
    scope: [follow, comm=bash]
    rules: [{ event: net_packet_tcp }]
    ---
    type: policy
    name: xs
    scope: ["comm=*x*"]
    rules: [{ event: net_packet_tcp }]
    """

  @Test func `an owner is not taken for another after a process came into a scope with follow`()
    throws
  {
    let file = SourceFile(name: "p.yaml", bytes: Array(Self.policies.utf8))
    let plan = try #require(PolicySet.parse([file]).checked().plan)
    let packet = try PacketExpression("egress tcp 10.0.0.2:5 > 10.0.0.9:80 SYN")
    let bytes = try #require(PacketBytes(packet)).bytes
    let owners = try ["comm=axa pid=5", "comm=bash pid=7", "comm=axa pid=5", "comm=z pid=7"].map {
      try OwnerExpression($0)
    }
    var capture = StepsCapture()
    for index in owners.indices {
      capture.add(bytes, at: UInt64(index) * 1_000_000_000, isEgress: true)
    }
    var run = ReplayRun(
      ReplayPlan(plan), CaptureReader(CaptureInput(capture.bytes)), outputs: [], tallies: true)
    run.owners = ReplayOwners(frames: owners)
    try run.run()
    #expect(
      run.tally.counts == [
        EventTally.Key(event: .tcp, policies: [0]): 2,
        EventTally.Key(event: .tcp, policies: [1]): 2,
      ])
  }
}
