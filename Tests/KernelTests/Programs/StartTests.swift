// SPDX-License-Identifier: Apache-2.0

import CBPF
import Foundation
import Glibc
import Testing

@testable import Pipeline

/// What the start costs, in what can be counted: time depends on the machine, and on who else runs.
@Suite(.serialized, .enabled(if: geteuid() == 0, "loading BPF needs root"))
struct StartTests {
  /// Two thirds of what it would be if each direction had a judge of its own: three quarters of it are that, which follows HTTP.
  @Test func `the verifier goes through the judgement of a packet once`() throws {
    let owners = try OwnerPrograms(
      rowWords: 1, ringBytes: 1 << 16, for: [.ingress, .egress])
    let names =
      PacketPrograms.names(for: [.ingress, .egress]).sorted() + owners.hooks.programs
      + owners.hooks.cgroupPrograms + Hooks.finders
    let instructions = try names.map { name in
      let program = owners.object.descriptor(ofProgram: name)
      let count = KernelObjects.number("verified_insns", of: program)
      try #require(count > 0, "\(name)")
      return count
    }
    let total = instructions.reduce(0, +)
    #expect(total < 120_000, "\(zip(names, instructions).map { "\($0) \($1)" })")
  }

  @Test func `libbpf searches the types that the programs name, not all of the kernel's`() throws {
    _ = try Hooks()
    let path = try #require(tp_types_path().map { String(cString: $0) })
    let all = try Data(contentsOf: URL(filePath: "/sys/kernel/btf/vmlinux"))
    #expect(try Data(contentsOf: URL(filePath: path)).count * 10 < all.count)
  }
}
