/// What became of every packet: nothing is lost without a number that says so.
public struct Ledger: Equatable, Sendable, CustomStringConvertible {
  /// What the kernel side counted.
  public let kernel: KernelCounts
  /// Events that were emitted.
  public let events: UInt64
  /// Times that a clause which user space decides refused a rule.
  public let rejected: UInt64
  /// Records or events that could not be decoded.
  public let undecodable: UInt64
  /// Events that an output could not take, over all outputs.
  public let lost: UInt64
  /// For each rule of the plan, the packets that it wanted and that found the ring full.
  public let losses: [UInt64]

  init(
    kernel: KernelCounts, emitter: EmitterCounts, rules: [RuleCounts], losses: [UInt64],
    outputs: [Output]
  ) {
    self.kernel = kernel
    self.losses = losses
    events = emitter.events
    rejected = rules.reduce(0) { $0 + $1.rejected }
    undecodable = emitter.undecodable + emitter.malformed + emitter.withoutPlan
    lost = outputs.reduce(0) { $0 + $1.lost }
  }

  /// The words of the ledger line.
  public var description: String {
    "seen \(kernel.seen), unwanted \(kernel.unwanted), wanted \(kernel.wanted): "
      + "submitted \(kernel.submitted), ring full \(kernel.ringFull); "
      + "events \(events), rejected \(rejected), undecodable \(undecodable), lost \(lost)"
  }
}
