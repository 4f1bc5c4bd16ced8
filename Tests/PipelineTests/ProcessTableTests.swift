// SPDX-License-Identifier: Apache-2.0

import CBPF
import Policy
import Testing

@testable import Pipeline

/// What `tree` and `follow` mean: `docs/policy-language.md` §3, as processes come and go.
struct ProcessTableTests {
  /// A table for a policy that follows whoever is called `a`, fed by hand.
  private struct Story {
    let table: ProcessTable

    init() {
      var rule = PlanRule(policy: 0, event: .tcp)
      rule.followed = [Clause(.comm, Condition(included: [.text(.exact("a"))]))]
      table = ProcessTable { _ in }
      table.add(TracePlan(policies: ["p"], rules: [rule]), generation: 1)
    }

    /// What becomes of process `id`, which is called `comm` after that.
    func tell(
      _ change: ProcessRecord.Change, _ id: UInt32, parent: UInt32 = 0, comm: String = "x",
      started: UInt64 = 0, parentStarted: UInt64 = 0
    ) throws {
      var record = tp_process()
      record.kind = TP_RECORD_PROCESS.rawValue
      record.change = change.rawValue
      record.pid = id
      record.parent = parent
      record.start_time = started
      record.parent_start_time = parentStarted
      if change != .exited {
        record.owner.id = 7
        record.owner.pid = id
        record.owner.ppid = parent
        record.owner.leader_start_time = started
        SampleRecord.fill(&record.owner.comm, comm.utf8)
      }
      let bytes = withUnsafeBytes(of: record) { Array($0) }
      guard let read = ProcessRecord(bytes.span.bytes) else { throw SampleRecord.Refused() }
      table.apply(read)
    }

    /// What is known of the owner of a packet.
    func owner(
      _ id: UInt32, parent: UInt32 = 0, comm: String = "x", started: UInt64 = 0
    ) -> Owner {
      var owner = Owner()
      owner.processID = id
      owner.startTime = started
      owner.parentProcessID = parent
      owner.comm = comm
      table.describe(&owner, generation: 1)
      return owner
    }

    func isFollowed(_ id: UInt32) -> Bool { owner(id).followedPolicies == [0] }
  }

  @Test func `descendants are known whether they were forked before or after the start`() throws {
    let story = Story()
    // Found in any order.
    try story.tell(.found, 12, parent: 11)
    try story.tell(.found, 10, parent: 1)
    try story.tell(.found, 11, parent: 10)
    try story.tell(.forked, 13, parent: 12)
    #expect(story.owner(12).ancestors == [11, 10, 1])
    #expect(story.owner(13).ancestors == [12, 11, 10, 1])
  }

  @Test func `descendants are known whatever happens while the first are found`() throws {
    let story = Story()
    try story.tell(.found, 10, parent: 1)
    try story.tell(.found, 11, parent: 10)
    try story.tell(.forked, 20, parent: 1)
    try story.tell(.found, 12, parent: 11)
    #expect(story.owner(12).ancestors == [11, 10, 1])
  }

  @Test func `descendants with lower numbers are known too`() throws {
    let story = Story()
    try story.tell(.found, 12, parent: 31)
    try story.tell(.forked, 20, parent: 12)
    try story.tell(.found, 30, parent: 1)
    try story.tell(.found, 31, parent: 30)
    #expect(story.owner(12).ancestors == [31, 30, 1])
    #expect(story.owner(20).ancestors == [12, 31, 30, 1])
  }

  @Test func `a parent that has ended stays an ancestor`() throws {
    let story = Story()
    try story.tell(.found, 10, parent: 1)
    try story.tell(.forked, 11, parent: 10)
    try story.tell(.forked, 12, parent: 11)
    try story.tell(.exited, 11)
    #expect(story.owner(12, parent: 1).ancestors == [11, 10, 1])
    try story.tell(.forked, 13, parent: 12)
    #expect(story.owner(13).ancestors == [12, 11, 10, 1])
  }

  @Test func `a process whose parents run in a circle has an end`() throws {
    let story = Story()
    try story.tell(.found, 10, parent: 11)
    try story.tell(.found, 11, parent: 10)
    #expect(story.owner(10).ancestors == [11, 10])
  }

  @Test func `the number of a process that has ended can be that of another`() throws {
    let story = Story()
    try story.tell(.forked, 10, parent: 1, comm: "a")
    #expect(story.isFollowed(10))
    try story.tell(.exited, 10)
    try story.tell(.forked, 10, parent: 2)
    #expect(story.owner(10).ancestors == [2])
    #expect(!story.isFollowed(10))
  }

  @Test(arguments: [ProcessRecord.Change.found, .forked, .executed, .renamed])
  func `whoever matches at the start, a fork, an exec or a change of name stays in`(
    change: ProcessRecord.Change
  ) throws {
    let story = Story()
    if change != .found { try story.tell(.found, 10, parent: 1) }
    try story.tell(change, 10, parent: 1, comm: "a")
    try story.tell(.renamed, 10, comm: "x")
    #expect(story.isFollowed(10))
    try story.tell(.executed, 10, comm: "y")
    #expect(story.isFollowed(10))
  }

  @Test func `whoever matches with a packet stays in`() throws {
    let story = Story()
    try story.tell(.found, 10, parent: 1)
    #expect(!story.isFollowed(10))
    _ = story.owner(10, comm: "a")
    #expect(story.isFollowed(10))
  }

  @Test func `what is forked later stays in, and children that were there before do not`() throws {
    let story = Story()
    try story.tell(.found, 10, parent: 1)
    try story.tell(.forked, 11, parent: 10)
    try story.tell(.renamed, 10, comm: "a")
    try story.tell(.forked, 12, parent: 10)
    try story.tell(.forked, 13, parent: 12)
    #expect([10, 11, 12, 13].map(story.isFollowed) == [true, false, true, true])
  }

  @Test func `children that were found beside a parent that matches are not followed`() throws {
    let story = Story()
    try story.tell(.found, 10, parent: 1, comm: "a")
    try story.tell(.found, 11, parent: 10)
    #expect([10, 11].map(story.isFollowed) == [true, false])
  }

  @Test func `the last packets of a process that has ended are still its own`() throws {
    let story = Story()
    try story.tell(.forked, 10, parent: 1, comm: "a")
    try story.tell(.exited, 10)
    #expect(story.isFollowed(10))
    #expect(story.owner(10).ancestors == [1])
  }

  @Test func `who has the number of another is not that one, before and after`() throws {
    let story = Story()
    try story.tell(.forked, 10, parent: 1, comm: "a", started: 5)
    try story.tell(.exited, 10, started: 5)
    try story.tell(.forked, 10, parent: 2, started: 7)
    #expect(story.owner(10, started: 7).ancestors == [2])
    #expect(story.owner(10, started: 7).followedPolicies == [])
    #expect(story.owner(10, started: 5).ancestors == [1])
    #expect(story.owner(10, started: 5).followedPolicies == [0])
    // A third one whose fork was not recorded is known by its parent alone.
    #expect(story.owner(10, parent: 3, started: 9).ancestors == [3])
    // The end of the first one, once more, is not the end of the second.
    try story.tell(.exited, 10, started: 5)
    #expect(story.owner(10, started: 7).ancestors == [2])
  }

  @Test
  func
    `of a chain of forks the nearest and the farthest ancestors are known, and the rest is counted`()
    throws
  {
    let story = Story()
    let limit = UInt32(ProcessTable.ancestorLimit)
    let last: UInt32 = 16_000
    for id in 2...last {
      try story.tell(
        .forked, id, parent: id - 1, started: UInt64(id), parentStarted: UInt64(id - 1))
      if id > 2 { try story.tell(.exited, id - 1, started: UInt64(id - 1)) }
    }
    let nearest = (1...limit / 2).map { last - $0 }
    let farthest = (1...limit / 2).reversed()
    #expect(story.owner(last, started: UInt64(last)).ancestors == nearest + farthest)
    #expect(story.table.cut == UInt64(last - 1 - limit))
    #expect(story.table.refused == 0)
  }

  @Test func `those that have exited are remembered until many more have`() throws {
    let story = Story()
    let count = UInt32(ProcessTable.exitedLimit)
    for id in 1...count + 1 {
      try story.tell(.forked, id, parent: 0, comm: "a")
      try story.tell(.exited, id)
    }
    #expect([1, 2, count + 1].map(story.isFollowed) == [false, true, true])
  }

  @Test func `whoever matches and is not known takes no room for good`() throws {
    let story = Story()
    for id in 1...UInt32(ProcessTable.exitedLimit) + 1 { _ = story.owner(id, comm: "a") }
    #expect([1, 3].map(story.isFollowed) == [false, true])
  }

  @Test func `more processes than there is room for are counted`() throws {
    let story = Story()
    let limit = UInt32(ProcessTable.livingLimit)
    for id in 1...limit + 3 { try story.tell(.forked, id, parent: 0) }
    #expect(story.table.refused == 3)
    try story.tell(.exited, 1)
    try story.tell(.forked, limit + 1, parent: 0, comm: "a")
    #expect(story.table.refused == 3 && story.isFollowed(limit + 1))
  }
}
