// SPDX-License-Identifier: Apache-2.0

/// Messages in one piece, in several, in several that come in another order, and cut.
enum StreamSeeds {
  static let all = streams.flatMap { framing, bytes in
    segments(framing, bytes) + segments(framing + 4, bytes) + cut(framing + 2, bytes)
      + cut(framing + 6, bytes) + cut(framing + 10, bytes) + cut(framing + 18, bytes)
  }

  private static let streams: [(UInt8, [UInt8])] = [
    (0, framed(MessageSeeds.query) + framed(MessageSeeds.query)),
    (0, MessageSeeds.all.prefix(6).flatMap(framed)),
    (1, Array("GET /a HTTP/1.1\r\nHost: b\r\n\r\nPOST /c HTTP/1.0\r\n\r\n".utf8)),
    (1, Array("POST /a HTTP/1.1\r\nContent-Length: 3\r\n\r\nabcGET / HTTP/1.1\n\n".utf8)),
    (1, Array("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nA: b\r\n\r\nbody".utf8)),
  ]

  private static func framed(_ message: [UInt8]) -> [UInt8] { big(message.count) + message }

  private static func cut(_ first: UInt8, _ bytes: [UInt8]) -> [[UInt8]] {
    let cuts: [[UInt8]] = [[], [1], [7, 7, 7], [2, 10, 9, 255], [0x85, 0xcf, 20, 0x47]]
    return cuts.map { [first, UInt8($0.count)] + $0 + bytes }
  }

  private static func segments(_ first: UInt8, _ bytes: [UInt8]) -> [[UInt8]] {
    let bytes = bytes.prefix(280)
    func segment(_ how: UInt8, _ place: Int, _ part: ArraySlice<UInt8>) -> [UInt8] {
      [how, UInt8(place >> 4), UInt8(place & 15), UInt8(part.count)] + part
    }
    let start = [first] + segment(0x10, 0, [])
    let one = segment(0, 1, bytes[..<9])
    let two = segment(0, 10, bytes[9..<30])
    let three = segment(0, 31, bytes[30...])
    let late = segment(0x80, 10, bytes[9..<30])
    let last = segment(0x20, 10, bytes[9..<30])
    let overtaking = segment(0x50, 31, bytes[30...])
    let short = segment(0x40, 10, bytes[9..<30])
    let orders = [
      [one, two, three], [three, one, two], [two, one, one, three], [one, three, late],
      [one, last], [one, short, three], [overtaking, two, one],
    ]
    return orders.map { start + $0.joined() }
  }
}
