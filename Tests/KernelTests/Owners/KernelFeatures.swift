// SPDX-License-Identifier: Apache-2.0

import CBPF
import Foundation
import Glibc
import TestSupport
import Testing

/// What a case about owners needs of the kernel.
enum KernelFeatures {
  /// Whether programs can be attached to the returns of the kernel's functions, such as that which accepts.
  static let watchesFunctions: Bool = {
    let function = libbpf_find_vmlinux_btf_id("inet_csk_accept", BPF_TRACE_FEXIT)
    guard function > 0 else { return false }
    var options = bpf_prog_load_opts()
    options.sz = MemoryLayout<bpf_prog_load_opts>.size
    options.expected_attach_type = BPF_TRACE_FEXIT
    options.attach_btf_id = UInt32(function)
    // r0 = 0; exit
    var code = [bpf_insn(), bpf_insn()]
    code[0].code = 0xb7
    code[1].code = 0x95
    let program = bpf_prog_load(BPF_PROG_TYPE_TRACING, "probe", "GPL", code, code.count, &options)
    guard program >= 0 else { return false }
    defer { close(program) }
    let link = bpf_raw_tracepoint_open(nil, program)
    guard link >= 0 else { return false }
    close(link)
    return true
  }()

  /// Why io_uring cannot be tried here; nil where it can.
  static let ringRefusal: String? = {
    guard let text = text("/proc/sys/kernel/io_uring_disabled") else { return nil }
    return text == "0" ? nil : "io_uring is switched off in this kernel"
  }()

  /// Cancels the test where io_uring cannot be tried.
  static func requireRing() throws {
    if let ringRefusal { try Test.cancel("\(ringRefusal)") }
  }

  /// Whether a user may make a user namespace.
  static var allowsUserNamespaces: Bool {
    access("/proc/self/ns/user", F_OK) == 0
      && text("/proc/sys/kernel/unprivileged_userns_clone") != "0"
      && text("/proc/sys/user/max_user_namespaces") != "0"
  }

  /// Where the program stands that is built for the 32-bit interface.
  static let source32Bit: String = {
    let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    return tests.appending(path: "OwnerPrograms/compat/send.c").path
  }()

  /// Whether there is a compiler for it.
  static let compiles32Bit: Bool = {
    let compiler = Process()
    compiler.executableURL = URL(filePath: "/usr/bin/env")
    compiler.arguments = ["gcc", "-m32", "-o", "/dev/null", source32Bit]
    compiler.standardError = FileHandle.nullDevice
    guard (try? compiler.run()) != nil else { return false }
    compiler.waitUntilExit()
    return compiler.terminationStatus == 0
  }()

  /// Cancels the test where the kernel has no 32-bit system calls.
  static func require32BitCalls() throws {
    #if arch(x86_64)
      let configuration = text("/proc/cmdline") ?? ""
      if configuration.contains("ia32_emulation=0") || configuration.contains("ia32_emulation=off")
      {
        try Test.cancel("32-bit system calls are switched off in this kernel")
      }
    #else
      try Test.cancel("the programs make 32-bit system calls only on x86-64")
    #endif
  }

  /// Cancels the test where the kernel has no MPTCP.
  static func requireMPTCP() throws {
    if text("/proc/sys/net/mptcp/enabled") != "1" {
      try Test.cancel("this kernel has no MPTCP, or it is switched off")
    }
  }

  /// Expects that the other side's offer of MPTCP arrived at a server here.
  static func expectMPTCP(on side: VirtualNetwork.Side) async throws {
    let lines = try await side.run("cat", "/proc/net/netstat").split(separator: "\n")
      .filter { $0.hasPrefix("MPTcpExt:") }.map { $0.split(separator: " ") }
    try #require(lines.count == 2)
    let counts = Dictionary(zip(lines[0], lines[1])) { first, _ in first }
    #expect(Int(counts["MPCapableSYNRX"] ?? "0") ?? 0 > 0, "MPTCP was used")
  }

  private static func text(_ path: String) -> String? {
    (try? String(contentsOfFile: path, encoding: .utf8))?
      .trimmingCharacters(in: .whitespacesAndNewlines)
  }
}
