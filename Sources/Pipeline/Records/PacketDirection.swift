// SPDX-License-Identifier: Apache-2.0

import CBPF

/// Whether a packet arrives at its owner's socket or leaves it.
///
/// Source: `enum tp_direction` of `tp_event.h`; the number is that of `metadata.direction` in a filter.
public enum PacketDirection: UInt8, Sendable {
  case ingress = 0
  case egress = 1

  /// That of packets in answer.
  var other: PacketDirection { self == .ingress ? .egress : .ingress }
}

/// The directions in which a plan wants packets.
struct PacketDirections: OptionSet, Sendable {
  let rawValue: UInt8
  static let ingress = PacketDirections(rawValue: 1)
  static let egress = PacketDirections(rawValue: 2)
}
