// SPDX-License-Identifier: Apache-2.0

@testable import Pipeline
@testable import Policy

/// Reads any bytes as what a program of signatures writes: its first line, and findings.
enum FuzzPrograms: FuzzTarget {
  static let name = "programs"
  static var seeds: [[UInt8]] {
    [
      #"{"protocol":1,"signatures":[{"name":"a","selections":{"b":{"event":"net_packet_udp","filters":["data.dst_port=53"]}},"output":{"n":"number"}}]}"#,
      #"{"signature":"a","policy":"p","event":7,"data":{"n":1,"t":["x"],"o":{"a":[1.5,null,true]}}}"#
        + "\n" + #"{"signature":"\u00e4\ud83d\ude00","policy":"p","event":8}"# + "\n",
    ].map { Array($0.utf8) }
  }

  static func check(_ bytes: RawSpan) {
    let whole = bytes.array
    let program = ProgramSignatures(line: whole, ofProgram: "program")
    for finding in program.diagnostics {
      claim((finding.range?.end.offset ?? 0) <= whole.count, "a finding is within the line")
    }
    var set = PolicySet()
    set.add(program)
    let checked = set.checked()
    claim(
      (checked.plan == nil) == (checked.count(.error) > 0), "there is a plan, or there is an error")
    if let json = ReadJSON(whole) {
      let written = LineBuffer.copy { $0.append(json) }
      claim(ReadJSON(written) == json, "what is written is read as the same")
    }
    var lines = ProgramLines()
    lines.add(whole[...])
    var count = 0
    while let line = lines.next() {
      count += 1
      guard let found = ProgramClaim(line: line) else { continue }
      claim(found.data.count <= ProgramClaim.dataLimit, "a finding has no more data than it may")
    }
    claim(count <= whole.count { $0 == 10 }, "a line has an end")
  }
}
