// SPDX-License-Identifier: Apache-2.0

import Policy

/// Puts packets together that were cut into fragments, in bounded memory.
///
/// As Linux does: a packet whose fragments overlap is given up (RFC 5722, RFC 8900 §3.7), and so is one whose fragments
/// do not come within 30 s. Whoever sends fragments takes only a part of the memory, and the oldest packets make room for newer ones.
struct FragmentTable {
  /// How much is kept.
  struct Limits {
    /// Packets.
    var packets = 1_024
    /// Packets of one sender.
    var packetsOfSource = 64
    /// Bytes of all packets.
    var bytes = 8 << 20
    /// How long fragments wait for others, in ns.
    var patience: UInt64 = 30_000_000_000
  }

  private let limits: Limits
  private var packets: [PacketFragment.Key: FragmentedPacket] = [:]
  private var sources: [IPAddress: Int] = [:]
  private var bytes = 0
  /// When packets that had waited too long were looked for last, in ns.
  private var swept: UInt64 = 0
  private var counted = FragmentCounts()

  init(_ limits: Limits = Limits()) { self.limits = limits }

  /// What became of packets so far.
  var counts: FragmentCounts {
    var counts = counted
    counts.waiting = UInt64(packets.values.count { !$0.isRefused })
    return counts
  }

  /// The bytes of fragments that wait.
  var waiting: Int { bytes }

  /// Takes a fragment, and returns the packet that it completes.
  ///
  /// - Parameters:
  ///   - packet: the bytes of the fragment.
  ///   - isWhole: whether they were all captured.
  ///   - time: in ns.
  mutating func add(
    _ fragment: PacketFragment, of packet: RawSpan, isWhole: Bool, time: UInt64
  ) -> [UInt8]? {
    sweep(at: time)
    guard isWhole else {
      counted.cutOff += 1
      return nil
    }
    let key = fragment.key
    var known = packets[key]
    if let old = known, time.isLater(than: old.time, by: limits.patience) {
      remove(key, \.timedOut)
      known = nil
    }
    if known == nil { makeRoom(for: key.source) }
    var taken = known ?? FragmentedPacket(time: time)
    if taken.isRefused { return nil }
    let before = taken.byteCount
    // Out of the table while it changes, so that its bytes are not copied.
    packets[key] = nil
    if known == nil { sources[key.source, default: 0] += 1 }
    var whole: [UInt8]?
    do throws(FragmentedPacket.FragmentFault) {
      whole = try taken.add(fragment, of: packet)
    } catch {
      switch error {
      case .overlapping: counted.overlapping += 1
      case .tooLong: counted.tooLong += 1
      }
      taken.refuse()
    }
    packets[key] = taken
    bytes += taken.byteCount - before
    if whole != nil {
      counted.assembled += 1
      remove(key, nil)
    }
    while bytes > limits.bytes, evict(where: { $0 != key }) {}
    return whole
  }

  private mutating func makeRoom(for source: IPAddress) {
    if sources[source] ?? 0 >= limits.packetsOfSource { evict { $0.source == source } }
    if packets.count >= limits.packets { evict { _ in true } }
  }

  /// Lets the oldest go.
  @discardableResult
  private mutating func evict(where isMeant: (PacketFragment.Key) -> Bool) -> Bool {
    var oldest: (key: PacketFragment.Key, time: UInt64)?
    for (key, packet) in packets where isMeant(key) {
      if oldest.map({ packet.time < $0.time }) ?? true { oldest = (key, packet.time) }
    }
    guard let oldest else { return false }
    remove(oldest.key, \.crowdedOut)
    return true
  }

  private mutating func sweep(at time: UInt64) {
    guard time.isLater(than: swept, by: 1_000_000_000) || time < swept else { return }
    swept = time
    let late = packets.filter { time.isLater(than: $0.value.time, by: limits.patience) }.map(\.key)
    for key in late { remove(key, \.timedOut) }
  }

  private mutating func remove(
    _ key: PacketFragment.Key, _ reason: WritableKeyPath<FragmentCounts, UInt64>?
  ) {
    guard let packet = packets.removeValue(forKey: key) else { return }
    bytes -= packet.byteCount
    let left = (sources[key.source] ?? 1) - 1
    sources[key.source] = left > 0 ? left : nil
    // A refused one was counted when it was refused.
    if let reason, !packet.isRefused { counted[keyPath: reason] += 1 }
  }
}
