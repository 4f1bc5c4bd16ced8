// SPDX-License-Identifier: Apache-2.0

import CBPF
import Glibc
import Policy
import TestSupport
import Testing

@testable import Pipeline

/// What the kernel side, and the walk at the start, know of real cgroups.
@Suite(
  .serialized, .enabled(if: Machine.canTrace, Comment(rawValue: Machine.refusal ?? "")),
  .enabled(if: ControlGroup.root != nil, "needs cgroup v2"))
struct CgroupTests {
  private static func tracer(_ options: Pipeline.Tracer.Options = .init()) throws -> Pipeline.Tracer
  {
    let plan = TracePlan(policies: ["p"], rules: [PlanRule(policy: 0, event: .tcp)])
    return try Pipeline.Tracer(KernelTables(plan, generation: 1), options: options)
  }

  @Test func `the kernel and the walk at the start know the same of every cgroup, whoever made it`()
    async throws
  {
    let seed = SplitMix.seed()
    var random = SplitMix(state: seed)
    try await withStage { stage in
      let forest = try Forest(stage)
      let younger = try Self.tracer()
      for _ in 0..<300 { try forest.grow(&random) }
      let older = try Self.tracer()
      var contained = 0
      for tree in forest.members {
        let hint: Comment = "seed \(seed), \(String(decoding: tree.path, as: UTF8.self))"
        let first = try #require(younger.knownCgroups[tree.id], hint)
        let second = try #require(older.knownCgroups[tree.id], hint)
        for known in [first, second] {
          #expect(known.pathBytes == Array(tree.path.prefix(Int(TP_TEXT_LENGTH))), hint)
          #expect(known.containerBytes == tree.container.id ?? [], hint)
          let isContainer = known.flags & TP_OWNER_CONTAINER.rawValue != 0
          #expect(isContainer == (tree.container.id != nil), hint)
        }
        if tree.container.id != nil { contained += 1 }
      }
      #expect(contained > 20 && contained < forest.members.count - 20, "seed \(seed)")
      #expect(try younger.counts().cgroupsUnknown == 0 && older.counts().cgroupsUnknown == 0)
    }
  }

  @Test func `a container stays what it is however deep, long and odd the names below it are`()
    async throws
  {
    let id = String(repeating: "0a", count: 32)
    try await withStage { stage in
      let forest = try Forest(stage)
      let younger = try Self.tracer()
      var place = try forest.make(Array("docker-\(id).scope".utf8), below: 0)
      for level in 0..<80 {
        // Longer than any path that the kernel takes, and not UTF-8.
        let name: [UInt8] = level < 20 ? [0xff] + Array(repeating: 0x78, count: 250) : [0x79]
        place = try forest.make(name, below: place)
      }
      let older = try Self.tracer()
      for known in [younger.knownCgroups, older.knownCgroups] {
        for member in forest.members.dropFirst() {
          #expect(known[member.id]?.containerBytes == Array(id.utf8))
        }
      }
      #expect(try younger.counts().cgroupsUnknown == 0 && older.counts().cgroupsUnknown == 0)
    }
  }

  @Test func `a container that is older than the tracer is not new by what is made in it`()
    async throws
  {
    let id = String(repeating: "0a", count: 32)
    try await withStage { stage in
      let forest = try Forest(stage)
      let box = try forest.make(Array(id.utf8), below: 0)
      let tracer = try Self.tracer()
      let inner = try forest.make(Array("init".utf8), below: box)
      let young = try forest.make(Array(("x-" + id).utf8), below: 0)
      let flags = [box, inner, young].map { tracer.knownCgroups[forest.members[$0].id]?.flags }
      let old = TP_OWNER_CONTAINER.rawValue | TP_OWNER_CONTAINER_STARTED.rawValue
      #expect(flags == [old, old, TP_OWNER_CONTAINER.rawValue | TP_OWNER_CONTAINER_NEW.rawValue])
    }
  }

  @Test func `a cgroup that was removed is known until many more have been`() async throws {
    try await withStage { stage in
      let forest = try Forest(stage)
      let older = try forest.make(Array("older".utf8), below: 0)
      let tracer = try Self.tracer()
      let younger = try forest.make(Array("younger".utf8), below: 0)
      let gone = [older, younger].map { forest.members[$0] }
      try forest.remove(younger)
      try forest.remove(older)
      for member in gone {
        #expect(
          tracer.knownCgroups.path(of: member.id) == String(decoding: member.path, as: UTF8.self))
      }
      // Others on the machine remove some, too.
      for _ in 0..<8191 - 300 { try forest.remove(try forest.make(Array("x".utf8), below: 0)) }
      #expect(gone.map { tracer.knownCgroups[$0.id] != nil } == [true, true])
      for _ in 0..<301 { try forest.remove(try forest.make(Array("x".utf8), below: 0)) }
      #expect(gone.map { tracer.knownCgroups[$0.id] != nil } == [false, false])
    }
  }

  @Test func `cgroups that find no room are counted and said once, and tracing goes on`()
    async throws
  {
    try await withStage { stage in
      let forest = try Forest(stage)
      for number in 0..<200 { _ = try forest.make(Array("old\(number)".utf8), below: 0) }
      var options = Pipeline.Tracer.Options()
      options.cgroupLimit = 100
      let tracer = try Self.tracer(options)
      let before = try tracer.counts().cgroupsUnknown
      #expect(before > 100)
      // Others on the machine may remove a few.
      for number in 0..<50 { _ = try forest.make(Array("more\(number)".utf8), below: 0) }
      let late = try forest.make(Array("late".utf8), below: 0)
      _ = try forest.make(Array("later".utf8), below: late)
      #expect(try tracer.counts().cgroupsUnknown >= before + 2)

      var unknown = UnknownCgroups()
      let notices = [0, before, before + 2].map { unknown.notice($0, limit: tracer.cgroupLimit) }
      #expect(notices.map { $0?.contains("more than 100 cgroups") } == [nil, true, nil])
    }
  }

  @Test func `removed cgroups give their room to new ones`() async throws {
    try await withStage { stage in
      let forest = try Forest(stage)
      var options = Pipeline.Tracer.Options()
      options.cgroupLimit = 2048
      let tracer = try Self.tracer(options)
      for _ in 0..<4096 { try forest.remove(try forest.make(Array("x".utf8), below: 0)) }
      let last = try forest.make(Array("last".utf8), below: 0)
      #expect(tracer.knownCgroups[forest.members[last].id] != nil)
      #expect(try tracer.counts().cgroupsUnknown == 0)
    }
  }

  @Test func `cgroups that come and go while the tracer starts are known`() async throws {
    let script = """
      import os, select, sys
      path, number = sys.argv[1], 0
      os.makedirs(path + "/stay")
      while number < 1_000_000 and not select.select([sys.stdin], [], [], 0)[0]:
        number += 1
        deep = "%s/%d/a/b" % (path, number)
        os.makedirs(deep)
        stay = "%s/stay/%d" % (path, number % 400)
        if not os.path.isdir(stay): os.mkdir(stay)
        for up in (deep, deep[:-2], deep[:-4]): os.rmdir(up)
      for name in os.listdir(path + "/stay"):
        if name.isdigit(): os.rmdir(path + "/stay/" + name)
      os.rmdir(path + "/stay")
      print("made", number, flush=True)
      """
    try await withStage { stage in
      let forest = try Forest(stage)
      let maker = try stage.start(
        "python3", "-I", "-S", "-c", script, forest.directory, input: .open)
      try await eventually("cgroups") { access(forest.directory + "/stay/9", F_OK) == 0 }
      for _ in 0..<3 {
        let tracer = try Self.tracer()
        #expect(try tracer.counts().cgroupsUnknown == 0)
        for name in try forest.names(below: "stay") {
          var status = stat()
          let path = "\(forest.directory)/stay/\(name)"
          guard stat(path, &status) == 0 else { continue }
          #expect(tracer.knownCgroups[UInt64(status.st_ino)] != nil, "\(name)")
        }
      }
      maker.closeInput()
      #expect(try await maker.end() == .exited(0), "\(maker.errorText)")
    }
  }
}

extension tp_cgroup {
  fileprivate var pathBytes: [UInt8] {
    withUnsafeBytes(of: path.text) { Array($0.prefix { $0 != 0 }) }
  }
  fileprivate var containerBytes: [UInt8] {
    withUnsafeBytes(of: container_id) { Array($0.prefix { $0 != 0 }) }
  }
}
