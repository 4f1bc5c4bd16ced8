// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

extension EndToEnd {
  /// Programs that make the path of their executable look like another's.
  @Suite struct Executables {
    @Test func `a path that was cut never looks whole`() async throws {
      try await withOwnerScene { scene in
        let folder =
          try scene.stage.folder() + "/" + String(repeating: "x", count: 250) + "/usr/bin"
        let program = try copy(to: folder, "curl")
        let trace = try await trace(
          scene, program, ["none", ""],
          [
            "=/usr/bin/curl", "=/usr/*", "=*/curl", "!=/usr/bin/curl", "!=/usr/*",
          ])
        #expect(trace.events.count == 1)
        for event in trace.events {
          let path = executable(of: event)
          #expect(path.hasPrefix("…"))
          #expect(path.hasSuffix("/usr/bin/curl"))
          // A negation holds of it: of one that was cut, nobody knows what it was.
          #expect(
            event.matchedPolicies == ["all", "scope2", "scope3", "scope4"],
            "\(event.ownerSummary), \(path)")
        }
      }
    }

    @Test func `a path is that at exec, though the file was renamed since`() async throws {
      try await withOwnerScene { scene in
        let folder = try scene.stage.folder()
        let program = try copy(to: folder, "honest")
        let trace = try await trace(
          scene, program, ["rename", folder + "/claimed"],
          ["=\(folder)/honest", "=\(folder)/claimed"])
        #expect(trace.events.count == 1)
        for event in trace.events {
          #expect(executable(of: event) == program)
          #expect(event.matchedPolicies == ["all", "scope0"])
        }
      }
    }

    @Test(.enabled(if: KernelFeatures.allowsUserNamespaces, "needs user namespaces"))
    func `a path is that at exec, though the process says that it runs another file`() async throws
    {
      try await withOwnerScene { scene in
        let program = try copy(to: try scene.stage.folder(), "honest")
        let trace = try await trace(
          scene, program, ["map", "/usr/bin/true"], ["=\(program)", "=/usr/bin/true"])
        #expect(trace.events.count == 1)
        for event in trace.events {
          #expect(executable(of: event) == program)
          #expect(event.matchedPolicies == ["all", "scope0"])
        }
      }
    }

    private func copy(to folder: String, _ name: String) throws -> String {
      let files = FileManager.default
      try files.createDirectory(atPath: folder, withIntermediateDirectories: true)
      try files.copyItem(atPath: OwnerScene.program, toPath: "\(folder)/\(name)")
      return "\(folder)/\(name)"
    }

    /// Runs a program that disguises itself, traced by one policy for each condition on its executable: scope0,
    /// scope1 and so on.
    private func trace(
      _ scene: OwnerScene, _ program: String, _ disguise: [String], _ conditions: [String]
    ) async throws -> Trace {
      let filters = ["data.dst_port=7000", "data.metadata.direction=egress"]
      let policies = conditions.enumerated().map { number, condition in
        policy(
          "scope\(number)", scope: "executable\(condition)", events: "net_packet_udp", filters)
      }
      let all = policy("all", events: "net_packet_udp", filters)
      let tracer = try await scene.stage.trace(
        [all] + policies, options: ["--cgroup", scene.group.directory])
      let client = try scene.start(
        "disguise", disguise[0], disguise[1], scene.here, "7000", on: scene.network.left,
        program: program)
      #expect(try await client.end() == .exited(0), "\(client.errorText)")
      if disguise[0] != "none" {
        #expect(try await client.line(startingWith: "claims ") == disguise[1])
      }
      return try await tracer.stop()
    }

    private func executable(of event: TracedEvent) -> String {
      event.json["executable"]?["path"]?.string ?? ""
    }
  }
}
