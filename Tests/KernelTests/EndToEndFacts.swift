// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import TestSupport
import Testing

extension EndToEnd {
  @Suite(.enabled(if: Machine.has("python3", "bash", "unshare", "setpriv"), "needs util-linux"))
  struct Facts {
    @Test func `every key of a scope compares with what /proc says of the owner`() async throws {
      // Two programs that differ in nearly everything, and send one datagram when they are told to.
      let script =
        "import socket, sys\nprint('up', flush=True)\nsys.stdin.readline()\n"
        + "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', (sys.argv[1], 9))"
      try await withStage { stage in
        let network = try await stage.network()
        let groups = [
          try stage.make(stage.plannedGroup()), try stage.make(stage.plannedGroup()),
        ]
        let python = try stage.start(
          "python3", "-c", script, network.left.ipv4, on: network.right, in: groups[0],
          input: .open)
        let bash = try stage.start(
          "unshare", "--uts", "--mount", "bash", "-c",
          "hostname tp-other && exec setpriv --reuid=65534 --clear-groups bash", on: network.left,
          in: groups[1], input: .open)
        try bash.write("echo up\n")
        let processes = [python, bash]
        for process in processes { _ = try await process.line(startingWith: "up") }
        var facts: [pid_t: [String: String]] = [:]
        for process in processes { facts[process.id] = try await Self.facts(of: process.id) }

        let keys = try #require(facts[python.id]).keys.sorted()
        let known = try #require(facts[python.id])
        let filter = "data.src=\(network.ipv4)"
        let policies = keys.flatMap { key in
          ["=", "!="].map { sign in
            policy(
              Self.name(key, sign), scope: "\(key)\(sign)\(known[key] ?? "")",
              events: "net_packet_udp", filter)
          }
        }
        let tracer = try await stage.trace(policies)
        #expect(tracer.readyLine?.contains("user-space filters 0") == true)
        try python.write("\n")
        try bash.write("echo x > /dev/udp/\(network.right.ipv4)/9\n")
        for process in processes {
          try await tracer.event("of \(process.command)") {
            $0.hostProcessID == UInt64(process.id)
          }
        }
        let trace = try await tracer.stop()

        for process in processes {
          let own = try #require(facts[process.id])
          let expected = keys.flatMap { key in
            [Self.name(key, own[key] == known[key] ? "=" : "!=")]
          }
          let event = try #require(
            trace.events.first { $0.hostProcessID == UInt64(process.id) && $0.leaves })
          #expect(event.matchedPolicies == expected)
        }
        let other = try #require(facts[bash.id])
        #expect(keys.filter { other[$0] == known[$0] } == ["pidns", "ppid"])
      }
    }

    @Test func `from a pid namespace of its own it sees the host's process that has its number`()
      async throws
    {
      try await withStage { stage in
        let shell = try stage.start("bash", input: .open)
        try shell.write("echo up\n")
        _ = try await shell.line(startingWith: "up")
        let policies = try stage.folder([
          "all.yaml": policy("all", events: "net_packet_udp", "data.dst=127.77.9.1")
        ])
        let start = "echo \(shell.id - 1) >/proc/sys/kernel/ns_last_pid; \"$@\" & wait"
        let tracer = try stage.start(
          "unshare", "--pid", "--fork", "--kill-child", "bash", "-c", start, "bash", Tracer.path,
          "apply", "-p", policies, "-o", "json", "--count", "1")
        try await eventually("start of the tracer", instead: { tracer.errorText }) {
          tracer.errorText.contains("ready: ")
        }
        try shell.write("echo > /dev/udp/127.77.9.1/9\n")
        #expect(try await tracer.end() == .exited(0), "\(tracer.errorText)")
        let line = try #require(tracer.outputLines().first)
        #expect(try TracedEvent(line: line).owner == Peer("bash", shell))
      }
    }

    private static func name(_ key: String, _ sign: String) -> String {
      key.lowercased() + (sign == "=" ? ".is" : ".is-not")
    }

    /// What /proc says of a process, by the keys of the policy language.
    private static func facts(of process: pid_t) async throws -> [String: String] {
      let folder = "/proc/\(process)"
      func text(_ file: String) throws -> String {
        try String(contentsOfFile: "\(folder)/\(file)", encoding: .utf8)
          .trimmingCharacters(in: .whitespacesAndNewlines)
      }
      func status(_ field: String) throws -> String {
        let line = try text("status").split(separator: "\n").first { $0.hasPrefix(field + ":") }
        return line.map { String($0.split(separator: "\t")[1]) } ?? ""
      }
      func link(_ file: String) throws -> String {
        try FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\(file)")
      }
      func inode(_ namespace: String) throws -> String {
        try link("ns/\(namespace)").filter(\.isNumber)
      }
      let groups = try text("cgroup").split(separator: "\n")
      let group = groups.first { $0.hasPrefix("0::") }.map { String($0.dropFirst(3)) } ?? ""
      let root = ControlGroup.root ?? ""
      let attributes = try FileManager.default.attributesOfItem(atPath: root + group)
      let groupID = attributes[.systemFileNumber] as? UInt64
      let hostName = try await run("nsenter", "--uts=\(folder)/ns/uts", "hostname")
      return [
        "uid": try status("Uid"), "pid": "\(process)", "tid": "\(process)",
        "ppid": try status("PPid"), "mntns": try inode("mnt"), "pidns": try inode("pid"),
        "netns": try inode("net"), "uts": hostName.trimmingCharacters(in: .newlines),
        "comm": try text("comm"), "executable": try link("exe"), "cgroup": group,
        "cgroupId": groupID.map(String.init) ?? "",
      ]
    }
  }
}
