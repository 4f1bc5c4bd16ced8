// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import TestSupport
import Testing

extension EndToEnd {
  /// `ctl`: a tracer that can be asked, and that answers what came of a reload.
  @Suite(.enabled(if: Machine.has("nc"), "needs nc"))
  struct Control {
    /// A tracer with a socket, of the policies in a folder that can be changed.
    struct Scene {
      let stage: Stage
      let folder: String
      let state: String
      let tracer: TestSupport.Tracer
      var socket: String { state + "/ctl.sock" }

      init(
        _ stage: Stage, _ files: [String: String] = ["a.yaml": Scene.policy("first")],
        state: String? = nil, options: [String] = []
      ) async throws {
        self.stage = stage
        folder = try stage.folder(files)
        self.state = try state ?? stage.folder()
        tracer = try await stage.tracer(
          [
            "apply", "-p", folder, "-o", "json", "--control", self.state + "/ctl.sock", "--state",
            self.state,
          ] + options)
      }

      static func policy(_ name: String, _ address: String = "127.79.0.1") -> String {
        EndToEnd.policy(
          name, events: "net_packet_udp", "data.metadata.direction=egress", "data.dst=\(address)")
      }

      func write(_ text: String, as name: String = "a.yaml") throws {
        try Data(text.utf8).write(to: URL(filePath: "\(folder)/\(name)"), options: .atomic)
      }

      func ctl(_ arguments: String...) async throws -> Outcome {
        try await outcome(
          of: [TestSupport.Tracer.path, "ctl"] + arguments + ["--control", socket])
      }

      /// Sends a datagram that the policy wants.
      func send(to address: String = "127.79.0.1") async throws {
        try await stage.start("nc", "-u", "-N", "-q", "0", address, "9", input: .text("x")).end()
      }

      /// The value of a metric, by the beginning of its line.
      func metric(_ start: String) async throws -> String? {
        let text = try await ctl("metrics").output
        return text.split(separator: "\n").first { $0.hasPrefix(start + " ") }
          .map { String($0.dropFirst(start.count + 1)) }
      }
    }

    func isReady(_ outcome: Outcome, _ start: String) -> Bool {
      outcome.ending == .exited(0) && outcome.output.hasPrefix(start)
    }

    @Test func `a reload is answered when it is decided, and by what`() async throws {
      try await withStage { stage in
        let scene = try await Scene(stage)
        #expect(isReady(try await scene.ctl("status"), "tracee-policy "))

        try scene.write(Scene.policy("second"))
        let accepted = try await scene.ctl("reload")
        #expect(accepted.ending == .exited(0) && accepted.errors == "")
        #expect(
          accepted.output.wholeMatch(
            of: /generation 2, digest [0-9a-f]{64}: 1 added, 1 removed, 0 changed\n/) != nil)
        let digest = accepted.output.split(separator: " ")[3].prefix(64)

        let same = try await scene.ctl("reload")
        #expect(same.ending == .exited(0))
        #expect(same.output == "generation 2, digest \(digest): nothing has changed\n")

        try scene.write(Scene.policy("third").replacing("net_packet_udp", with: "net_packet_upd"))
        let refused = try await scene.ctl("reload")
        #expect(refused.ending == .exited(1) && refused.output == "")
        #expect(refused.errors.hasPrefix("error[unknown-event]: "))
        #expect(refused.errors.contains("--> \(scene.folder)/a.yaml:5:12\n"))
        #expect(
          refused.errors.hasSuffix(
            "generation 2, digest \(digest): the files were refused; it stays in force\n"))
        let status = try await scene.ctl("status")
        #expect(status.ending == .exited(1))
        #expect(status.output.contains("THE FILES WERE REFUSED"))
        #expect(status.output.contains("  \(scene.folder)/a.yaml:5:12: error: `net_packet_upd`"))
        #expect(try await scene.metric("tracee_policy_config_last_reload_successful") == "0")
        #expect(try await scene.metric("tracee_policy_generation") == "2")

        try scene.write(Scene.policy("third"))
        let fixed = try await scene.ctl("reload", "--format", "json")
        #expect(fixed.ending == .exited(0))
        #expect(fixed.output.contains(#""verdict": "reloaded""#))
        #expect(fixed.output.contains(#""generation": 3"#))
        #expect(!fixed.output.contains(digest))
        #expect(try await scene.ctl("status").ending == .exited(0))
        #expect(try await scene.metric("tracee_policy_config_last_reload_successful") == "1")
        let trace = try await scene.tracer.stop()
        #expect(trace.events.isEmpty)
      }
    }

    @Test func `events have the digest that the status shows, also after a change of a comment`()
      async throws
    {
      try await withStage { stage in
        let path = try stage.folder() + "/events"
        let scene = try await Scene(
          stage, options: ["-o", "json:\(path),add=digest", "-o", "json:\(path).ecs,shape=ecs"])
        var digests: [String] = []
        for text in ["", "# A comment.\n", "# Another one.\n", "second"] {
          if text == "second" {
            try scene.write(Scene.policy("second"))
          } else {
            try scene.write(text + Scene.policy("first"))
          }
          try #require(try await scene.ctl("reload").ending == .exited(0))
          let status = try await scene.ctl("status").output
          let digest = try #require(status.firstMatch(of: /digest ([0-9a-f]{64})\n/))
          digests.append(String(digest.output.1))
          try await scene.send()
        }
        #expect(Set(digests).count == 4)
        _ = try await scene.tracer.stop()
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
        #expect(
          try lines.map { try JSONValue(parsing: Array($0.utf8))["digest"] }
            == digests.map { .string($0) })
        let shaped = try String(contentsOfFile: path + ".ecs", encoding: .utf8)
          .split(separator: "\n")
        #expect(shaped.count == 4)
        for line in shaped {
          let event = try JSONValue(parsing: Array(line.utf8))
          #expect(event["process"]?["name"] == .string("nc"))
          #expect(event["destination"]?["ip"] == .string("127.79.0.1"))
        }
      }
    }

    @Test func `two who reload at once are both answered about their files`() async throws {
      try await withStage { stage in
        let scene = try await Scene(stage)
        for round in 1...8 {
          try scene.write(Scene.policy("one-\(round)"))
          async let first = scene.ctl("reload")
          try scene.write(Scene.policy("two-\(round)"))
          async let second = scene.ctl("reload")
          let outcomes = try await [first, second]
          for outcome in outcomes { #expect(outcome.ending == .exited(0)) }
          // Whoever asked after the last change has his files in force.
          let status = try await scene.ctl("status", "--against", scene.folder)
          #expect(status.ending == .exited(0), "\(round): \(outcomes) \(status.errors)")
        }
        _ = try await scene.tracer.stop()
      }
    }

    @Test func `what is on the disk and not in force is drift`() async throws {
      try await withStage { stage in
        let scene = try await Scene(stage)
        let copy = try stage.folder(["a.yaml": Scene.policy("first")])
        #expect(try await scene.ctl("status", "--against", copy).ending == .exited(0))
        for (files, words) in [
          (["a.yaml": Scene.policy("other")], "a.yaml: differs"),
          (
            ["a.yaml": Scene.policy("first"), "b.yaml": Scene.policy("more")],
            "b.yaml: is there and not in force"
          ),
        ] {
          let other = try stage.folder(files)
          let outcome = try await scene.ctl("status", "--against", other)
          #expect(outcome.ending == .exited(1))
          #expect(outcome.errors == "tracee-policy: drift: \(words)\n")
        }
        let nothing = try await scene.ctl("status", "--against", "\(copy)/none")
        #expect(nothing.ending == .exited(2))
        _ = try await scene.tracer.stop()
      }
    }

    /// Reloads of the next test: 1,000 take some minutes of a debug build.
    private static let reloads =
      ProcessInfo.processInfo.environment["RELOADS"].flatMap(Int.init) ?? 200

    @Test(.timeLimit(.minutes(10)))
    func `reloads one after the other lose nothing`() async throws {
      try await withStage { stage in
        let scene = try await Scene(stage)
        let network = try await stage.network()
        let text = { (name: String) in
          EndToEnd.policy(name, events: "net_packet_udp", "data.src=\(network.right.ipv4)")
        }
        try scene.write(text("begin"))
        try #require(try await scene.ctl("reload").ending == .exited(0))
        // Datagrams go on all the while, by a program that counts them.
        let sender = try stage.start(
          "python3", "-c",
          """
          import socket, sys, threading, time
          s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
          end = threading.Event()
          threading.Thread(target=lambda: (sys.stdin.read(), end.set()), daemon=True).start()
          sent = 0
          while not end.is_set():
              s.sendto(b"x", ("\(network.left.ipv4)", 9))
              sent += 1
              time.sleep(0.001)
          print("sent", sent, flush=True)
          """, on: network.right, input: .open)
        // Two sets in turn, each of them there before it is asked for.
        let script = """
          set -e
          for round in $(seq \(Self.reloads / 2)); do
            for set in one two; do
              ln -sfn $set.set "$1/a.yaml"
              "$2" ctl reload --control "$3" >/dev/null
            done
          done
          """
        for name in ["one", "two"] { try scene.write(text(name), as: "\(name).set") }
        let reloads = try stage.start(
          "bash", "-c", script, "-", scene.folder, Tracer.path, scene.socket)
        #expect(try await reloads.end(within: .seconds(400)) == .exited(0), "\(reloads.errorText)")
        #expect(try await scene.metric("tracee_policy_generation") == "\(Self.reloads + 2)")
        sender.closeInput()
        let sent = try #require(Int(try await sender.line(startingWith: "sent ")))
        let trace = try await scene.tracer.stop()
        #expect(trace.ledger.lost == 0 && trace.ledger.ringFull == 0)
        #expect(trace.events.count == sent)
        for event in trace.events { #expect(event.matchedPolicies.count == 1) }
      }
    }

    @Test func `who is slow, rude or not alone holds up nobody`() async throws {
      try await withStage { stage in
        let state = try stage.folder()
        let scene = try await Scene(
          stage, state: state, options: ["--metrics", "unix:\(state)/metrics"])
        let hostile = try stage.start(
          "python3", "-c",
          """
          import os, socket, sys
          kept = []
          def connect(path):
              s = socket.socket(socket.AF_UNIX)
              s.settimeout(5)
              s.connect(path)
              return s
          for path in sys.argv[1:]:
              for n in range(200):
                  try:
                      s = connect(path)
                      s.send([b"", b"GET /sta", b"\\0" * 64, b"POST /reload HTTP/1.1\\r\\n"][n % 4] or b"G")
                      kept.append(s)
                  except OSError:
                      pass
              for text in [b"x" * 100000, os.urandom(5000), b"DELETE /status HTTP/1.1\\r\\n\\r\\n",
                           b"GET /reload HTTP/1.1\\r\\n\\r\\n", b"GET /../etc HTTP/1.1\\r\\n\\r\\n"]:
                  try:
                      s = connect(path)
                      s.sendall(text)
                      print(s.recv(100).split(b" ")[1].decode(), flush=True)
                  except (OSError, IndexError):
                      print("closed", flush=True)
          print("done", flush=True)
          sys.stdin.read()
          """, scene.socket, "\(state)/metrics", input: .open)
        _ = try await hostile.line(startingWith: "done", within: .seconds(60))
        #expect(!hostile.outputText.contains("200"))
        try scene.write(Scene.policy("second"))
        #expect(try await scene.ctl("reload").ending == .exited(0))
        try await scene.send()
        _ = try await scene.tracer.event("the datagram") { $0.matchedPolicies == ["second"] }
        hostile.closeInput()
        _ = try await scene.tracer.stop()
      }
    }

    @Test func `another user is refused, by mode and by who he is`() async throws {
      try await withStage { stage in
        let scene = try await Scene(stage)
        chmod(scene.state, 0o755)
        let asNobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
        func ask() async throws -> Outcome {
          try await outcome(
            of: asNobody + [TestSupport.Tracer.path, "ctl", "status", "--control", scene.socket])
        }
        let closed = try await ask()
        #expect(closed.ending == .exited(2) && closed.errors.contains("Permission denied"))
        chmod(scene.socket, 0o666)
        let refused = try await ask()
        #expect(refused.ending == .exited(2))
        #expect(refused.errors.contains("403: only root and the tracer's user may ask"))
        _ = try await scene.tracer.stop()
      }
    }
  }
}
