// SPDX-License-Identifier: Apache-2.0

import Policy

/// A key of which all parts are in headers of every packet, or nearly every one: most keys are.
///
/// It hashes the same as a ``MemberRecipe`` does that looks for its parts, without looking for them.
struct HeaderKey: BitwiseCopyable {
  private enum Part { case source, destination, sourcePort, destinationPort }

  private var parts = InlineArray<4, Part>(repeating: .source)
  private var count = 0

  /// Creates a key; nil unless it is one of these.
  init?(_ values: [EventValue]) {
    guard (1...4).contains(values.count) else { return nil }
    for value in values {
      switch value {
      case .packet(.source): parts[count] = .source
      case .packet(.destination): parts[count] = .destination
      case .packet(.sourcePort): parts[count] = .sourcePort
      case .packet(.destinationPort): parts[count] = .destinationPort
      default: return nil
      }
      count += 1
    }
  }

  /// The key of a packet.
  @inline(__always)
  func of(_ packet: borrowing DecodedPacket, _ seed: KeyHash.Seed) -> ObservedKey {
    var hash = KeyHash(seed)
    for index in 0..<count {
      switch parts[index] {
      case .source: hash.add(packet.headers.source)
      case .destination: hash.add(packet.headers.destination)
      case .sourcePort:
        guard let ports = packet.headers.ports else { return ObservedKey() }
        hash.add(number: UInt64(ports.source))
      case .destinationPort:
        guard let ports = packet.headers.ports else { return ObservedKey() }
        hash.add(number: UInt64(ports.destination))
      }
    }
    return ObservedKey(hash)
  }
}
