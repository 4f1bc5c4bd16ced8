import CBPF
import Pipeline
import Policy

/// Prints what a UDP packet that no rule wants costs in the kernel, for plans whose rules use every dimension of packets.
///
/// The kernel runs the program a million times and says the mean (`BPF_PROG_TEST_RUN`); the fastest of five is printed. The
/// packet has no owner: the look-ups of a socket's owner, some 100 ns, come on top.
func measureKernel() throws {
  let packet: [UInt8] =
    [0x45, 0, 0, 48, 0, 1, 0x40, 0, 64, 17, 0, 0, 10, 1, 2, 3, 10, 9, 8, 7]
    + [0x30, 0x39, 0x27, 0x0f, 0, 28, 0, 0] + [UInt8](repeating: 0x78, count: 20)
  var first: UInt32?
  for count in [1, 64, 256, 1024] {
    let rules = (0..<count).map { number in
      Rule(
        policy: 0, event: .udp,
        filters: [
          Clause(.source, Condition(included: [.addresses(network(number))])),
          Clause(.destination, Condition(excluded: [.addresses(network(number + 7))])),
          Clause(.sourcePort, Condition(bounds: [Bound(.greaterOrEqual, UInt64(number))])),
          Clause(.destinationPort, Condition(included: [.numbers(port(number)...port(number))])),
          Clause(.direction, Condition(included: [.numbers(1...1)])),
        ])
    }
    let tables = KernelTables(TracePlan(policies: ["bench"], rules: rules), generation: 1)
    let test = try PacketTest(tables)
    var fastest = UInt32.max
    for _ in 0..<5 {
      fastest = min(fastest, try test.run(TP_EGRESS, packet, times: 1_000_000).nanoseconds)
    }
    first = first ?? fastest
    let ratio = Double(fastest) / Double(first ?? fastest)
    print(count, fastest, (ratio * 100).rounded() / 100, separator: "\t")
  }
}

/// A network of 256 addresses for each number, 10.0.0.0/24 and so on.
private func network(_ number: Int) -> ClosedRange<IPAddress> {
  let first = 0x0a00_0000 + UInt32(number) * 256
  return IPAddress(ipv4: first)...IPAddress(ipv4: first + 255)
}

/// A port that the packet does not have.
private func port(_ number: Int) -> UInt64 { 20_000 + UInt64(number) }
