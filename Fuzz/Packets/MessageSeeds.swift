// SPDX-License-Identifier: Apache-2.0

import TestSupport

/// DNS messages.
enum MessageSeeds {
  static let all = [query] + PublishedDNS.messages.map(\.bytes) + responses + names + updates

  static let query = SampleDNS.message(
    flags: 0x0100, counts: [1, 0, 0, 1],
    SampleDNS.question("www.example.com", 1)
      + SampleDNS.record("", 41, class: 1232, 0, [0, 10, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8]))

  private static let question = SampleDNS.question("www.example.com", 255)
  private static let zeros = [UInt8](repeating: 0, count: 16)

  /// A record of each type that has a form of its own, and of some that have none.
  private static let records: [(type: Int, data: [UInt8])] = [
    (1, [192, 0, 2, 1]), (28, zeros), (5, [0xc0, 16]), (2, [2, 110, 115, 0xc0, 16]),
    (12, [0xc0, 12]), (15, [0, 10, 0xc0, 12]), (16, [2, 97, 98, 0, 1, 99]),
    (33, [0, 1, 0, 2, 0, 80, 0xc0, 12]), (256, [0, 1, 0, 2, 97, 58, 47, 47, 98]),
    (65, [0, 1, 0]), (46, zeros), (65280, [1, 2, 3]),
  ]

  private static let authority = record(6, [0xc0, 12, 0xc0, 16] + zeros + [0, 0, 0, 1])

  /// Options as text, as an address, as nothing, and as an error.
  private static let options = SampleDNS.record(
    "", 41, class: 4096, 0x0100_8000,
    [0, 3, 0, 2, 97, 98] + [0, 8, 0, 7, 0, 1, 24, 0, 192, 0, 2] + [0, 10, 0, 0]
      + [0, 15, 0, 4, 0, 9, 120, 121])

  private static let responses: [[UInt8]] = {
    let all = records.flatMap { record($0.type, $0.data) }
    let last = authority + options
    let announcement = SampleDNS.record("a", 1, 120, [192, 0, 2, 1])
    return [
      SampleDNS.message(flags: 0x8180, counts: [1, 12, 1, 1], question + all + last),
      SampleDNS.message(flags: 0x8183, counts: [1, 0, 1, 0], question + authority),
      SampleDNS.message(flags: 0x8380, counts: [1, 0, 0, 0], question),
      SampleDNS.message(flags: 0x8400, counts: [0, 1, 0, 0], announcement),
    ]
  }()

  /// Names that point to names that point, to themselves, and that are as long as one may be.
  private static let names: [[UInt8]] = {
    var chain = record(5, [1, 97, 0xc0, 12])
    chain += record(5, [1, 98, 0xc0, 45]) + record(5, [0xc0, 61])
    var longest: [UInt8] = []
    for length in [63, 63, 63, 61] {
      longest += [UInt8(length)] + [UInt8](repeating: 97, count: length)
    }
    return [
      SampleDNS.message(flags: 0x8180, counts: [1, 3, 0, 0], question + chain),
      SampleDNS.message(flags: 0, counts: [1, 0, 0, 0], [0xc0, 12, 0, 1, 0, 1]),
      SampleDNS.message(flags: 0, counts: [1, 0, 0, 0], longest + [0, 0, 1, 0, 1]),
    ]
  }()

  /// NOTIFY, and an UPDATE with prerequisites, deletions and additions.
  private static let updates: [[UInt8]] = {
    let zone = SampleDNS.question("example.com", 6)
    var changes = SampleDNS.record("a.example.com", 255, class: 255, 0, [])
    changes += SampleDNS.record("b.example.com", 1, class: 254, 0, [])
    changes += SampleDNS.record("a.example.com", 1, class: 255, 0, [])
    changes += SampleDNS.record("a.example.com", 1, class: 254, 0, [192, 0, 2, 1])
    changes += SampleDNS.record("a.example.com", 16, 60, [1, 97])
    changes += SampleDNS.record("a.example.com", 28, 60, zeros)
    return [
      SampleDNS.message(flags: 0x2400, counts: [1, 1, 0, 0], zone + authority),
      SampleDNS.message(flags: 0x2800, counts: [1, 2, 4, 0], zone + changes),
    ]
  }()

  private static func record(_ type: Int, _ data: [UInt8]) -> [UInt8] {
    [0xc0, 12] + big(type) + [0, 1, 0, 0, 1, 44] + big(data.count) + data
  }
}
