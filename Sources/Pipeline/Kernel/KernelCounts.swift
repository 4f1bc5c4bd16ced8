import CBPF

/// What the kernel side counted, over all CPUs.
///
/// The numbers only grow.
public struct KernelCounts: Equatable, Sendable {
  /// Packets that no rule wanted; ``malformed`` is part of it.
  public var unwanted: UInt64 = 0
  /// Packets of which a record was put into the ring.
  public var submitted: UInt64 = 0
  /// Packets that were wanted when the ring was full.
  public var ringFull: UInt64 = 0
  /// Packets that are not IP, or are cut off before the end of the IP header.
  public var malformed: UInt64 = 0

  /// Of the packets seen, the fragments after the first: they give events of IP alone, as the next ones do.
  public var fragments: UInt64 = 0
  /// Of the packets seen, those of IPv6 with more or longer extension headers than are followed.
  public var buried: UInt64 = 0
  /// Of the packets seen, those whose header of TCP, UDP or ICMP is not all there.
  public var cutOff: UInt64 = 0

  /// Changes of processes that found the ring full: what follows from them is not known.
  public var processesFull: UInt64 = 0

  /// Times that the kernel had no room with a socket for its owner: what arrives there is nobody's.
  public var socketFailures: UInt64 = 0
  /// Times that the kernel had no room with a socket for its streams: a message in several segments can be missed.
  public var streamFailures: UInt64 = 0
  /// Times that there was no room for what a process executes.
  public var processFailures: UInt64 = 0
  /// Packets that are nobody's, for their owner changed each time it was read.
  public var ownerFailures: UInt64 = 0

  /// Counts a packet whose transport is hidden.
  mutating func count(_ hidden: HiddenTransport) {
    switch hidden {
    case .inFragment: fragments += 1
    case .behindHeaders: buried += 1
    case .pastEnd: cutOff += 1
    }
  }

  /// Packets that a rule wanted.
  public var wanted: UInt64 { submitted + ringFull }
  /// Packets that were looked at.
  public var seen: UInt64 { unwanted + wanted }
}

/// Reads the counters of the kernel side.
struct KernelCounters {
  private let counters: Int32
  private let losses: Int32
  private let processors = Int(tp_possible_cpus())

  /// Takes the descriptors of the maps `tp_counters` and `tp_losses`.
  init(counters: Int32, losses: Int32) {
    self.counters = counters
    self.losses = losses
  }

  /// The counts of all packets.
  func counts() throws(KernelError) -> KernelCounts {
    let values = try read(counters, index: 0, words: MemoryLayout<tp_counters>.size / 8)
    func hidden(_ hiding: tp_hiding) -> UInt64 { values[5 + Int(hiding.rawValue)] }
    let failures = values[(5 + Int(TP_HIDINGS.rawValue))...]
    func failed(_ failure: tp_failure) -> UInt64 {
      failures[failures.startIndex + Int(failure.rawValue)]
    }
    return KernelCounts(
      unwanted: values[0], submitted: values[1], ringFull: values[2], malformed: values[3],
      fragments: hidden(TP_HIDDEN_BY_FRAGMENT), buried: hidden(TP_HIDDEN_BY_HEADERS),
      cutOff: hidden(TP_HIDDEN_BY_END), processesFull: values[4],
      socketFailures: failed(TP_FAILED_SOCKET), streamFailures: failed(TP_FAILED_STREAM),
      processFailures: failed(TP_FAILED_PROCESS), ownerFailures: failed(TP_FAILED_OWNER))
  }

  /// For each of the first `rules` rules of a generation, the packets that it wanted and that found the ring full.
  func losses(of generation: UInt32, rules: Int) throws(KernelError) -> [UInt64] {
    var result: [UInt64] = []
    for rule in 0..<rules {
      result.append(try read(losses, index: Self.place(of: rule, in: generation), words: 1)[0])
    }
    return result
  }

  /// Makes the losses of a generation 0, when no program counts them any more: its slot is used again.
  func clearLosses(of generation: UInt32, _ losses: [UInt64]) throws(KernelError) {
    for rule in losses.indices where losses[rule] != 0 {
      var index = Self.place(of: rule, in: generation)
      var values = [UInt64](repeating: 0, count: processors)
      let code = unsafe bpf_map_update_elem(self.losses, &index, &values, 0)
      guard code == 0 else { throw KernelError("clear the counters", code: code) }
    }
  }

  private static func place(of rule: Int, in generation: UInt32) -> UInt32 {
    Installer.slot(of: generation) * UInt32(TP_RULES_MAX) + UInt32(rule)
  }

  private func read(_ map: Int32, index: UInt32, words: Int) throws(KernelError) -> [UInt64] {
    var index = index
    var values = [UInt64](repeating: 0, count: words * processors)
    let code = unsafe bpf_map_lookup_elem(map, &index, &values)
    guard code == 0 else { throw KernelError("read the counters", code: code) }
    return (0..<words).map { word in
      (0..<processors).reduce(0) { $0 &+ values[$1 * words + word] }
    }
  }
}
