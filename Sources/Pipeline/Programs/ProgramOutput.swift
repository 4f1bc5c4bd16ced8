// SPDX-License-Identifier: Apache-2.0

import Policy

/// What a program of signatures writes: findings that it claims, and what is none.
struct ProgramOutput {
  /// The lines, of which the first is longer than others.
  var lines = ProgramLines()
  private var claims: [ProgramClaim] = []
  /// The first line that was no finding; nil when there is none, or when it was taken.
  private var garbage: String?
  private var hasGarbage = false

  /// Takes the oldest finding.
  mutating func nextClaim() -> ProgramClaim? { claims.isEmpty ? nil : claims.removeFirst() }

  /// Reads what is there, up to some bytes, and how many lines of it are no findings.
  mutating func read(
    from descriptor: Int32, limit: Int
  ) -> (outcome: ProgramLines.Outcome, refused: UInt64) {
    let outcome = lines.read(from: descriptor, limit: limit)
    var refused: UInt64 = 0
    while let line = lines.next() {
      if line.isEmpty { continue }
      if let claim = ProgramClaim(line: line) {
        claims.append(claim)
        continue
      }
      refused += 1
      if !hasGarbage { garbage = String(decoding: line.prefix(60), as: UTF8.self) }
      hasGarbage = true
    }
    return (outcome, refused + lines.takeSkipped())
  }

  /// Takes the first line that was no finding, cut.
  mutating func takeGarbage() -> String? {
    defer { garbage = nil }
    return garbage
  }
}
