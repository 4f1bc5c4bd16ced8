// SPDX-License-Identifier: Apache-2.0

@testable import Pipeline

/// Takes the bytes after the first as segments of a few connections, or as one stream that is cut into segments, as the
/// first byte says.
enum FuzzStreams: FuzzTarget {
  static let name = "streams"
  static var seeds: [[UInt8]] { StreamSeeds.all }

  static func check(_ bytes: RawSpan) {
    guard bytes.byteCount > 0 else { return }
    let choice = bytes.byte(0)
    let rest = bytes.extracting(droppingFirst: 1)
    let framing: StreamFraming = choice & 1 == 0 ? .dns : .http
    let isSparse = choice & 4 != 0
    if choice & 2 == 0 {
      SegmentClaims.check(rest, framing, isSparse: isSparse)
    } else {
      let manner = CutClaims.Manner(
        isSparse: isSparse, isRepeated: choice & 8 != 0, isMixed: choice & 16 != 0)
      CutClaims.check(rest, framing, manner)
    }
  }
}
