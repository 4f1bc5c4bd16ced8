// SPDX-License-Identifier: Apache-2.0

import CTraffic
import Glibc

/// Prints what it takes to write down the datagrams of a sender that does nothing else, beside tcpdump on the same ones, and
/// the fastest pace of which nothing is lost for ten seconds.
///
/// The tracer is asked for both directions, so that it writes two events a packet where tcpdump writes one line. Nobody
/// reads the datagrams, so that a processor is left to who writes; all of them write to memory, into a file of which the
/// beginning is given back meanwhile. Rounds go over all of them in turn, and medians are printed.
func measureLive() throws {
  let rounds = 3
  let folder = try Folder(megabytes: 4096)
  var free: [Double] = []
  var runs = [[LiveRun]](repeating: [], count: Recorder.allCases.count)
  for _ in 0..<rounds {
    let traffic = try LoopbackTraffic(size: 32, isReceived: false)
    free.append(try traffic.rate().perSecond)
    _ = consume traffic
    for (place, recorder) in Recorder.allCases.enumerated() {
      runs[place].append(try recorder.record(rate: 0, for: 5, in: folder))
    }
  }
  print("\nlive: a sender alone reaches \(Int(median(free))) packets/s; then with, over 5 s each:")
  print("recorder  packets/s  events/s  CPU-s/million events  % of a core  bytes/event  lost %")
  for (recorder, runs) in zip(Recorder.allCases, runs) where runs.allSatisfy({ $0.expected > 0 }) {
    func middle(_ value: (LiveRun) -> Double, _ digits: Double = 1) -> String {
      "\((median(runs.map(value)) * digits).rounded() / digits)"
    }
    print(
      "  \(recorder.rawValue)", middle { $0.perSecond }, middle { $0.eventsPerSecond },
      middle({ $0.processor / $0.written * 1e6 }, 100),
      middle({ $0.processor / $0.seconds * 100 }), middle { $0.bytes / $0.written },
      middle({ (1 - $0.written / $0.expected) * 100 }, 1000), separator: "\t")
  }
  try findLosslessRate(in: folder)
}

/// Prints the trials of a search for the fastest pace without loss: from all that the sender can, halving what is between.
private func findLosslessRate(in folder: borrowing Folder) throws {
  print("paces of 10 s, json  events/s  CPU-s/million events  % of a core  lost")
  var (low, high) = (0.0, Double.infinity)
  var best: LiveRun?
  for _ in 0..<7 where high - low > low / 50 {
    let rate = high == .infinity ? 0 : Int((low + high) / 2)
    let run = try Recorder.json.record(rate: rate, for: 10, in: folder)
    print(
      "  \(rate == 0 ? "all that it can" : "\(rate)")", Int(run.eventsPerSecond),
      (run.processor / run.written * 1e8).rounded() / 100,
      Int(run.processor / run.seconds * 100), Int(run.expected - run.written), separator: "\t")
    if run.written == run.expected {
      if run.perSecond >= best?.perSecond ?? 0 { best = run }
      // The sender reached less than the pace: there is no more to be had.
      if run.perSecond < Double(rate) * 0.98 || rate == 0 { break }
      low = max(low, run.perSecond)
    } else {
      high = min(high, run.perSecond)
    }
  }
  print("  the fastest without loss: \(Int(best?.eventsPerSecond ?? 0)) events/s")
}

/// What one recorder did with the packets of some seconds.
private struct LiveRun {
  var seconds = 0.0
  /// The packets that the sender sent, by its own count.
  var sent = 0.0
  /// The events that should have come of them, and those that did.
  var expected = 0.0, written = 0.0
  /// The bytes that were written of them.
  var bytes = 0.0
  /// The seconds of processor time, from the first packet until all was written.
  var processor = 0.0

  var perSecond: Double { sent / seconds }
  var eventsPerSecond: Double { written / seconds }
}

/// Who writes packets down.
private enum Recorder: String, CaseIterable {
  case json = "tracee-policy -o json"
  case capture = "tracee-policy -o pcap"
  case none = "tracee-policy -o none"
  case tcpdumpFile = "tcpdump -w"
  case tcpdumpText = "tcpdump -nn -l"

  /// How many events a packet gives.
  private var events: Double { isTracer ? 2 : 1 }
  private var isTracer: Bool { self == .json || self == .capture || self == .none }

  private func command(_ port: UInt16, _ file: String, _ folder: borrowing Folder) throws
    -> [String]
  {
    let filter = "udp and dst host 127.0.0.1 and dst port \(port)"
    switch self {
    case .json, .capture, .none:
      let policy = """
        type: policy
        name: live
        scope: [global]
        rules:
          - event: net_packet_udp
            filters: ["data.dst=127.0.0.1", "data.dst_port=\(port)"]

        """
      let output =
        switch self {
        case .json: "json:\(file)"
        case .capture: "pcap:\(file)"
        default: "none"
        }
      return [
        Program.tracer, "apply", "-p", try folder.write("live.yaml", policy), "-o", output,
      ]
    case .tcpdumpFile: return ["tcpdump", "-Z", "root", "-i", "lo", "-w", file, filter]
    case .tcpdumpText: return ["tcpdump", "-Z", "root", "-i", "lo", "-nn", "-l", filter]
    }
  }

  /// Lets it write down what a sender sends for some seconds; nothing comes of it where it is not installed.
  func record(rate: Int, for duration: Double, in folder: borrowing Folder) throws -> LiveRun {
    var run = LiveRun()
    let file = "\(folder.path)/written"
    defer { unlink(file) }
    let door = try LoopbackDoor()
    let command = try command(door.port, file, folder)
    guard isTracer || system("command -v \(command[0]) >/dev/null") == 0 else { return run }
    var program = try Program(command, output: self == .tcpdumpText ? file : "/dev/null")
    try program.says(isTracer ? "ready: " : "listening on")

    let before = program.processorTime
    let start = seconds()
    var traffic = try door.traffic(size: 32, rate: rate)
    var given: Int = 0
    while seconds() < start + duration {
      usleep(100_000)
      giveBack(file, &given)
    }
    run.sent = Double(traffic.finish())
    run.seconds = seconds() - start
    // The tracer writes what is left when it is told to end; tcpdump forgets it.
    if !isTracer { usleep(1_000_000) }
    let usage = try program.end()
    guard usage.isWell else { throw Refused("record: \(program.said)", ECHILD) }
    run.processor = usage.processor - before
    run.expected = run.sent * events
    let counted = isTracer ? #/done: .*events (\d+)/# : #/(\d+) packets captured/#
    let written = program.said.firstMatch(of: counted).flatMap { Double($0.output.1) } ?? 0
    let lost = program.said.firstMatch(of: #/done: .*lost (\d+)/#).flatMap { Double($0.output.1) }
    run.written = written - (lost ?? 0)
    var status = stat()
    if stat(file, &status) == 0 { run.bytes = Double(status.st_size) }
    return run
  }
}

/// Gives the memory of a file's beginning back, up to what was written lately.
private func giveBack(_ file: String, _ given: inout Int) {
  let descriptor = open(file, O_WRONLY | O_CLOEXEC)
  guard descriptor >= 0 else { return }
  defer { close(descriptor) }
  let whole = Int(lseek(descriptor, 0, SEEK_END)) & ~0xfffff
  guard whole > given else { return }
  ct_give_back(descriptor, off_t(given), off_t(whole))
  given = whole
}
