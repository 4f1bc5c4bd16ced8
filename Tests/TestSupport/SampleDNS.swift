// SPDX-License-Identifier: Apache-2.0

/// DNS messages made by hand.
public enum SampleDNS {
  /// Returns a message of a number, flags, the four counts, and what they count.
  public static func message(
    id: UInt16 = 1, flags: UInt16, counts: [UInt16], _ content: [UInt8]
  ) -> [UInt8] {
    SamplePacket.big(id) + SamplePacket.big(flags) + counts.flatMap { SamplePacket.big($0) }
      + content
  }

  /// Returns a question about a name of labels between dots.
  public static func question(_ text: String, _ type: UInt16, class: UInt16 = 1) -> [UInt8] {
    name(text) + SamplePacket.big(type) + SamplePacket.big(`class`)
  }

  /// Returns a resource record with its data as they are.
  public static func record(
    _ text: String, _ type: UInt16, class: UInt16 = 1, _ timeToLive: UInt32, _ data: [UInt8]
  ) -> [UInt8] {
    question(text, type, class: `class`) + SamplePacket.big(timeToLive)
      + SamplePacket.big(UInt16(data.count)) + data
  }

  /// Returns a name as labels with their lengths, without compression.
  public static func name(_ text: String) -> [UInt8] {
    text.split(separator: ".").flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) } + [0]
  }

  /// Returns the data of an SOA record.
  public static func authority(_ primary: String, _ mailbox: String, _ numbers: [UInt32]) -> [UInt8]
  {
    name(primary) + name(mailbox) + numbers.flatMap { SamplePacket.big($0) }
  }
}
