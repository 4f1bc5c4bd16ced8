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
    (["setpriv", "--bounding-set=-all", "--inh-caps=-all"], "run as root"),
  ])
  func `what is missing is named, with what to do`(lacking: [String], word: String) async throws {
    let selection = ["-e", "net_packet_tcp.data.dst_port=80", "--for", "1ms"]
    let applied = try await outcome(of: lacking + [Tracer.path] + selection)
    #expect(applied.ending == .exited(2), "\(applied.errors)")
    #expect(applied.output.isEmpty)
    #expect(applied.errors.split(separator: "\n").count == 1, "\(applied.errors)")
    #expect(applied.errors.contains(word) && applied.errors.contains("; "), "\(applied.errors)")
  }

  @Test(arguments: ["/nonexistent", "/tmp", "/etc/hostname"])
  func `a path that is no cgroup is refused`(path: String) async throws {
    let selection = ["-e", "net_packet_tcp.data.dst_port=80", "--cgroup", path, "--for", "1ms"]
    let applied = try await outcome(of: [Tracer.path] + selection)
    #expect(applied.ending == .exited(2))
    #expect(applied.errors.split(separator: "\n").count == 1, "\(applied.errors)")
    #expect(applied.errors.contains(path), "\(applied.errors)")
  }
}
