// SPDX-License-Identifier: Apache-2.0

import CBPF
import Glibc

/// Programs that return at once, in the places where the tracer's are: what the kernel takes for calling any at all.
struct BarePrograms: ~Copyable {
  private var descriptors: [CInt] = []

  init() throws {
    let cgroup = open(try cgroupRoot(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard cgroup >= 0 else { throw Refused("open the cgroup") }
    descriptors.append(cgroup)
    for (name, place) in [("egress", BPF_CGROUP_INET_EGRESS), ("ingress", BPF_CGROUP_INET_INGRESS)]
    {
      let program = try load("bare_\(name)", BPF_PROG_TYPE_CGROUP_SKB, returning: 1) {
        $0.expected_attach_type = place
      }
      let link = bpf_link_create(program, cgroup, place, nil)
      descriptors += [program, link]
      guard link >= 0 else { throw Refused("attach a program", -link) }
    }
    for (name, tracepoint) in [("send", "sock_send_length"), ("receive", "sock_recv_length")] {
      let type = libbpf_find_vmlinux_btf_id(tracepoint, BPF_TRACE_RAW_TP)
      let program = try load("bare_\(name)", BPF_PROG_TYPE_TRACING, returning: 0) {
        $0.expected_attach_type = BPF_TRACE_RAW_TP
        $0.attach_btf_id = UInt32(max(0, type))
      }
      let link = bpf_raw_tracepoint_open(nil, program)
      descriptors += [program, link]
      guard link >= 0 else { throw Refused("attach to \(tracepoint)", -link) }
    }
  }

  deinit { for descriptor in descriptors.reversed() { close(descriptor) } }
}

private func load(
  _ name: String, _ type: bpf_prog_type, returning value: Int32,
  _ configure: (inout bpf_prog_load_opts) -> Void
) throws -> CInt {
  var options = bpf_prog_load_opts()
  options.sz = MemoryLayout<bpf_prog_load_opts>.size
  configure(&options)
  // r0 = value; exit
  var code = [bpf_insn(), bpf_insn()]
  (code[0].code, code[0].imm) = (0xb7, value)
  code[1].code = 0x95
  let number = bpf_prog_load(type, name, "GPL", code, code.count, &options)
  guard number >= 0 else { throw Refused("load a program", -number) }
  return number
}

/// Where the v2 tree of cgroups is mounted.
private func cgroupRoot() throws -> String {
  guard let file = fopen("/proc/self/mounts", "r") else { throw Refused("open /proc/self/mounts") }
  defer { fclose(file) }
  var line = [CChar](repeating: 0, count: 4096)
  while fgets(&line, CInt(line.count), file) != nil {
    let words = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self)
      .split(separator: " ")
    if words.count > 2, words[2] == "cgroup2" { return String(words[1]) }
  }
  throw Refused("find the cgroup v2 tree", ENOENT)
}
