// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import TestSupport
import Testing

extension EndToEnd {
  /// SIGHUP: the policies are read again, and take effect at once or not at all.
  @Suite(.enabled(if: Machine.has("nc"), "needs nc"))
  struct Reload {
    /// A tracer of the policies in a folder that can be changed.
    private struct Scene {
      let stage: Stage
      let network: VirtualNetwork
      let folder: String
      let tracer: TestSupport.Tracer

      init(_ stage: Stage, scope: String = "global", name: String = "first") async throws {
        self.stage = stage
        network = try await stage.network()
        folder = try stage.folder()
        try Self.write(Self.policy(name, network, scope: scope), folder)
        tracer = try await stage.tracer(["apply", "-p", folder, "-o", "json"])
      }

      static func policy(
        _ name: String, _ network: VirtualNetwork, scope: String = "global", others: Int = 0
      ) -> String {
        let filter = "data.src=\(network.ipv4)"
        var text = policyText(name, scope: scope, filter)
        for port in 0..<others {
          text += "  - event: net_packet_tcp\n    filters: [\"data.dst_port=\(1000 + port)\"]\n"
        }
        return text
      }

      private static func policyText(_ name: String, scope: String, _ filter: String) -> String {
        EndToEnd.policy(name, scope: scope, events: "net_packet_udp", filter)
      }

      static func write(_ text: String, _ folder: String, as name: String = "a.yaml") throws {
        try Data(text.utf8).write(to: URL(filePath: "\(folder)/\(name)"), options: .atomic)
      }

      func write(_ name: String, scope: String = "global", others: Int = 0) throws {
        try Self.write(Self.policy(name, network, scope: scope, others: others), folder)
      }

      /// Sends a datagram, and gives the names of the policies that wanted it.
      func policies(count: Int) async throws -> [String] {
        let client = try stage.start(
          "nc", "-u", "-N", "-q", "0", network.left.ipv4, "9", on: network.right,
          input: .text("x"))
        try await client.end()
        // Nobody listens there, so only the event of its leaving comes.
        try await eventually("one more event", instead: { tracer.process.errorText }) {
          try tracer.events().count >= count
        }
        return try tracer.events().suffix(1).flatMap(\.matchedPolicies)
      }
    }

    @Test func `changed policies decide at once, wider rows too`() async throws {
      try await withStage { stage in
        let scene = try await Scene(stage)
        #expect(try await scene.policies(count: 1) == ["first"])

        try scene.write("second")
        #expect(
          try await scene.tracer.reload().hasPrefix(
            "reloaded: generation 2, 1 added, 1 removed, 0 changed: 1 policy, 1 rule, 1 event;"))
        #expect(try await scene.policies(count: 2) == ["second"])

        for (step, others) in [80, 0, 400].enumerated() {
          try scene.write("second", others: others)
          let line = try await scene.tracer.reload(within: .seconds(60))
          #expect(
            line.hasPrefix("reloaded: generation \(step + 3), 0 added, 0 removed, 1 changed"))
          #expect(try await scene.policies(count: step + 3) == ["second"])
        }
        let trace = try await scene.tracer.stop()
        #expect(trace.events.count == 5)
      }
    }

    @Test func `what is wrong changes nothing, and is said`() async throws {
      try await withStage { stage in
        let scene = try await Scene(stage)
        try Scene.write("name: [", scene.folder)
        #expect(
          try await scene.tracer.reload() == "not reloaded; generation 1 stays in force")
        #expect(scene.tracer.process.errorText.contains("error[syntax]"))
        #expect(try await scene.policies(count: 1) == ["first"])

        try FileManager.default.removeItem(atPath: scene.folder + "/a.yaml")
        #expect(
          try await scene.tracer.reload() == "not reloaded; generation 1 stays in force")
        #expect(scene.tracer.process.errorText.contains("the directory contains no file"))
        #expect(try await scene.policies(count: 2) == ["first"])

        try scene.write("first")
        #expect(
          try await scene.tracer.reload()
            == "reloaded: nothing has changed; generation 1 stays in force")
        #expect(try await scene.policies(count: 3) == ["first"])
        _ = try await scene.tracer.stop()
      }
    }

    @Test(.enabled(if: Machine.has("bash"), "needs bash"))
    func `descent can be asked for later, and who is followed stays so`() async throws {
      try await withStage { stage in
        func wants(_ name: String, _ scope: String) -> String {
          policy(
            name, scope: scope, events: "net_packet_udp", "data.metadata.direction=egress",
            "data.dst=127.78.0.0/24")
        }
        let shell = try stage.start("bash", input: .open)
        let tracer = try await stage.trace(wants("all", "global"))
        func policies(_ host: Int, after words: String = "") async throws -> [String] {
          try shell.write("\(words)\necho > /dev/udp/127.78.0.\(host)/9\n")
          return try await tracer.event("to host \(host)") {
            $0.destination == "127.78.0.\(host)"
          }.matchedPolicies
        }
        let folder = try #require(tracer.folder)
        #expect(try await policies(1) == ["all"])
        try Scene.write(wants("family", "tree=\(shell.id)"), folder, as: "2000.yaml")
        try Scene.write(
          wants("followers", "follow\", \"comm=tpname"), folder, as: "2001.yaml")
        #expect(try await tracer.reload().hasPrefix("reloaded: generation 2, 2 added"))
        #expect(try await policies(2) == ["all", "family"])
        let name = "printf tpname > /proc/self/comm"
        #expect(try await policies(3, after: name) == ["all", "family", "followers"])
        #expect(
          try await policies(4, after: "printf bash > /proc/self/comm")
            == ["all", "family", "followers"])

        // Both policies keep what they know of the shell: neither has changed.
        try FileManager.default.removeItem(atPath: folder + "/1000.yaml")
        #expect(try await tracer.reload().hasPrefix("reloaded: generation 3, 0 added, 1 removed"))
        #expect(try await policies(5) == ["family", "followers"])

        // A scope that has changed begins anew.
        try Scene.write(
          wants("followers", "follow\", \"comm=tpother"), folder, as: "2001.yaml")
        #expect(
          try await tracer.reload().hasPrefix("reloaded: generation 4, 0 added, 0 removed, 1 c"))
        #expect(try await policies(6) == ["family"])
        _ = try await tracer.stop()
      }
    }

    @Test func `with --watch changed files are read when they have come to rest`() async throws {
      try await withStage { stage in
        let network = try await stage.network()
        let folder = try stage.folder()
        // As Kubernetes does it: files are links into a directory behind a link that is turned over.
        let files = FileManager.default
        func publish(_ version: String, _ policy: String) throws {
          try files.createDirectory(
            atPath: "\(folder)/..\(version)", withIntermediateDirectories: true)
          try Scene.write(Scene.policy(policy, network), "\(folder)/..\(version)")
          try files.createSymbolicLink(
            atPath: "\(folder)/..new", withDestinationPath: "..\(version)")
          guard rename("\(folder)/..new", "\(folder)/..data") == 0 else { throw Unturned() }
        }
        try publish("1", "first")
        try files.createSymbolicLink(
          atPath: "\(folder)/a.yaml", withDestinationPath: "..data/a.yaml")
        let tracer = try await stage.tracer(["apply", "-p", folder, "-o", "json", "--watch"])

        var lines = tracer.process.errorLines().count
        func nextLine() async throws -> String {
          let line = try await tracer.reloadLine(after: lines)
          lines = tracer.process.errorLines().count
          return line
        }
        try publish("2", "second")
        #expect(try await nextLine().hasPrefix("reloaded: generation 2, 1 added, 1 removed"))
        // A file that is removed and written anew, with a pause that is shorter than the rest that is waited for.
        let removed = ContinuousClock.now
        try files.removeItem(atPath: "\(folder)/a.yaml")
        try await Task.sleep(for: .milliseconds(20))
        try Scene.write(Scene.policy("third", network), folder)
        let pause = ContinuousClock.now - removed
        guard pause < .milliseconds(250) else {
          try Test.cancel("this machine is too busy: a pause of 20 ms became one of \(pause)")
        }
        #expect(try await nextLine().hasPrefix("reloaded: generation 3, 1 added, 1 removed"))
        try Scene.write("name: [", folder)
        #expect(try await nextLine() == "not reloaded; generation 3 stays in force")
        try Scene.write(Scene.policy("fourth", network), folder, as: "b.yaml")
        try files.removeItem(atPath: "\(folder)/a.yaml")
        #expect(try await nextLine().hasPrefix("reloaded: generation 4, 1 added, 1 removed"))
        _ = try await tracer.stop()
      }
    }

    @Test func `with --watch the lists that policies name are read again, too`() async throws {
      try await withStage { stage in
        let network = try await stage.network()
        // Not in a directory that is watched for policies.
        let lists = try stage.folder(["own.txt": "192.0.2.1\n"])
        let policy = Scene.policy("first", network)
          .replacing("rules:", with: "lists: { own: \(lists)/own.txt }\nrules:")
          .replacing("data.src=\(network.ipv4)", with: "data.src=@own")
        let tracer = try await stage.trace([policy], options: ["--watch"])
        var lines = tracer.process.errorLines().count
        func nextLine(_ list: String) async throws -> String {
          try Data(list.utf8).write(to: URL(filePath: "\(lists)/own.txt"), options: .atomic)
          let line = try await tracer.reloadLine(after: lines)
          lines = tracer.process.errorLines().count
          return line
        }
        #expect(
          try await nextLine("# all\n\(network.ipv4)\n")
            .hasPrefix("reloaded: generation 2, 0 added, 0 removed, 1 changed"))
        _ = try await stage.start(
          "nc", "-u", "-N", "-q", "0", network.left.ipv4, "9", on: network.right,
          input: .text("x")
        ).end()
        try await tracer.event("the datagram") { $0.matchedPolicies == ["first"] }
        #expect(
          try await nextLine("192.0.2.1\nexample.org\n")
            == "not reloaded; generation 2 stays in force")
        #expect(tracer.process.errorText.contains("\(lists)/own.txt:2:1"))
        #expect(
          try await nextLine("192.0.2.0/24\n")
            .hasPrefix("reloaded: generation 3, 0 added, 0 removed, 1 changed"))
        // A policy that names another list: that is watched from then on.
        let other = try stage.folder(["other.txt": "192.0.2.7\n"])
        let folder = try #require(tracer.folder)
        try Scene.write(
          policy.replacing("\(lists)/own.txt", with: "\(other)/other.txt"), folder, as: "1000.yaml")
        #expect(
          try await tracer.reloadLine(after: lines).hasPrefix("reloaded: generation 4, 0 added"))
        lines = tracer.process.errorLines().count
        try Data("192.0.2.8\n".utf8).write(
          to: URL(filePath: "\(other)/other.txt"), options: .atomic)
        #expect(
          try await tracer.reloadLine(after: lines).hasPrefix("reloaded: generation 5, 0 added"))
        _ = try await tracer.stop()
      }
    }

    private struct Unturned: Error {}

    @Test func `the ledger is said in between, and a signal ends it well`() async throws {
      try await withStage { stage in
        let scene = try await Scene(stage)
        _ = try await scene.policies(count: 1)
        scene.tracer.process.send(SIGUSR1)
        try await eventually("ledger", instead: { scene.tracer.process.errorText }) {
          scene.tracer.process.errorText.contains("tracee-policy: so far: seen ")
        }
        _ = try await scene.tracer.stop(SIGTERM)
      }
    }
  }
}
