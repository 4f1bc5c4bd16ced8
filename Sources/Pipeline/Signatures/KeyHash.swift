// SPDX-License-Identifier: Apache-2.0

import Policy

/// The number of a key: equal for values that are equal and of one sort, and not to be foreseen by who sends packets.
///
/// SipHash-1-3 over words; a text is its length and its bytes. Two keys of 64 bits among a million are equal by chance once
/// in some 40 million runs.
struct KeyHash {
  private var v0: UInt64
  private var v1: UInt64
  private var v2: UInt64
  private var v3: UInt64

  /// A secret of 128 bits.
  struct Seed: Equatable, Sendable {
    var first: UInt64
    var second: UInt64

    /// A secret that nobody else has.
    static func random() -> Seed {
      Seed(first: .random(in: .min ... .max), second: .random(in: .min ... .max))
    }
  }

  /// The sorts of values: those of two sorts are never equal.
  private enum Sort: UInt64 { case number = 1, address, text }

  @inline(__always)
  init(_ seed: Seed) {
    v0 = seed.first ^ 0x736f_6d65_7073_6575
    v1 = seed.second ^ 0x646f_7261_6e64_6f6d
    v2 = seed.first ^ 0x6c79_6765_6e65_7261
    v3 = seed.second ^ 0x7465_6462_7974_6573
  }

  /// Takes a number.
  @inline(__always)
  mutating func add(number: UInt64) {
    take(Sort.number.rawValue)
    take(number)
  }

  /// Takes an address.
  @inline(__always)
  mutating func add(_ address: IPAddress) {
    take(Sort.address.rawValue)
    take(address.high)
    take(address.low)
  }

  /// Takes a text; of a name, capital letters of ASCII count as small ones.
  mutating func add(text: RawSpan, inSmallLetters isName: Bool = false) {
    take(Sort.text.rawValue | UInt64(text.byteCount) << 8)
    var word: UInt64 = 0
    for offset in 0..<text.byteCount {
      let byte = text.byte(offset)
      word = word << 8 | UInt64(isName ? byte.smallLetter : byte)
      if offset & 7 == 7 {
        take(word)
        word = 0
      }
    }
    if text.byteCount & 7 != 0 { take(word) }
  }

  /// Takes a value of a field.
  mutating func add(_ value: LentValue) {
    switch value {
    case .number(let number): add(number: number)
    case .address(let address): add(address)
    case .text(let text): add(text: text)
    case .name(let text): add(text: text, inSmallLetters: true)
    case .member(_, let text): add(text: text)
    }
  }

  /// The number of all that was taken; never 0.
  @inline(__always)
  var value: UInt64 {
    var end = self
    end.v2 ^= 0xff
    end.mix()
    end.mix()
    end.mix()
    let hash = end.v0 ^ end.v1 ^ end.v2 ^ end.v3
    return hash == 0 ? 1 : hash
  }

  @inline(__always)
  private mutating func take(_ word: UInt64) {
    v3 ^= word
    mix()
    v0 ^= word
  }

  @inline(__always)
  private mutating func mix() {
    v0 = v0 &+ v1
    v1 = v1 << 13 | v1 >> 51
    v1 ^= v0
    v0 = v0 << 32 | v0 >> 32
    v2 = v2 &+ v3
    v3 = v3 << 16 | v3 >> 48
    v3 ^= v2
    v0 = v0 &+ v3
    v3 = v3 << 21 | v3 >> 43
    v3 ^= v0
    v2 = v2 &+ v1
    v1 = v1 << 17 | v1 >> 47
    v1 ^= v2
    v2 = v2 << 32 | v2 >> 32
  }
}
