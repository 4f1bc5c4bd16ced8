// SPDX-License-Identifier: Apache-2.0

import CBPF
import Glibc
import Testing

@testable import Pipeline

@Suite struct RefusalTests {
  /// What libbpf says of a program whose log is longer than what it prints at once used to be.
  private static let log =
    """
    libbpf: prog 'tp_on_egress': BPF program load failed: Permission denied
    libbpf: prog 'tp_on_egress': -- BEGIN PROG LOAD LOG --
    0: R1=ctx() R10=fp0
    ; return trace(skb, TP_EGRESS);
    612: (85) call bpf_skb_load_bytes#26
    R4 invalid zero-sized read: u64=[0,63]
    verification time 1811 usec
    stack depth 40+312
    processed 612 insns (limit 1000000) max_states_per_insn 1 total_states 3 peak_states 3 mark_read 2
    -- END PROG LOAD LOG --
    libbpf: prog 'tp_on_egress': failed to load: -13
    libbpf: failed to load object 'tp'

    """

  @Test func `the program and the verifier's reason are named, never the lack of root`() {
    let refusal = Refusal(log: Self.log)
    #expect(refusal.program == "tp_on_egress")
    #expect(refusal.reason == "R4 invalid zero-sized read: u64=[0,63]")
    let advice = refusal.advice(-EACCES)
    #expect(
      advice.hasPrefix(
        "of the program tp_on_egress the kernel said: R4 invalid zero-sized read: u64=[0,63]; "))
    #expect(!advice.contains("root"))
  }

  @Test func `without a word of the verifier libbpf's own last one is said`() {
    let refusal = Refusal(
      log: "libbpf: prog 'tp_on_send': failed to find kernel BTF type ID of 'x': -3\n")
    #expect(refusal.reason == nil)
    #expect(
      refusal.advice(-ESRCH).hasPrefix(
        "libbpf said: prog 'tp_on_send': failed to find kernel BTF type ID of 'x': -3; "))
    #expect(Refusal(log: "").advice(-EPERM).hasPrefix("the kernel gave no reason"))
  }

  @Test func `a reason at the end of a very long message is kept`() {
    tp_capture_log()
    guard let keep = libbpf_set_print(nil) else {
      Issue.record("libbpf's words are not kept")
      return
    }
    _ = libbpf_set_print(keep)
    let steps = (0..<20_000).map { "\($0): (b7) r1 = 0\n" }.joined()
    #expect(steps.utf8.count > 1 << 18)
    for message in [
      "libbpf: prog 'long': -- BEGIN PROG LOAD LOG --\n\(steps)R0 !read_ok\nprocessed 20000 insns\n"
        + "-- END PROG LOAD LOG --\n", "libbpf: prog 'long': failed to load: -13\n",
    ] {
      message.withCString { text in
        _ = withVaList([text]) { keep(LIBBPF_WARN, "%s", $0) }
      }
    }
    let refusal = Refusal(log: String(cString: tp_captured_log()))
    #expect(refusal.program == "long")
    #expect(refusal.reason == "R0 !read_ok")
  }
}
