// SPDX-License-Identifier: Apache-2.0

/// Packets that no program at hand sends, byte by byte in network order.
enum HandMadePacket {
  /// A packet between documentation's addresses (RFC 5737).
  static func ipv4(
    _ number: UInt8, _ payload: [UInt8], options: [UInt8] = [], service: UInt8 = 0,
    fragment: UInt16 = 0, timeToLive: UInt8 = 64
  ) -> [UInt8] {
    let length = UInt16(20 + options.count + payload.count)
    return [0x45 + UInt8(options.count / 4), service] + big(length) + big(UInt16(0x1234))
      + big(fragment) + [timeToLive, number] + big(UInt16(0xabcd)) + [192, 0, 2, 1]
      + [198, 51, 100, 7] + options + payload
  }

  /// A packet between documentation's addresses (RFC 3849).
  static func ipv6(_ number: UInt8, _ payload: [UInt8], start: UInt32 = 0x6ab1_2345) -> [UInt8] {
    let prefix: [UInt8] = [0x20, 0x01, 0x0d, 0xb8] + [UInt8](repeating: 0, count: 11)
    return big(start) + big(UInt16(payload.count)) + [number, 61] + prefix + [1] + prefix + [2]
      + payload
  }

  static func udp(from: UInt16 = 50123, to: UInt16 = 50124, _ payload: [UInt8] = [0xfe]) -> [UInt8]
  {
    big(from) + big(to) + big(UInt16(8 + payload.count)) + big(UInt16(0x4d4d)) + payload
  }

  static func tcp(
    from: UInt16 = 50125, to: UInt16 = 50126, sequence: UInt32 = 7, flags: UInt16 = 0x10,
    options: [UInt8] = [], urgent: UInt16 = 0, _ payload: [UInt8] = []
  ) -> [UInt8] {
    big(from) + big(to) + big(sequence) + big(UInt32(0x8000_0001))
      + big(UInt16(5 + options.count / 4) << 12 | flags) + big(UInt16(501)) + big(UInt16(0x9e9e))
      + big(urgent) + options + payload
  }

  static func icmp(
    _ type: UInt8, _ code: UInt8 = 0, id: UInt16 = 77, sequence: UInt16 = 0, _ rest: [UInt8] = []
  )
    -> [UInt8]
  {
    [type, code] + big(UInt16(0x5678)) + big(id) + big(sequence) + rest
  }

  /// A message of DNS; each section is a list of its entries.
  static func dns(
    flags: UInt16, _ questions: [[UInt8]] = [], _ answers: [[UInt8]] = [],
    _ authorities: [[UInt8]] = [], _ additionals: [[UInt8]] = [], id: UInt16 = 0xd15
  ) -> [UInt8] {
    let sections = [questions, answers, authorities, additionals]
    return big(id) + big(flags) + sections.flatMap { big(UInt16($0.count)) }
      + sections.joined().joined()
  }

  static func question(_ text: String, _ type: UInt16, class: UInt16 = 1) -> [UInt8] {
    name(text) + big(type) + big(`class`)
  }

  static func record(
    _ text: String, _ type: UInt16, class: UInt16 = 1, timeToLive: UInt32 = 300,
    _ data: [UInt8] = []
  ) -> [UInt8] {
    question(text, type, class: `class`) + big(timeToLive) + big(UInt16(data.count)) + data
  }

  /// The record of EDNS (RFC 6891 §6.1) with these options.
  static func edns(
    code: UInt8 = 0, version: UInt8 = 0, _ options: [(UInt16, [UInt8])] = []
  ) -> [UInt8] {
    record(
      "", 41, class: 1232, timeToLive: UInt32(code) << 24 | UInt32(version) << 16 | 0x8000,
      options.flatMap { big($0.0) + big(UInt16($0.1.count)) + $0.1 })
  }

  static func name(_ text: String) -> [UInt8] {
    text.split(separator: ".").flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) } + [0]
  }

  static func big(_ number: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: number.bigEndian) { Array($0) }
  }
}
