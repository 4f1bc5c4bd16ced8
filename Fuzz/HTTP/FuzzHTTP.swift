// SPDX-License-Identifier: Apache-2.0

import Policy

@testable import Pipeline

/// Takes the bytes as what a connection carries where a head may begin.
enum FuzzHTTP: FuzzTarget {
  static let name = "http"
  static var seeds: [[UInt8]] { HeadSeeds.all }

  static func check(_ bytes: RawSpan) {
    let bytes = bytes.extracting(first: Carrier.limit)
    let isHead = claims.check(bytes)
    guard turn.comes() else { return }
    let packet = Carrier.httpRequest.packet(around: bytes.array)
    let kinds = lines.check(packet.span.bytes)
    claim(kinds.contains(.http) == isHead, "a packet with a head gives its event")
    claim(
      (kinds.contains(.httpRequest) != kinds.contains(.httpResponse)) == isHead,
      "a head is of a request or of a response")
  }

  private nonisolated(unsafe) static let claims = HeadClaims()
  private nonisolated(unsafe) static let lines = EventLines([.http, .httpRequest, .httpResponse])
  private nonisolated(unsafe) static var turn = Turn(each: 4)
}
