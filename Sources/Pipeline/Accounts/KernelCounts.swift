// SPDX-License-Identifier: Apache-2.0

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
  /// Processes for whose ancestors, or for what became of them, there was no room.
  public var processesRefused: UInt64 = 0
  /// Processes that have more ancestors than are kept.
  public var ancestorsCut: UInt64 = 0
  /// Cgroups for which there was no room, or for the one that they are in: their paths and containers are not known.
  public var cgroupsUnknown: UInt64 = 0

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
