// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc

/// A container that podman runs for a test, with nothing but busybox in it.
public struct Container: Sendable {
  /// Its id, 64 hexadecimal digits.
  public let id: String
  /// The process that podman runs it with; its output is the container's.
  public let process: ChildProcess

  /// The process id of the container's first process, as the host sees it.
  public func processID() async throws -> UInt64 {
    let text = try await run("podman", "inspect", "--format", "{{.State.Pid}}", id)
    return UInt64(text.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0
  }

  /// Where the container's cgroup is, from the root of the v2 tree.
  public func controlGroupPath() async throws -> String {
    let lines = try String(contentsOfFile: "/proc/\(try await processID())/cgroup", encoding: .utf8)
    return lines.split(separator: "\n").first { $0.hasPrefix("0::") }
      .map { String($0.dropFirst(3)) } ?? ""
  }
}

extension Stage {
  /// Starts a container of busybox in a network namespace; removed at the end, with its image.
  public func container(
    on side: VirtualNetwork.Side, _ command: String..., input: StandardInput = .nothing
  ) async throws -> Container {
    let name = "tptest-\(getpid())-\(Stage.nextNumber())"
    let image = "localhost/\(name)"
    let folder = try folder()
    let archive = folder + "/image.tar"
    let idFile = folder + "/id"
    try await run("tar", "-C", "/", "-c", "-f", archive, "bin/busybox", "-h")
    try await run("podman", "import", "--quiet", archive, image)
    atEnd { try await run("podman", "rmi", "--force", image) }
    // The limits and runc are for machines where only root's own limits can be had, and no pure v2 tree.
    let process = try ChildProcess(
      [
        "podman", "--runtime", "runc", "run", "--interactive", "--name", name, "--cidfile", idFile,
        "--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1024:1024",
        "--network", "ns:/run/netns/\(side.name)", image, "/bin/busybox",
      ] + command, input: input)
    atEnd {
      try await run("podman", "rm", "--force", "--time", "0", name)
      try await process.end()
    }
    var id = ""
    try await eventually("container \(name)", instead: { process.errorText }) {
      id = (try? String(contentsOfFile: idFile, encoding: .utf8)) ?? ""
      return id.utf8.count == 64
    }
    return Container(id: id, process: process)
  }
}
