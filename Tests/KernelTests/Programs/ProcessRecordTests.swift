// SPDX-License-Identifier: Apache-2.0

import Policy
import TestSupport
import Testing

@testable import Pipeline

/// What is recorded of processes while a plan asks for it.
@Suite(
  .serialized, .enabled(if: Machine.canTrace, Comment(rawValue: Machine.refusal ?? "")),
  .enabled(if: Machine.has("python3", "cat"), "needs python3 and cat"))
struct ProcessRecordTests {
  @Test func `a process ends with its last thread, and not when a thread takes its leader's place`()
    async throws
  {
    let script = """
      import os, threading
      threading.Thread(target=lambda: os.execvp("cat", ["cat"])).start()
      threading.Event().wait()
      """
    var rule = PlanRule(policy: 0, event: .tcp)
    rule.followed = []
    let plan = TracePlan(policies: ["p"], rules: [rule])
    let tracer = try Pipeline.Tracer(KernelTables(plan, generation: 1))
    try await withStage { stage in
      let process = try stage.start("python3", "-c", script, input: .open)
      try process.write("cat\n")
      _ = try await process.line(startingWith: "cat")
      process.closeInput()
      #expect(try await process.end() == .exited(0))
      var changes: [ProcessRecord.Change] = []
      try tracer.consume { bytes in
        if let record = ProcessRecord(bytes), record.processID == UInt32(process.id) {
          changes.append(record.change)
        }
        return true
      }
      #expect(changes.count { $0 == .executed } >= 2)
      #expect(changes.count { $0 == .exited } == 1 && changes.last == .exited, "\(changes)")
    }
  }
}
