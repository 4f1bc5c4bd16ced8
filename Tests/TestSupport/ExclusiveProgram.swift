// SPDX-License-Identifier: Apache-2.0

import CBPF
import Glibc

/// A BPF program that lets every packet pass, and is attached to what leaves a cgroup so that no other can be.
public final class ExclusiveProgram {
  /// Its number in the kernel.
  public let id: UInt32
  private let program: CInt
  private let directory: CInt

  /// Loads and attaches it.
  public init(_ name: String, at cgroup: String) throws {
    directory = open(cgroup, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard directory >= 0 else { throw SystemCallFailed("open \(cgroup)") }
    // r0 = 1; exit
    var (pass, exit) = (bpf_insn(), bpf_insn())
    (pass.code, pass.imm) = (0xb7, 1)
    exit.code = 0x95
    program = bpf_prog_load(BPF_PROG_TYPE_CGROUP_SKB, name, "GPL", [pass, exit], 2, nil)
    guard program >= 0 else { throw SystemCallFailed("load a BPF program") }
    var information = bpf_prog_info()
    var size = UInt32(MemoryLayout<bpf_prog_info>.size)
    guard bpf_obj_get_info_by_fd(program, &information, &size) == 0 else {
      throw SystemCallFailed("ask for a BPF program")
    }
    id = information.id
    guard bpf_prog_attach(program, directory, BPF_CGROUP_INET_EGRESS, 0) == 0 else {
      throw SystemCallFailed("attach a BPF program")
    }
  }

  /// Detaches it.
  public func detach() { bpf_prog_detach2(program, directory, BPF_CGROUP_INET_EGRESS) }

  deinit {
    detach()
    close(program)
    close(directory)
  }
}
