// SPDX-License-Identifier: Apache-2.0

/// DNS messages made by hand.
enum SampleDNS {
  /// A message of a number, flags, the four counts, and what they count.
  static func message(
    id: UInt16 = 1, flags: UInt16, counts: [UInt16], _ content: [UInt8]
  ) -> [UInt8] {
    SamplePacket.big(id) + SamplePacket.big(flags) + counts.flatMap { SamplePacket.big($0) }
      + content
  }

  static func question(_ text: String, _ type: UInt16, class: UInt16 = 1) -> [UInt8] {
    name(text) + SamplePacket.big(type) + SamplePacket.big(`class`)
  }

  static func record(
    _ text: String, _ type: UInt16, class: UInt16 = 1, _ timeToLive: UInt32, _ data: [UInt8]
  ) -> [UInt8] {
    question(text, type, class: `class`) + SamplePacket.big(timeToLive)
      + SamplePacket.big(UInt16(data.count)) + data
  }

  static func name(_ text: String) -> [UInt8] {
    text.split(separator: ".").flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) } + [0]
  }

  static func authority(_ primary: String, _ mailbox: String, _ numbers: [UInt32]) -> [UInt8] {
    name(primary) + name(mailbox) + numbers.flatMap { SamplePacket.big($0) }
  }
}
