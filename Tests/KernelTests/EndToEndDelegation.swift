// SPDX-License-Identifier: Apache-2.0

import Glibc
import TestSupport
import Testing

extension EndToEnd {
  /// What an ordinary user makes in a cgroup of his own is no container, and what a container makes stays in it.
  @Suite(
    .enabled(if: Machine.has("setpriv", "nc"), "needs setpriv and nc"),
    .enabled(if: ControlGroup.root != nil, "needs cgroup v2"))
  struct Delegation {
    private static let forged = String(repeating: "0a", count: 32)
    private static let real = String(repeating: "f9", count: 32)

    /// Goes into the cgroups that are named, making each, and sends a datagram from there.
    ///
    /// Address, port, directory, names.
    private static let mover = """
      address=$1 port=$2 place=$3; shift 3
      for name; do
        place=$place/$name
        mkdir "$place" 2>/dev/null || test -d "$place" || exit 1
      done
      echo $$ >"$place/cgroup.procs" || exit 2
      echo x | nc -u -N -q 0 "$address" "$port"
      """

    @Test(arguments: [true, false])
    func `a user does not become a container by names, nor another one, nor none`(
      older: Bool
    ) async throws {
      try await withStage { stage in
        let network = try await stage.network()
        let here = network.left.ipv4
        let home = try stage.make(stage.plannedGroup())
        for file in ["", "/cgroup.procs"] { chown(home.directory + file, 65534, 65534) }
        let box = try stage.make(stage.plannedGroup(container: "f9"))
        let made =
          [
            home.below("docker-\(Self.forged).scope"), home.below("libpod-\(Self.forged)"),
            home.below("x"), home.below("x/\(Self.forged)"),
            box.below("docker-\(Self.forged).scope"), box.below("x-conmon-\(Self.forged)"),
            box.below("libpod-conmon-\(Self.forged)"),
          ]
        if older { for group in made { try make(group, on: stage) } }
        let tracer = try await stage.trace(
          policy("inside", scope: "container", events: "net_packet_udp", "data.dst=\(here)"),
          policy("outside", scope: "not-container", events: "net_packet_udp", "data.dst=\(here)"),
          policy(
            "forged", scope: "container=\(Self.forged)", events: "net_packet_udp",
            "data.dst=\(here)"))
        if !older { for group in made { try make(group, on: stage) } }

        for (index, group) in ([home] + made + [box]).enumerated() {
          let isUsers = !group.path.hasPrefix(box.path)
          let names = group.path.dropFirst((isUsers ? home : box).path.count).split(separator: "/")
          let command =
            (isUsers ? ["setpriv", "--reuid=65534", "--clear-groups"] : [])
            + ["sh", "-c", Self.mover, "sh", here, "\(7000 + index)"]
            + [(isUsers ? home : box).directory] + names.map(String.init)
          let mover = try stage.start(command, on: network.right, in: isUsers ? home : box)
          #expect(try await mover.end() == .exited(0), "\(group.path): \(mover.errorText)")
        }
        let trace = try await tracer.stop()

        let inside = ["inside", Self.real]
        let outside = ["outside", ""]
        #expect(
          trace.events.filter(\.leaves).map { $0.matchedPolicies + [$0.containerID] }
            == [outside, outside, outside, outside, outside, inside, inside, inside, inside],
          "\(trace.summary)")
      }
    }

    /// Makes a cgroup as the user whose the one above it is.
    private func make(_ group: ControlGroup, on stage: Stage) throws {
      var above = stat()
      let parent = group.directory.prefix(
        upTo: group.directory.lastIndex(of: "/") ?? group.directory.startIndex)
      #expect(stat(String(parent), &above) == 0)
      try asFileSystemUser(above.st_uid) { _ = try stage.make(group) }
    }
  }
}
