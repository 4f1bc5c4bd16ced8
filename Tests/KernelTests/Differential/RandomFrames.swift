// SPDX-License-Identifier: Apache-2.0

import TestSupport

/// Well-formed frames of nine sorts whose fields are random.
enum RandomFrames {
  private typealias Make = HandMadePacket

  /// A frame of the sort of its place.
  static func frame(_ place: Int, _ random: inout SplitMix) -> [UInt8] {
    func some(_ count: Int) -> [UInt8] {
      (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
    }
    // Ports that no dissector claims, so that nothing is read into the payload.
    let ports =
      Make.big(UInt16.random(in: 50_100...50_900, using: &random))
      + Make.big(UInt16.random(in: 51_100...51_900, using: &random))
    let words = UInt8.random(in: 5...15, using: &random)
    let flags = UInt8.random(in: 0...1, using: &random)
    let tcp =
      ports + some(8) + [words << 4 | flags] + some(7)
      + [UInt8](repeating: 1, count: (Int(words) - 5) * 4)
    let udp = ports + Make.big(12 as UInt16) + some(2) + some(4)
    let options: (UInt8) -> [UInt8] = { [$0, 0, 1, 4, 0, 0, 0, 0] }
    switch place % 9 {
    case 0:
      return Make.ipv4(6, tcp, service: some(1)[0], timeToLive: some(1)[0])
    case 1:
      var frame = Make.ipv4(17, udp)
      frame.replaceSubrange(12..<20, with: some(8))
      return frame
    case 2: return Make.ipv4(1, [8, 0] + some(6), options: [1, 1, 1, 1, 1, 1, 1, 1])
    case 3: return Make.ipv4(6, some(40), fragment: .random(in: 1...0x1f00, using: &random))
    case 4:
      return Make.ipv6(6, tcp, start: 0x6000_0000 | .random(in: 0...0xfff_ffff, using: &random))
    case 5: return Make.ipv6(17, udp)
    case 6: return Make.ipv6(58, [128, 0] + some(6))
    case 7: return Make.ipv6(0, options(60) + options(17) + udp)
    default: return Make.ipv6(44, [17, 0, 0, 0x40, 1, 2, 3, 4] + some(40))
    }
  }
}
