// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

/// What is claimed of any input holds for those that fuzzing begins with, and for those that are nearly like them.
@Suite(.serialized) struct ClaimTests {
  @Test func `each target has a name of its own`() {
    #expect(Set(targets.map { $0.name }).count == targets.count)
  }

  @Test(arguments: targets.map { $0.name })
  func `claims hold for the inputs that fuzzing begins with`(name: String) throws {
    let found = target(named: name)
    let target = try #require(found)
    let seeds = target.seeds
    #expect(!seeds.isEmpty)
    for seed in seeds { target.check(seed.span.bytes) }
  }

  @Test(arguments: targets.map { $0.name })
  func `claims hold for damaged inputs`(name: String) throws {
    let found = target(named: name)
    let target = try #require(found)
    var random = SplitMix.ofTest("claims of \(name)")
    let seeds = target.seeds
    // Whoever reads one packet is quick; whoever reads a policy checks and fixes it.
    let count = target.longest <= 1_024 ? 5_000 : name == "http" ? 5_000 : 200
    for _ in 0..<count {
      let damaged = Array(Self.damaged(seeds, &random).prefix(target.longest))
      target.check(damaged.span.bytes)
    }
  }

  /// One of several inputs with a few bytes changed, taken away or put in, sometimes with the end of another, sometimes cut.
  private static func damaged(_ seeds: [[UInt8]], _ random: inout SplitMix) -> [UInt8] {
    var bytes = seeds.randomElement(using: &random) ?? []
    if Int.random(in: 0..<8, using: &random) == 0 {
      let other = seeds.randomElement(using: &random) ?? []
      bytes = bytes.prefix(bytes.count / 2) + other.suffix(other.count / 2)
    }
    for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
      let place = Int.random(in: 0..<bytes.count, using: &random)
      switch Int.random(in: 0..<8, using: &random) {
      case 0: bytes.remove(at: place)
      case 1: bytes.insert(bytes[place], at: place)
      case 2: bytes[place] = [0, 10, 13, 32, 0x7f, 0x80, 0xff].randomElement(using: &random) ?? 0
      case 3: bytes[place] ^= 1 << UInt8.random(in: 0...7, using: &random)
      default: bytes[place] = UInt8.random(in: 0...255, using: &random)
      }
    }
    if Int.random(in: 0..<8, using: &random) == 0 {
      bytes.removeLast(Int.random(in: 0...bytes.count, using: &random))
    }
    return bytes
  }
}

/// Fails the test that runs, and goes on.
func report(brokenClaim: String) { Issue.record("\(brokenClaim)") }
