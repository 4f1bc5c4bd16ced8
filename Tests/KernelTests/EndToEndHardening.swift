// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import TestSupport
import Testing

extension EndToEnd {
  /// The tracer without root's power, and with what keeps it from using what it has.
  @Suite(.enabled(if: Machine.has("setpriv", "nc"), "needs setpriv and nc"))
  struct Hardening {
    /// What makes a program an ordinary user's, with the three capabilities and no others.
    private static let asOrdinaryUser: [String] = {
      let three = "-all,+bpf,+perfmon,+net_admin"
      return [
        "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=\(three)",
        "--ambient-caps=\(three)", "--bounding-set=\(three)",
      ]
    }()

    static let intruder = String(Tracer.path.dropLast("tracee-policy".count)) + "libintruder.so"

    @Test(.enabled(if: Machine.has("bash"), "needs bash"))
    func `an ordinary user with three capabilities traces, reloads, widens, follows and rotates`()
      async throws
    {
      try await withStage { stage in
        let network = try await stage.network()
        // The build may be closed to others, so the binary stands beside the policies.
        let folder = try stage.folder()
        let policies = folder + "/policies"
        try await run("cp", Tracer.path, folder)
        for path in [folder, policies, folder + "/out"] {
          mkdir(path, 0o755)
          try #require(chown(path, 65534, 65534) == 0)
        }
        func write(_ name: String, scope: String = "global", others: Int = 0) throws {
          var text = policy(
            name, scope: scope, events: "net_packet_udp", "data.src=\(network.ipv4)")
          for port in 0..<others {
            text += "  - event: net_packet_tcp\n    filters: [\"data.dst_port=\(1000 + port)\"]\n"
          }
          let new = policies + "/new"
          try Data(text.utf8).write(to: URL(filePath: new))
          chmod(new, 0o644)
          try #require(rename(new, policies + "/a.yaml") == 0)
        }
        try write("first")
        let file = folder + "/out/events.json"
        let command =
          Self.asOrdinaryUser + [
            folder + "/tracee-policy", "-p", policies, "--watch", "-o", "json:\(file)",
            "--stats-file", folder + "/out/stats.json", "--stats-every", "100ms",
          ]
        let tracer = try stage.start(command)
        try await eventually("start of the tracer", instead: { tracer.errorText }) {
          tracer.errorText.contains("ready: ")
        }
        #expect(tracer.errorText.contains("; hardening: capabilities, no-new-privileges, "))
        let shell = try stage.start("bash", on: network.right, input: .open)
        func names() -> [String] {
          let text = (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
          return text.matches(of: /"matchedPolicies":\["([a-z]+)"\]/).map { String($0.1) }
        }
        func send(expecting name: String, count: Int) async throws {
          try shell.write("echo > /dev/udp/\(network.left.ipv4)/9\n")
          try await eventually("event \(count)", instead: { tracer.errorText }) {
            names().count == count
          }
          #expect(names().last == name)
        }
        try await send(expecting: "first", count: 1)

        for (step, change) in [
          ("wider", "global", 400), ("tree", "tree=\(shell.id)", 0), ("follow", "follow", 0),
        ].enumerated() {
          let scope = change.1 == "follow" ? "follow\", \"comm=bash" : change.1
          try write(change.0, scope: scope, others: change.2)
          try await eventually(
            "generation \(step + 2)", within: .seconds(60), instead: { tracer.errorText }
          ) {
            tracer.errorText.contains("reloaded: generation \(step + 2), ")
          }
          try await send(expecting: change.0, count: step + 2)
        }

        try await run("mv", file, file + ".1")
        tracer.send(SIGHUP)
        try await eventually("a new file", instead: { tracer.errorText }) {
          access(file, F_OK) == 0
        }
        try await send(expecting: "follow", count: 1)
        tracer.send(SIGINT)
        #expect(try await tracer.end() == .exited(0), "\(tracer.errorText)")
        #expect(!tracer.errorText.contains("cannot"), "\(tracer.errorText)")
        let stats = try String(contentsOfFile: folder + "/out/stats.json", encoding: .utf8)
        #expect(stats.contains("\"emitted\": 5"), "\(stats)")
      }
    }

    @Test func `root keeps three capabilities too, in all threads`() async throws {
      try await withStage { stage in
        let folder = try stage.folder()
        let tracer = try await stage.tracer([
          "-e", "net_packet_udp.data.dst=127.79.0.1", "-o", "json:\(folder)/x.json",
        ])
        let tasks = "/proc/\(tracer.process.id)/task"
        let threads = try FileManager.default.contentsOfDirectory(atPath: tasks)
        #expect(threads.count > 1)
        for thread in threads {
          let status = try String(contentsOfFile: "\(tasks)/\(thread)/status", encoding: .utf8)
          // CAP_NET_ADMIN, CAP_PERFMON, CAP_BPF.
          for set in ["CapPrm", "CapEff", "CapBnd"] {
            #expect(status.contains("\(set):\t000000c000001000\n"), "\(status)")
          }
          #expect(status.contains("CapAmb:\t0000000000000000\n"))
          #expect(status.contains("NoNewPrivs:\t1\n") && status.contains("Seccomp:\t2\n"))
        }
        _ = try await tracer.stop()
      }
    }

    /// What an intruder in the tracer does, and what the kernel answers; nil: it ends the tracer.
    static let intrusions: [(String, String, String?)] = [
      ("execve", "", nil), ("fork", "", nil), ("ptrace", "", nil), ("unshare", "", nil),
      ("inet", "", "ENOSYS"), ("kill", "", "ENOSYS"), ("code", "", "ENOSYS"),
      ("read", "/etc/shadow", "EACCES"), ("append", "/etc/hostname", "EACCES"),
      ("create", "policies/new.yaml", "EACCES"), ("append", "policies/a.yaml", "EACCES"),
      ("read", "policies/a.yaml", "done"), ("create", "out/y.json", "done"),
    ]

    @Test(
      .enabled(if: access(intruder, R_OK) == 0, "needs the built intruder"), arguments: intrusions)
    func `whoever takes the tracer over can do no more than it`(
      order: String, place: String, answer: String?
    ) async throws {
      try await withStage { stage in
        let (process, folder) = try await start(stage, order, place)
        process.send(SIGUSR2)
        if let answer {
          try await eventually("answer", instead: { process.errorText }) {
            process.errorText.contains("intruder: ")
          }
          let needsLandlock = answer == "EACCES"
          if !needsLandlock || process.errorText.contains("landlock, ") {
            #expect(process.errorText.contains("intruder: \(answer)\n"), "\(process.errorText)")
          }
          process.send(SIGINT)
          #expect(try await process.end() == .exited(0), "\(process.errorText) \(folder)")
        } else {
          #expect(try await process.end() == .signalled(SIGSYS), "\(process.errorText)")
        }
      }
    }

    @Test(.enabled(if: access(intruder, R_OK) == 0, "needs the built intruder"))
    func `what is switched off is not in force, and is not said`() async throws {
      try await withStage { stage in
        let (process, _) = try await start(stage, "read", "/etc/shadow", "--hardening", "none")
        #expect(process.errorText.contains(/; hardening: none[;\n]/))
        process.send(SIGUSR2)
        try await eventually("answer") { process.errorText.contains("intruder: done\n") }
        let (other, _) = try await start(stage, "read", "/etc/shadow", "--hardening", "seccomp")
        #expect(other.errorText.contains(/; hardening: no-new-privileges, seccomp[;\n]/))
      }
    }

    /// Starts a tracer with an intruder in it, and waits until it traces.
    private func start(
      _ stage: Stage, _ order: String, _ place: String, _ options: String...
    ) async throws -> (process: ChildProcess, folder: String) {
      let folder = try stage.folder()
      for name in ["policies", "out"] { mkdir("\(folder)/\(name)", 0o755) }
      let text = policy("one", events: "net_packet_udp", "data.dst=127.79.0.1")
      try Data(text.utf8).write(to: URL(filePath: folder + "/policies/a.yaml"))
      let target = place.hasPrefix("/") ? place : "\(folder)/\(place)"
      let process = try stage.start(
        [
          "env", "LD_PRELOAD=\(Self.intruder)", "INTRUDE=\(order)", "INTRUDE_AT=\(target)",
          Tracer.path, "-p", folder + "/policies", "-o", "json:\(folder)/out/x.json",
        ] + options)
      try await eventually("start of the tracer", instead: { process.errorText }) {
        process.errorText.contains("ready: ")
      }
      return (process, folder)
    }
  }
}
