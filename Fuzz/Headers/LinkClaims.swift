// SPDX-License-Identifier: Apache-2.0

@testable import Pipeline

/// What holds for any frame, of whatever link type.
enum LinkClaims {
  private static let links: [LinkType] = [
    .ethernet, .raw, .null, .loop, .cooked, .cooked2, .ppp, .pppOrHDLC, .pppoe, .pppOfDaemon,
    .hdlc, .frameRelay, .directed(.ppp), .directed(.hdlc), .directed(.frameRelay), .fddi, .llc,
    .wireless, .radiotap, .perPacket, .netfilterLog, .infiniband, .unread(999),
  ]

  /// Claims that a packet is found within its frame, and where it is does not depend on what it says.
  static func check(_ frame: RawSpan) {
    for link in links {
      guard let view = LinkView(frame, link) else { continue }
      claim((0...frame.byteCount).contains(view.offset), "a packet begins in its frame")
      let packet = frame.extracting(droppingFirst: view.offset)
      let length = LinkView.length(of: packet, room: packet.byteCount)
      claim((0...packet.byteCount).contains(length), "a packet ends in its frame")
      // What MPLS carries shows in its first bits.
      let head = frame.extracting(first: view.offset + 1)
      claim(LinkView(head, link) == view, "what precedes decides")
      if let headers = PacketHeaders(packet.extracting(first: length)) {
        claim(headers.transportOffset <= length, "headers end in the packet")
      }
    }
  }
}
