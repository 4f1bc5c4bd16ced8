import CAllocations
import CBPF
import Glibc
import Pipeline
import Policy

let plan = TracePlan(
  policies: ["web-egress", "everything"],
  rules: [
    Rule(policy: 0, event: .tcp), Rule(policy: 1, event: .ipv4), Rule(policy: 1, event: .tcp),
  ])

/// What is measured: the parts that are named by arguments, or all.
let parts: [(name: String, needsRoot: Bool, measure: () throws -> Void)] = [
  ("events", false, measureEvents),
  ("lint", false, measureLint),
  ("compile", false, measureCompiling),
  ("replay", false, measureReplay),
  ("packet", true, measureKernel),
  ("programs", true, measurePrograms),
  ("rate", true, measureSendRate),
  ("tables", true, measureTables),
  ("start", true, measureStart),
  ("live", true, measureLive),
]
let wanted = CommandLine.arguments.dropFirst()
for part in parts where wanted.isEmpty || wanted.contains(part.name) {
  if part.needsRoot && geteuid() != 0 {
    print("\n\(part.name): skipped, loading BPF needs root")
  } else {
    do { try part.measure() } catch {
      print("\(part.name): \(error)")
      exit(1)
    }
  }
}

/// Prints how fast a record becomes lines: one thread, batches of 256 records, written to /dev/null.
func measureEvents() throws {
  print("output  events a record  ns/event  events/s  allocations/event")
  for (format, row) in [(.json, 0b101), (.json, 0b111), (.table, 0b101), (.none, 0b101)]
    as [(Destination.Format, UInt64)]
  {
    let path = format == .none ? nil : "/dev/null"
    let output = try Output(Destination(format, path: path), clock: .now())
    try measure(format, Emitter(outputs: [output]), record: tcpRecord(row: row))
  }
}

/// Consumes one record again and again, and prints what the fastest of five rounds took.
func measure(
  _ format: Destination.Format, _ emitter: consuming Emitter, record: [UInt8]
) throws {
  let records = 500_000
  var fastest = Double.infinity
  var allocations: UInt = 0
  emitter.add(plan, generation: 1)
  for _ in 0..<6 {
    let start = seconds()
    let before = ca_allocations()
    for number in 1...records {
      emitter.consume(record.span.bytes)
      if number % 256 == 0 { _ = try emitter.flush() }
    }
    allocations = ca_allocations() - before
    fastest = min(fastest, seconds() - start)
  }
  let events = emitter.counts.events / 6
  let perEvent = fastest / Double(events)
  print(
    format.rawValue, events / UInt64(records), Int(perEvent * 1e9), Int(1 / perEvent),
    Double(allocations) / Double(events), separator: "\t")
}

/// A record of a TCP segment with options that `curl` sent.
func tcpRecord(row: UInt64) -> [UInt8] {
  var packet: [UInt8] = [0x45, 0, 0, 52, 0xbe, 0xef, 0x40, 0, 64, 6, 0, 0]
  packet += [192, 168, 200, 50, 70, 42, 73, 30]
  packet += [0x9c, 0x54, 0, 80, 0xf8, 0xbd, 0x34, 0x4b, 0xaa, 0xec, 0x50, 0xe2]
  packet += [0x80, 0x10, 0x0a, 0xce, 0x18, 0x4a, 0, 0]
  packet += [UInt8](repeating: 1, count: 12)

  var header = tp_packet()
  header.kind = TP_RECORD_PACKET.rawValue
  header.generation = 1
  header.time = 8_642_000_000_000
  header.length = UInt32(packet.count)
  header.captured = UInt32(packet.count)
  header.processor = 1
  header.system_call = 47
  header.row_words = 1
  header.direction = UInt8(TP_EGRESS.rawValue)
  header.shape = UInt8(TP_TRANSPORT_TCP.rawValue)
  header.transport_offset = 20
  header.owner.id = 7
  (header.owner.pid, header.owner.tid, header.owner.ppid) = (1_014_858, 1_014_989, 1_729)
  (header.owner.ns_pid, header.owner.ns_tid, header.owner.ns_ppid) = (1_014_858, 1_014_989, 1_729)
  (header.owner.uid, header.owner.cgroup_id) = (1_000, 5_650)
  (header.owner.mount_namespace, header.owner.pid_namespace) = (4_026_531_841, 4_026_531_836)
  header.owner.start_time = 8_000_000_000_000
  header.owner.leader_start_time = 8_000_000_000_000
  header.owner.parent_start_time = 7_000_000_000_000
  withUnsafeMutableBytes(of: &header.owner.comm) { $0.copyBytes(from: "curl".utf8) }
  withUnsafeMutableBytes(of: &header.owner.node_name) { $0.copyBytes(from: "rugged".utf8) }
  withUnsafeMutableBytes(of: &header.owner.executable) { $0.copyBytes(from: "/usr/bin/curl".utf8) }

  return withUnsafeBytes(of: header) { Array($0) } + withUnsafeBytes(of: row) { Array($0) } + packet
}

/// The seconds of a clock that only goes forward.
func seconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}
