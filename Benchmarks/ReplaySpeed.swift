import Glibc
import Pipeline
import Policy

/// Prints how fast captures become JSON, beside tcpdump and tshark on the same packets; everything is written to /dev/null.
///
/// The fastest of three is printed; the others run once. tshark, which is slow, gets the first packets only, and what it
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
  let plan = TracePlan(policies: ["bench"], rules: [Rule(policy: 0, event: kind)])
  let reader = try CaptureReader.open(path)
  var run = ReplayRun(plan, reader, outputs: [output])
  try run.run()
  precondition(run.ledger.ledger.emitted == 600_000, "every packet gives an event")
}

private func fastest(_ body: () throws -> Void) rethrows -> Double {
  var fastest = Double.infinity
  for _ in 0..<3 {
    let start = seconds()
    try body()
    fastest = min(fastest, seconds() - start)
  }
  return fastest
}

/// How long a program takes to read a capture; 0 when it is not installed, or fails.
private func seconds(of command: String, _ path: String) -> Double {
  let start = seconds()
  return system("\(command) \(path) >/dev/null 2>&1") == 0 ? seconds() - start : 0
}

/// Writes a pcap file of Ethernet frames.
private func write(_ path: String, packets: Int, flows: Int, _ kind: EventKind) {
  guard let file = fopen(path, "w") else { return }
  defer { fclose(file) }
  func put(_ bytes: [UInt8]) { fwrite(bytes, 1, bytes.count, file) }
  func little(_ numbers: UInt32...) -> [UInt8] {
    numbers.flatMap { number in withUnsafeBytes(of: number.littleEndian) { Array($0) } }
  }
  put(little(0xa1b2_c3d4, 0x0004_0002, 0, 0, 262_144, 1))
  for number in 0..<packets {
    let frame = frame(number, flow: number % flows, kind)
    let length = UInt32(frame.count)
    put(little(1_700_000_000 + UInt32(number / 1000), UInt32(number % 1000) * 1000, length, length))
    put(frame)
  }
}

private func frame(_ number: Int, flow: Int, _ kind: EventKind) -> [UInt8] {
  func big(_ number: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * (count - 1 - $0))) }
  }
  let payload: [UInt8] =
    switch kind {
    case .dns:
      big(number & 0xffff, 2) + [0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0, 3] + Array("www".utf8) + [7]
        + Array("example".utf8) + [3] + Array("com".utf8) + [0, 0, 1, 0, 1, 0xc0, 12, 0, 1, 0, 1]
        + [0, 0, 14, 16, 0, 4, 93, 184, 216, 34]
    case .http:
      Array(
        "GET /index.html?n=1 HTTP/1.1\r\nHost: www.example.com\r\nUser-Agent: curl/8\r\n\r\n".utf8)
    default: []
    }
  let isUDP = kind == .dns
  let port = isUDP ? 53 : 80
  let ports =
    isUDP
    ? big(port, 2) + big(1024 + flow % 60_000, 2) : big(1024 + flow % 60_000, 2) + big(port, 2)
  let header =
    isUDP
    ? ports + big(8 + payload.count, 2) + [0, 0]
    : ports + big(number * 200, 4) + big(2000, 4) + [0x80, 0x18, 1, 0xf6, 0, 0, 0, 0]
      + [1, 1, 8, 10] + big(number, 4) + big(number, 4)
  let length = 20 + header.count + payload.count
  return [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0, 0x45, 0] + big(length, 2)
    + big(number & 0xffff, 2) + [0x40, 0, 64, isUDP ? 17 : 6, 0, 0]
    + [10, 0] + big(flow / 60_000, 2) + [192, 168, 0, 1] + header + payload
}
