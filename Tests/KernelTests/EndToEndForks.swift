// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import TestSupport
import Testing

extension EndToEnd {
  /// Processes that fork and change without end cost others nothing, and the tracer little.
  @Suite(.enabled(if: Machine.has("python3"), "needs python3"))
  struct Forks {
    /// Each process forks the next and ends; the last one sends.
    private static let chain = """
      import os, socket, sys
      for link in range(int(sys.argv[1])):
        if os.fork(): os._exit(0)
      s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
      s.sendto(b"x", ("127.77.2.1", 9))
      """

    /// What a process has of memory for itself, in bytes.
    private func memory(of process: pid_t) throws -> Int {
      let text = try String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
      let line = text.split(separator: "\n").first { $0.hasPrefix("RssAnon:") } ?? ""
      return (line.split { $0 == " " || $0 == "\t" }.dropLast().last.flatMap { Int($0) } ?? 0) << 10
    }

    @Test(.timeLimit(.minutes(3)))
    func `a chain of sixteen thousand forks costs less than 16 MiB`() async throws {
      try await withStage { stage in
        let folder = try stage.folder()
        let first = try stage.start(
          "sh", "-c", "read line; exec \"$@\"", "sh", "python3", "-I", "-S", "-c", Self.chain,
          "16000", input: .open)
        let tracer = try await stage.trace(
          [
            policy(
              "followers", scope: "follow\", \"pid=\(first.id)", events: "net_packet_udp",
              "data.metadata.direction=egress", "data.dst=127.77.2.1"),
            policy(
              "family", scope: "tree=\(first.id)", events: "net_packet_udp",
              "data.metadata.direction=egress", "data.dst=127.77.2.1"),
          ], options: ["--stats-file", "\(folder)/stats.json"])
        let kernel = try TracerMemory(of: tracer.process.id)
        let before = try memory(of: tracer.process.id) + kernel.allMemory()
        try first.write("\n")
        try await tracer.event("the last of the chain", within: .seconds(150)) {
          $0.destination == "127.77.2.1"
        }
        let after = try memory(of: tracer.process.id) + kernel.allMemory()
        #expect(after - before < 16 << 20, "\((after - before) >> 10) KiB")
        let trace = try await tracer.stop()
        // Nobody leaves a tree, or ceases to be followed, by forking again and again.
        #expect(
          trace.events.map(\.matchedPolicies) == [["followers", "family"]], "\(trace.summary)")
        let ledger = try Statistics(ofFile: "\(folder)/stats.json")
        #expect(ledger.json["processes"]?["ringFull"]?.unsigned == 0)
        #expect(ledger.json["processes"]?["noRoom"]?.unsigned == 0)
        #expect(ledger.json["processes"]?["manyAncestors"]?.unsigned ?? 0 > 2 * 15_000)
      }
    }

    /// Changes its name as fast as it can.
    private static let renamer = """
      import ctypes, select, sys
      prctl, count = ctypes.CDLL(None).prctl, 0
      print("ready", flush=True)
      while count % 64 or not select.select([sys.stdin], [], [], 0)[0]:
        prctl(15, b"one" if count & 1 else b"other", 0, 0, 0)
        count += 1
      print("renamed", count)
      """

    /// Takes a name that a policy follows, then another, and sends; again and again.
    private static let quiet = """
      import os, socket, sys, time
      for number in range(int(sys.argv[2])):
        child = os.fork()
        if child == 0:
          for name in ("tpname", "other"): open("/proc/self/comm", "w").write(name)
          s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
          s.sendto(b"x", (sys.argv[1], 10))
          os._exit(0)
        os.waitpid(child, 0)
        time.sleep(0.005)
      print("sent")
      """

    @Test(.timeLimit(.minutes(2)))
    func
      `a loop that renames itself loses changes of its own, and nobody else's changes or packets`()
      async throws
    {
      try await withStage { stage in
        let network = try await stage.network()
        try await network.silence()
        let folder = try stage.folder()
        let filter = "data.dst=\(network.left.ipv4)"
        let tracer = try await stage.trace(
          [
            policy(
              "followers", scope: "follow\", \"comm=tpname", events: "net_packet_udp", filter,
              "data.dst_port=10"),
            policy("all", events: "net_packet_udp", filter, "data.dst_port=10"),
          ], options: ["--stats-file", "\(folder)/stats.json", "--buffer", "1M"])
        let renamers = try (0..<2).map { _ in
          try stage.start("python3", "-I", "-S", "-c", Self.renamer, input: .open)
        }
        for renamer in renamers { _ = try await renamer.line(startingWith: "ready") }
        let quiet = try stage.start(
          "python3", "-I", "-S", "-c", Self.quiet, network.left.ipv4, "200", on: network.right)
        #expect(try await quiet.end(within: .seconds(60)) == .exited(0), "\(quiet.errorText)")
        for renamer in renamers {
          renamer.closeInput()
          #expect(try await renamer.end() == .exited(0))
        }
        let trace = try await tracer.stop()
        let ledger = try Statistics(ofFile: "\(folder)/stats.json")
        let lost = ledger.json["processes"]?["ringFull"]?.unsigned ?? 0
        #expect(lost > 0, "the loop was too slow for this test")
        #expect(ledger.packets("ringFull") == 0 && ledger.packets("submitted") == 200)
        #expect(trace.events.count == 200)
        let missed = trace.events.count { $0.matchedPolicies != ["followers", "all"] }
        #expect(missed == 0, "\(lost) changes were lost")
      }
    }

    @Test
    func `a reload that asks no more about processes ends the watch, and a later one begins anew`()
      async throws
    {
      try await withStage { stage in
        func wants(_ scope: String) -> String {
          policy(
            "p", scope: scope, events: "net_packet_udp", "data.metadata.direction=egress",
            "data.dst=127.77.3.0/24")
        }
        let shell = try stage.start("bash", input: .open)
        let tracer = try await stage.trace(wants("comm=nobody"))
        let file = URL(filePath: try #require(tracer.folder)).appending(path: "1000.yaml")
        func programs() throws -> Int { try KernelObjects(heldBy: tracer.process.id).links.count }
        let before = try programs()
        for (round, scope) in ["tree=\(shell.id)", "follow\", \"pid=\(shell.id)"].enumerated() {
          for again in 0..<2 {
            try Data(wants(scope).utf8).write(to: file, options: .atomic)
            _ = try await tracer.reload()
            #expect(try programs() > before)
            let host = 1 + 2 * round + again
            let send = "echo > /dev/udp/127.77.3.\(host)/9"
            // Its parent ends before it sends.
            try shell.write("bash -c '(\(afterEnd(of: "$$")); \(send)) &'\n")
            try await tracer.event("to host \(host)") { $0.destination == "127.77.3.\(host)" }
            try Data(wants("comm=nobody").utf8).write(to: file, options: .atomic)
            _ = try await tracer.reload()
            #expect(try programs() == before)
          }
        }
        let trace = try await tracer.stop()
        #expect(trace.events.count == 4, "\(trace.summary)")
      }
    }
  }
}
