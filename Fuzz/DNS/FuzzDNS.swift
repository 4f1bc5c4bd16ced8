// SPDX-License-Identifier: Apache-2.0

import Policy

@testable import Pipeline

/// Takes the bytes as a DNS message.
enum FuzzDNS: FuzzTarget {
  static let name = "dns"
  static let longest = 1_024
  static var seeds: [[UInt8]] { MessageSeeds.all }

  static func check(_ bytes: RawSpan) {
    let bytes = bytes.extracting(first: Carrier.limit)
    let isMessage = claims.check(bytes)
    guard turn.comes() else { return }
    let packet = Carrier.dnsOverUDP.packet(around: bytes.array)
    let kinds = lines.check(packet.span.bytes)
    claim(kinds.contains(.dns) == isMessage, "a packet with a message gives its event")
    claim(
      (kinds.contains(.dnsRequest) != kinds.contains(.dnsResponse)) == isMessage,
      "a message is a request or a response")
  }

  private nonisolated(unsafe) static let claims = MessageClaims()
  private nonisolated(unsafe) static let lines = EventLines([.dns, .dnsRequest, .dnsResponse])
  private nonisolated(unsafe) static var turn = Turn(each: 4)
}
