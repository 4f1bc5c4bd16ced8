/// What flows from matching to the outputs.
enum Event: ~Copyable, ~Escapable {
  /// A packet, of which each label's event shows its part.
  case packet(DecodedPacket)
  /// What a signature found, with the packet of the event that completed it.
  case finding(FoundPacket)
  /// What the reader of an output does not see.
  case gap(Gap)

  /// When it happened, in ns of `CLOCK_BOOTTIME`.
  var time: UInt64 {
    switch self {
    case .packet(let packet): packet.record.time
    case .finding(let found): found.packet.record.time
    case .gap(let gap): gap.until
    }
  }
}

/// A finding, and the packet of the event that completed it.
struct FoundPacket: ~Copyable, ~Escapable {
  let finding: SignatureFinding
  let packet: DecodedPacket

  @_lifetime(copy packet)
  init(_ finding: SignatureFinding, _ packet: consuming DecodedPacket) {
    self.finding = finding
    self.packet = packet
  }
}
