// SPDX-License-Identifier: Apache-2.0

import Policy

/// The packets of a test as the bytes of a capture, so that what traces can read them.
///
/// Source: draft-ietf-opsawg-pcapng, §4.1 (section header), §4.2 (interface description), §4.3 (enhanced packet).
struct StepsCapture {
  /// The bytes of a pcapng file with packets that begin with their IP header.
  private(set) var bytes: [UInt8] = []

  /// The start of every test in ns since the epoch.
  static let start: UInt64 = 1_700_000_000_000_000_000

  /// Creates the beginning of a capture.
  init() {
    block(0x0A0D_0D0A) { body in
      body.put(little: 0x1A2B_3C4D as UInt32)
      body.put(little: 1 as UInt16)
      body.put(little: 0 as UInt16)
      body.put(little: UInt64.max)
    }
    block(1) { body in
      body.put(little: 101 as UInt16)  // LINKTYPE_RAW
      body.put(little: 0 as UInt16)
      body.put(little: 0 as UInt32)
      body.option(9, [9])  // if_tsresol: ns
      body.option(0, [])
    }
  }

  /// Adds a packet.
  ///
  /// - Parameter time: since the start of the test, in ns.
  mutating func add(_ packet: [UInt8], at time: UInt64, isEgress: Bool) {
    let time = Self.start + time
    block(6) { body in
      body.put(little: 0 as UInt32)
      body.put(little: UInt32(time >> 32))
      body.put(little: UInt32(truncatingIfNeeded: time))
      body.put(little: UInt32(packet.count))
      body.put(little: UInt32(packet.count))
      body += packet
      body.pad()
      body.option(2, [isEgress ? 2 : 1, 0, 0, 0])  // epb_flags
      body.option(0, [])
    }
  }

  private mutating func block(_ type: UInt32, _ fill: (inout [UInt8]) -> Void) {
    var body: [UInt8] = []
    fill(&body)
    bytes.put(little: type)
    bytes.put(little: UInt32(body.count + 12))
    bytes += body
    bytes.put(little: UInt32(body.count + 12))
  }
}

extension [UInt8] {
  fileprivate mutating func put<Number: FixedWidthInteger>(little number: Number) {
    for index in 0..<Number.bitWidth / 8 {
      append(UInt8(truncatingIfNeeded: number >> Number(index * 8)))
    }
  }

  fileprivate mutating func pad() { while count % 4 != 0 { append(0) } }

  fileprivate mutating func option(_ code: UInt16, _ value: [UInt8]) {
    put(little: code)
    put(little: UInt16(value.count))
    self += value
    pad()
  }
}
