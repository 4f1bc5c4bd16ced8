// SPDX-License-Identifier: Apache-2.0

import Glibc
import Pipeline
import Policy
import System

/// Prints how fast captures become JSON, beside tcpdump and tshark on the same packets; everything is written to /dev/null.
///
/// All in processor time, of all threads. The fastest of three is printed; the others run once. tshark, which is slow, gets the first packets only, and what it
/// needs to start counts. Where either is not installed, its column is empty.
func measureReplay() throws {
  print("\nreplay  flows  packets/s  × tcpdump -nn  × tshark -T json")
  let folder = "/tmp/tracee-policy-bench-\(getpid())"
  guard mkdir(folder, 0o700) == 0 else { return }
  defer { rmdir(folder) }
  for (name, flows, kind) in [
    ("tcp", 300, EventKind.tcp), ("tcp", 600_000, .tcp), ("dns", 300, .dns), ("http", 300, .http),
  ] {
    let count = 600_000
    let path = "\(folder)/\(name)"
    let short = "\(folder)/short"
    write(path, packets: count, flows: flows, kind)
    write(short, packets: 20_000, flows: flows, kind)
    defer {
      unlink(path)
      unlink(short)
    }
    let own = try fastest { try replay(path, kind) } / Double(count)
    let few = flows == 300
    // The time that tcpdump needs grows with the square of the flows.
    let tcpdump = few ? seconds(of: "tcpdump -nn -r", path) / Double(count) : 0
    let tshark = seconds(of: "tshark -n -T json -r", short) / 20_000
    let ratios = [tcpdump, tshark].map { $0 == 0 ? "" : "\((($0 / own) * 10).rounded() / 10)" }
    print(name, flows, Int(1 / own), ratios[0], ratios[1], separator: "\t")
  }
}

private func replay(_ path: String, _ kind: EventKind) throws {
  let output = try Output(Destination(.json, path: "/dev/null"), clock: BootClock(epochOffset: 0))
  let plan = TracePlan(policies: ["bench"], rules: [PlanRule(policy: 0, event: kind)])
  let reader = try CaptureReader.open(path)
  var run = ReplayRun(plan, reader, outputs: [output])
  try run.run()
  precondition(run.ledger.ledger.emitted == 600_000, "every packet gives an event: \(run.ledger)")
}

private func fastest(_ body: () throws -> Void) rethrows -> Double {
  var fastest = Double.infinity
  for _ in 0..<3 {
    let start = processorSeconds()
    try body()
    fastest = min(fastest, processorSeconds() - start)
  }
  return fastest
}

/// The processor time that a program takes to read a capture; 0 when it is not installed, or fails.
private func seconds(of command: String, _ path: String) -> Double {
  let start = childrenSeconds()
  return system("\(command) \(path) >/dev/null 2>&1") == 0 ? childrenSeconds() - start : 0
}

/// The processor time that all children took that have ended.
private func childrenSeconds() -> Double {
  var usage = rusage()
  getrusage(__rusage_who_t(RUSAGE_CHILDREN.rawValue), &usage)
  return [usage.ru_utime, usage.ru_stime].reduce(0) {
    $0 + Double($1.tv_sec) + Double($1.tv_usec) / 1e6
  }
}

/// Writes a pcap file of Ethernet frames.
func write(_ path: String, packets: Int, flows: Int, _ kind: EventKind) {
  guard let file = fopen(path, "w") else { return }
  defer { fclose(file) }
  func put(_ bytes: [UInt8]) { fwrite(bytes, 1, bytes.count, file) }
  func little(_ numbers: UInt32...) -> [UInt8] {
    numbers.flatMap { number in withUnsafeBytes(of: number.littleEndian) { Array($0) } }
  }
  put(little(0xa1b2_c3d4, 0x0004_0002, 0, 0, 262_144, 1))
  for number in 0..<packets {
    let packet = SamplePackets.packet(
      giving: kind, number: number, flow: number % flows, perFlow: number / flows)
    let frame = [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0] + packet
    let length = UInt32(frame.count)
    put(little(1_700_000_000 + UInt32(number / 1000), UInt32(number % 1000) * 1000, length, length))
    put(frame)
  }
}
