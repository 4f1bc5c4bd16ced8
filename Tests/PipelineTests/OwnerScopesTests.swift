// SPDX-License-Identifier: Apache-2.0

import CBPF
import Policy
import TestSupport
import Testing

@testable import Pipeline

/// What is remembered of owners.
@Suite struct OwnerScopesTests {
  private static let undecided = [
    Undecided(scope: [Clause(.comm, Condition(included: [.text(.suffix("url"))]))]),
    Undecided(scope: [Clause(.cgroup, Condition(included: [.text(.contains("pod"))]))]),
    Undecided(),
    Undecided(scope: [Clause(.userID, Condition(excluded: [.numbers(1000...1000)]))]),
  ]

  @Test func `answers are those of the owner as it is now`() throws {
    var scopes = OwnerScopes(Self.undecided)
    var sample = SampleRecord(SamplePacket.ipv4(6, SamplePacket.tcp()))
    sample.own()
    #expect(try answers(&scopes, sample) == [true, false, true, false])
    // Somebody else at the same place.
    sample.header.owner.id += 256
    sample.header.owner.uid = 0
    SampleRecord.fill(&sample.header.owner.comm, "wget".utf8)
    #expect(try answers(&scopes, sample) == [false, false, true, true])
    // What records do not carry is found out later.
    #expect(try answers(&scopes, sample, cgroup: "/a/pod1") == [false, true, true, true])
    #expect(try answers(&scopes, sample, cgroup: "/a") == [false, false, true, true])
  }

  @Test func `nobody meets no scope`() throws {
    var scopes = OwnerScopes(Self.undecided)
    let sample = SampleRecord(SamplePacket.ipv4(6, SamplePacket.tcp()))
    #expect(try answers(&scopes, sample) == [false, false, true, false])
  }

  private func answers(
    _ scopes: inout OwnerScopes, _ sample: SampleRecord, cgroup: String = ""
  ) throws -> [Bool] {
    try sample.read { record, _ in
      scopes.look(at: record.owner) { $0.cgroupPath = cgroup }
      return Self.undecided.indices.map { scopes.meets($0) }
    }
  }
}
