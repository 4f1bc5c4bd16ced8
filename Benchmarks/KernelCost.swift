import CBPF
import Pipeline
import Policy

/// Prints what a UDP packet that no rule wants costs in the kernel, for plans whose rules use every dimension of packets.
///
/// The kernel runs the program a million times and says the mean (`BPF_PROG_TEST_RUN`); the fastest of five is printed. The
/// packet has no owner: the look-ups of a socket's owner come on top.
func measureKernel() throws {
  let packet: [UInt8] =
    [0x45, 0, 0, 48, 0, 1, 0x40, 0, 64, 17, 0, 0, 127, 0, 0, 1, 127, 0, 0, 1]
    + [0x80, 0x39, 0x97, 0x0f, 0, 28, 0, 0] + [UInt8](repeating: 0x78, count: 20)
  print("\nrules  ns/unwanted packet  of one rule's")
  var first: UInt32?
  for count in [1, 64, 256, 1024] {
    let test = try PacketTest(KernelTables(unwantedPlan(rules: count), generation: 1))
    var fastest = UInt32.max
    for _ in 0..<5 {
      fastest = min(fastest, try test.run(TP_EGRESS, packet, times: 1_000_000).nanoseconds)
    }
    let wanted = try test.counts().wanted
    precondition(wanted == 0, "no rule wants the packet")
    first = first ?? fastest
    let ratio = Double(fastest) / Double(first ?? fastest)
    print(count, fastest, (ratio * 100).rounded() / 100, separator: "\t")
  }
}
