// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import TestSupport
import Testing

extension EndToEnd {
  /// Files that are renamed, readers that go away, and the end, while packets come.
  @Suite(.enabled(if: Machine.has("python3", "tcpdump"), "needs python3 and tcpdump"))
  struct FloodEndings {
    @Test func `files that are renamed lose no line and tear none`() async throws {
      try await withStage { stage in
        let capture = try stage.folder() + "/packets.pcapng"
        let flood = try await Flood(stage, options: ["-o", "pcap:\(capture)"])
        let sender = try flood.start(perSecond: 6_000)
        var files: [[String]] = []
        for number in 1...40 {
          files.append([flood.file, capture].map { "\($0).\(number)" })
          for (file, old) in zip([flood.file, capture], files.last ?? []) {
            #expect(rename(file, old) == 0)
          }
          flood.tracer.process.send(SIGHUP)
          try await eventually("new files", instead: { flood.tracer.process.errorText }) {
            access(flood.file, F_OK) == 0 && access(capture, F_OK) == 0
          }
        }
        try await flood.finish(sender)
        let ledger = try await flood.end()
        files.append([flood.file, capture])
        #expect(ledger.packets("wanted") == flood.sent)
        #expect(
          ledger.packets("ringFull") == 0 && ledger.outputs.allSatisfy { $0["lost"]?.unsigned == 0 }
        )
        let seen = try await FloodLines(of: files.map { $0[0] })
        #expect(seen.events == flood.sent && seen.missing == 0 && seen.breach == nil)
        var packets = 0
        for file in files.map({ $0[1] }) {
          let read = try await run("tcpdump", "-nn", "-r", file, within: .seconds(20))
          packets += read.split(separator: "\n").count
        }
        #expect(packets == Int(flood.sent))
      }
    }

    @Test func `a file that is renamed while nothing comes gets its successor at once`()
      async throws
    {
      try await withStage { stage in
        let flood = try await Flood(stage)
        try await flood.send(10)
        try await eventually("ten events") {
          try flood.ledger().output("json:\(flood.file)", "written") == 10
        }
        #expect(rename(flood.file, "\(flood.file).1") == 0)
        flood.tracer.process.send(SIGHUP)
        try await eventually("a new file") { access(flood.file, F_OK) == 0 }
        try await flood.send(10)
        let ledger = try await flood.end()
        #expect(ledger.packets("wanted") == 20)
        #expect(try await FloodLines(of: ["\(flood.file).1"]).events == 10)
        #expect(try await FloodLines(of: [flood.file]).events == 10)
      }
    }

    @Test(arguments: [SIGINT, SIGTERM])
    func `it ends in the middle of everything with whole lines and an account`(signal: CInt)
      async throws
    {
      try await withStage { stage in
        let flood = try await Flood(stage)
        let sender = try flood.start(perSecond: 10_000)
        try await eventually("events") { try flood.ledger().packets("wanted") > 2_000 }
        flood.tracer.process.send(signal)
        #expect(try await flood.tracer.process.end() == .exited(0))
        #expect(sender.ending == nil)
        try await flood.finish(sender)
        let ledger = try await flood.lastLedger()
        #expect(ledger.packets("wanted") < flood.sent && ledger.packets("ringFull") == 0)
        let seen = try await FloodLines(of: [flood.file])
        #expect(seen.events == ledger.packets("wanted") && seen.breach == nil)
      }
    }

    @Test(.enabled(if: Machine.has("bpftool"), "needs bpftool"))
    func `killed in the middle of everything it leaves nothing in the kernel`() async throws {
      try await withStage { stage in
        let flood = try await Flood(stage)
        let sender = try flood.start(perSecond: 10_000)
        let objects = try KernelObjects(heldBy: flood.tracer.process.id)
        #expect(try await objects.remaining() == objects.all)
        try flood.replacePolicy(by: "flood-1", rules: 80)
        try await eventually("events") { try flood.ledger().packets("wanted") > 2_000 }
        flood.tracer.process.send(SIGHUP)
        flood.tracer.process.send(SIGKILL)
        #expect(try await flood.tracer.process.end() == .signalled(SIGKILL))
        try await eventually("a kernel without the tracer's objects") {
          try await objects.remaining().isEmpty
        }
        #expect(sender.ending == nil)
        try await flood.finish(sender)
        // Only what was being written can be torn.
        let seen = try await FloodLines(of: [flood.file], mayBeTorn: true)
        #expect(seen.events > 0 && seen.breach == nil)
      }
    }

    @Test func `when the reader of its output goes away in a flood it ends well`() async throws {
      try await withStage { stage in
        let flood = try await Flood(stage)
        let second = "\(flood.folder)/head.json"
        let shell = try stage.start(
          "bash", "-c",
          "\"$0\" apply \"$1\"/1.yaml -o json | head -n 3000 >\"$2\"; exit ${PIPESTATUS[0]}",
          Tracer.path, flood.folder, second)
        try await eventually("start of the tracer", instead: { shell.errorText }) {
          shell.errorText.contains("tracee-policy: ready: ")
        }
        let sender = try flood.start(perSecond: 10_000)
        #expect(try await shell.end() == .exited(0), "\(shell.errorText)")
        #expect(sender.ending == nil)
        try await flood.finish(sender)
        let seen = try await FloodLines(of: [second])
        #expect(seen.events + (seen.missing > 0 ? 1 : 0) <= 3000 && seen.events > 2_900)
        let ledger = try Ledger(parsing: shell.errorText)
        #expect(ledger.wanted == ledger.submitted + ledger.ringFull)
        #expect(ledger.submitted == ledger.events && ledger.lost > 0)
        // The other one does not care.
        let last = try await flood.end()
        #expect(last.packets("wanted") == flood.sent)
      }
    }

    @Test(arguments: ["fifo", "socket"])
    func `readers may come and go, and each sees whole lines`(kind: String) async throws {
      try await withStage { stage in
        let path = try stage.folder() + "/door"
        if kind == "fifo" { #expect(mkfifo(path, 0o600) == 0) }
        let output = kind == "fifo" ? "json:\(path)" : "json:unix:\(path)"
        let flood = try await Flood(stage, options: ["-o", "\(output),on-full=drop"])
        let sender = try flood.start(perSecond: 5_000)
        var read: UInt64 = 0
        for number in 1...5 {
          let copy = "\(flood.folder)/copy.\(number)"
          let reader = try stage.start(
            "python3", "-I", "-S", "-c", Self.reader, path, copy, "\(100_000 * number)")
          #expect(try await reader.end() == .exited(0), "\(reader.errorText)")
          let seen = try await FloodLines(of: [copy], mayBeTorn: true)
          #expect(seen.events > 50)
          read += seen.events
        }
        try await flood.finish(sender)
        let ledger = try await flood.end()
        #expect(ledger.packets("wanted") == flood.sent && ledger.packets("ringFull") == 0)
        #expect(ledger.output(output, "accepted") == flood.sent)
        #expect(ledger.output(output, "lost") ?? 0 > 0)
        // What a reader left in the pipe was written, and read by nobody.
        #expect(ledger.output(output, "written") ?? 0 >= read)
        let seen = try await FloodLines(of: [flood.file])
        #expect(seen.events == flood.sent && seen.breach == nil)
      }
    }

    /// Copies so many bytes from a FIFO, or from who connects to a socket, and goes away.
    private static let reader = """
      import os, socket, stat, sys
      path, copy, left = sys.argv[1], open(sys.argv[2], "wb"), int(sys.argv[3])
      if os.path.exists(path) and stat.S_ISFIFO(os.stat(path).st_mode):
        source = os.open(path, os.O_RDONLY)
        take = lambda size: os.read(source, size)
      else:
        listener = socket.socket(socket.AF_UNIX)
        if os.path.exists(path): os.unlink(path)
        listener.bind(path)
        listener.listen()
        source, _ = listener.accept()
        take = source.recv
      while left > 0:
        part = take(min(left, 65536))
        if not part: sys.exit("the writer went away")
        copy.write(part)
        left -= len(part)
      """
  }
}
