// SPDX-License-Identifier: Apache-2.0

import Policy
import TestSupport
import Testing

@testable import Pipeline

/// What programs of signatures write.
struct ProgramLinesTests {
  @Test func `lines are the same however they come, and long ones are counted`() {
    let seed = SplitMix.seed()
    var random = SplitMix(state: seed)
    let long = [UInt8](repeating: 120, count: ProgramLines.lineLimit + 1)
    let lines: [[UInt8]] = [[], [1, 2], long, Array("abc".utf8), long, [7]]
    var bytes: [UInt8] = []
    for line in lines { bytes += line + [10] }
    for _ in 0..<50 {
      var reader = ProgramLines()
      var found: [[UInt8]] = []
      var rest = bytes[...]
      while !rest.isEmpty {
        let count = min(rest.count, Int.random(in: 1...40_000, using: &random))
        reader.add(rest.prefix(count))
        rest = rest.dropFirst(count)
        while let line = reader.next() { found.append(line) }
      }
      #expect(found == [[], [1, 2], Array("abc".utf8), [7]])
      #expect(reader.takeSkipped() == 2 && reader.takeSkipped() == 0)
    }
  }

  @Test func `a finding needs its signature, its policy and its event`() {
    func claim(_ text: String) -> ProgramClaim? { ProgramClaim(line: Array(text.utf8)) }
    let whole = claim(
      #"{"signature":"s","policy":"p","event":7,"data":{"a":1,"b":-1,"c":"x","d":["y"],"e":{"f":[1]},"g":1e3,"h":false,"i":null}}"#
    )
    #expect(
      whole?.data.map(\.value) == [
        .number(1), .signed(-1), .text("x"), .texts(["y"]),
        .json(.object([(key: "f", value: .list([.number("1")]))])), .decimal("1e3"), .truth(false),
        .none,
      ])
    #expect(claim(#"{"signature":"s","policy":"p","event":7}"#)?.data == [])
    for text in [
      #"{"policy":"p","event":7}"#, #"{"signature":"s","event":7}"#,
      #"{"signature":"s","policy":"p"}"#, #"{"signature":"s","policy":"p","event":-7}"#,
      #"{"signature":"s","policy":"p","event":7,"data":[]}"#,
      #"{"signature":"s","policy":"p","event":7,"data":{"triggeredBy":1}}"#,
      #"{"signature":"s","policy":"p","event":7}}"#, "", "[]", "{\"signature\"",
      #"{"signature":"s","policy":"p","event":7,"data":{"a":01}}"#,
    ] { #expect(claim(text) == nil, "\(text)") }
  }
}
