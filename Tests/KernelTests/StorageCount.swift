// SPDX-License-Identifier: Apache-2.0

import CBPF
import Glibc
import TestSupport

/// Counts the sockets that have something in a local storage, with a BPF iterator of its own.
///
/// Local storages have no list of entries that a descriptor could be asked for.
struct StorageCount: ~Copyable {
  private let program: CInt
  private let link: CInt

  /// Has an iterator write one byte for each socket of the machine that has an entry in a map.
  init(sockets map: CInt) throws {
    let target = "bpf_sk_storage_map"
    let code =
      [
        // value = context->value
        Instruction(code: 0xbf, target: 6, source: 1),
        Instruction(code: 0x79, target: 0, source: 6, offset: 24),
        // if (value) bpf_seq_write(context->meta->seq, "\1", 1)
        Instruction(code: 0x15, target: 0, offset: 7),
        Instruction(code: 0x72, target: 10, offset: -1, value: 1),
        Instruction(code: 0x79, target: 1, source: 6),
        Instruction(code: 0x79, target: 1, source: 1),
        Instruction(code: 0xbf, target: 2, source: 10),
        Instruction(code: 0x07, target: 2, value: -1),
        Instruction(code: 0xb7, target: 3, value: 1),
        Instruction(code: 0x85, value: Int32(BPF_FUNC_seq_write.rawValue)),
        Instruction(code: 0xb7, target: 0), Instruction(code: 0x95),
      ]
    var options = bpf_prog_load_opts()
    options.sz = MemoryLayout<bpf_prog_load_opts>.size
    options.expected_attach_type = BPF_TRACE_ITER
    options.attach_btf_id = UInt32(max(0, libbpf_find_vmlinux_btf_id(target, BPF_TRACE_ITER)))
    let program = bpf_prog_load(
      BPF_PROG_TYPE_TRACING, "count", "GPL", code.map(\.encoded), code.count, &options)
    guard program >= 0 else { throw SystemCallFailed("load an iterator of \(target)") }
    var place = bpf_iter_link_info()
    place.map.map_fd = UInt32(map)
    let link = withUnsafeMutablePointer(to: &place) { place in
      var options = bpf_link_create_opts()
      options.sz = MemoryLayout<bpf_link_create_opts>.size
      options.iter_info = place
      options.iter_info_len = UInt32(MemoryLayout<bpf_iter_link_info>.size)
      return bpf_link_create(program, 0, BPF_TRACE_ITER, &options)
    }
    guard link >= 0 else {
      close(program)
      throw SystemCallFailed("attach an iterator of \(target)")
    }
    (self.program, self.link) = (program, link)
  }

  deinit {
    close(link)
    close(program)
  }

  /// How many there are now.
  func now() throws -> Int {
    let iterator = bpf_iter_create(link)
    guard iterator >= 0 else { throw SystemCallFailed("bpf_iter_create") }
    defer { close(iterator) }
    var bytes = [UInt8](repeating: 0, count: 4096)
    var count = 0
    while true {
      let length = read(iterator, &bytes, bytes.count)
      if length < 0 && (errno == EINTR || errno == EAGAIN) { continue }
      guard length >= 0 else { throw SystemCallFailed("read an iterator") }
      if length == 0 { return count }
      count += length
    }
  }
}

/// One instruction of BPF, as the kernel numbers them.
private struct Instruction {
  var code: UInt8
  var target: UInt8 = 0
  var source: UInt8 = 0
  var offset: Int16 = 0
  var value: Int32 = 0

  var encoded: bpf_insn {
    var instruction = bpf_insn()
    instruction.code = code
    instruction.dst_reg = target
    instruction.src_reg = source
    instruction.off = offset
    instruction.imm = value
    return instruction
  }
}
