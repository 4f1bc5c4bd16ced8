// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import TestSupport
import Testing

/// What a machine that lacks something gets to hear: one sentence, and nothing is attached.
@Suite(
  .enabled(
    if: geteuid() == 0 && Machine.has("unshare", "setpriv"), "needs root, unshare and setpriv"))
struct MachineTests {
  @Test(arguments: [
    (
      ["unshare", "--mount", "sh", "-c", "mount -t tmpfs none /sys/kernel/btf; exec \"$@\"", "sh"],
      "/sys/kernel/btf/vmlinux"
    ),
    (
      ["unshare", "--mount", "sh", "-c", "umount --all --types cgroup2; exec \"$@\"", "sh"],
      "cgroup v2"
    ),
    (
      ["setpriv", "--bounding-set=-perfmon", "--inh-caps=-perfmon"],
      "cannot let programs read the kernel's memory without CAP_PERFMON; run as root"
    ),
    (
      [
        "unshare", "--user", "--map-root-user", "sh", "-c",
        "exec \"$@\" 2>&1 | head -n 1 >&2; exit 2", "sh",
      ],
      "CAP_BPF; root of a user namespace has none of it"
    ),
  ])
  func `what is missing is named, with what to do`(lacking: [String], word: String) async throws {
    let selection = ["-e", "net_packet_tcp.data.dst_port=80", "--for", "1ms"]
    let applied = try await outcome(of: lacking + [Tracer.path] + selection)
    #expect(applied.ending == .exited(2), "\(applied.errors)")
    #expect(applied.output.isEmpty)
    #expect(applied.errors.split(separator: "\n").count == 1, "\(applied.errors)")
    #expect(applied.errors.contains(word) && applied.errors.contains("; "), "\(applied.errors)")
  }

  @Test func `each privilege that is missing has a line`() async throws {
    let lacking = ["setpriv", "--bounding-set=-all", "--inh-caps=-all", Tracer.path]
    let applied = try await outcome(
      of: lacking + ["-e", "net_packet_tcp.data.dst_port=80", "--for", "1ms"])
    #expect(applied.ending == .exited(2))
    let names = applied.errors.matches(of: /without (CAP_[A-Z_]+);/).map { String($0.1) }
    #expect(names == ["CAP_BPF", "CAP_PERFMON", "CAP_NET_ADMIN"], "\(applied.errors)")
    #expect(applied.errors.split(separator: "\n").count == 3)
  }

  @Test(arguments: ["/nonexistent", "/tmp", "/etc/hostname"])
  func `a path that is no cgroup is refused`(path: String) async throws {
    let selection = ["-e", "net_packet_tcp.data.dst_port=80", "--cgroup", path, "--for", "1ms"]
    let applied = try await outcome(of: [Tracer.path] + selection)
    #expect(applied.ending == .exited(2))
    #expect(applied.errors.split(separator: "\n").count == 1, "\(applied.errors)")
    #expect(applied.errors.contains(path), "\(applied.errors)")
  }

  @Test func `doctor says what is there and what is missing`() async throws {
    let here = try await outcome(of: [Tracer.path, "doctor"])
    #expect(here.ending == .exited(0), "\(here.output)")
    #expect(!here.output.contains("\nmissing") && here.output.hasPrefix("ok       CAP_BPF: held\n"))
    #expect(here.output.contains("cgroup_skb/egress"))
    let lacking = "umount --all --types cgroup2; exec \"$@\""
    let there = try await outcome(
      of: ["unshare", "--mount", "sh", "-c", lacking, "sh", Tracer.path, "doctor"])
    #expect(there.ending == .exited(2))
    let missing = there.output.split(separator: "\n").filter { $0.hasPrefix("missing ") }
    #expect(missing.count == 3 && missing[0].hasPrefix("missing  the cgroup v2 tree: cannot "))
  }

  @Test func `doctor says the same to programs, by its schema`() async throws {
    let schema = try SchemaFile(named: "doctor")
    for lacking in [[], ["setpriv", "--bounding-set=-perfmon", "--inh-caps=-perfmon"]] {
      let answer = try await outcome(of: lacking + [Tracer.path, "doctor", "--format", "json"])
      let isRight = lacking.isEmpty
      #expect(answer.ending == .exited(isRight ? 0 : 2), "\(answer.output)")
      // The tests' own reader of schemas takes one line.
      let line = answer.output.split(separator: "\n").map { $0.drop { $0 == " " } }.joined()
        .replacing("\": ", with: "\":")
      #expect(try schema.accepts(line), "\(answer.output)")
      #expect(line.contains("\"canTrace\":\(isRight)"))
      let perfmon = isRight ? "\"ok\"" : "\"missing\""
      #expect(line.contains("{\"name\":\"CAP_PERFMON\",\"state\":\(perfmon)"), "\(line)")
    }
  }

  @Test func `in a cgroup namespace of its own it traces only what is named`() async throws {
    try await withStage { stage in
      let group = try stage.make(stage.plannedGroup())
      let folder = try stage.folder()
      let script = """
        umount --all --types cgroup2; mount -t cgroup2 none \(folder) && exec "$@"
        """
      func started(_ options: String...) async throws -> Outcome {
        let command =
          ["unshare", "--cgroup", "--mount", "sh", "-c", script, "sh", Tracer.path] + options
        let process = try stage.start(command, in: group)
        let ending = try await process.end()
        return Outcome(ending: ending, output: process.outputText, errors: process.errorText)
      }
      let refused = try await started("-e", "net_packet_tcp.data.dst_port=80", "--for", "1ms")
      #expect(refused.ending == .exited(2))
      #expect(
        refused.errors.hasPrefix(
          "tracee-policy: cannot see other cgroups than those below \(folder)"))
      #expect(refused.errors.contains("--cgroup"))
      let named = try await started(
        "-e", "net_packet_tcp.data.dst_port=80", "--for", "1ms", "--cgroup", folder)
      #expect(named.ending == .exited(0), "\(named.errors)")
      let asked = try await started("doctor")
      #expect(asked.ending == .exited(2))
      #expect(asked.output.contains("missing  all of the machine's cgroups: cannot see other"))
    }
  }

  @Test func `a program that has a cgroup for itself is named, with what to do`() async throws {
    try await withStage { stage in
      let group = try stage.make(stage.plannedGroup())
      let inner = try stage.make(stage.plannedGroup(below: group))
      let program = try ExclusiveProgram("fence", at: group.directory)
      for directory in [group.directory, inner.directory] {
        let selection = [
          "-e", "net_packet_tcp.data.dst_port=80", "--cgroup", directory, "--for", "1ms",
        ]
        let applied = try await outcome(of: [Tracer.path] + selection)
        #expect(applied.ending == .exited(2))
        #expect(
          applied.errors == """
            tracee-policy: cannot attach to \(group.directory): program \(program.id) (fence) has its \
            egress for itself alone; have its owner attach it with BPF_F_ALLOW_MULTI, or detach it: \
            bpftool cgroup detach \(group.directory) egress id \(program.id)

            """)
        let asked = try await outcome(of: [Tracer.path, "doctor", "--cgroup", directory])
        #expect(asked.ending == .exited(2))
        #expect(asked.output.contains("missing  room for programs that see packets: "))
      }
      program.detach()
      let applied = try await outcome(
        of: [
          Tracer.path, "-e", "net_packet_tcp.data.dst_port=80", "--cgroup", inner.directory,
          "--for", "1ms",
        ])
      #expect(applied.ending == .exited(0), "\(applied.errors)")
    }
  }

  @Test(.enabled(if: VersionOneGroup.root != nil, "no cgroups of version 1 are mounted"))
  func `containers in cgroups of version 1 alone are said`() async throws {
    try await withStage { stage in
      let id = String(repeating: "9c", count: 32)
      let directory = try #require(VersionOneGroup.root) + "/tptest-\(getpid())-\(id)"
      try #require(mkdir(directory, 0o755) == 0)
      defer { rmdir(directory) }
      let words = "in version 1 alone, so they look like the host"
      let asked = try await outcome(of: [Tracer.path, "doctor"])
      #expect(asked.ending == .exited(0))
      #expect(asked.output.contains(words), "\(asked.output)")
      let applied = try await outcome(
        of: [
          Tracer.path, "-e", "net_packet_tcp.data.dst_port=80", "-s", "container", "--for", "1ms",
        ])
      #expect(applied.errors.contains(words), "\(applied.errors)")
      #expect(applied.errors.contains("; policies filter on containers\n"))
      #expect(applied.errors.contains("; containers that look like the host: "))
    }
  }
}

/// A mount of cgroups of version 1.
private enum VersionOneGroup {
  static let root: String? = {
    let mounts = (try? String(contentsOfFile: "/proc/self/mounts", encoding: .utf8)) ?? ""
    for line in mounts.split(separator: "\n") {
      let parts = line.split(separator: " ").map(String.init)
      if parts.count > 3, parts[2] == "cgroup", parts[3].contains("name=systemd") {
        return parts[1]
      }
    }
    return nil
  }()
}
