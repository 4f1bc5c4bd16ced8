// SPDX-License-Identifier: Apache-2.0

@testable import Pipeline

/// Takes the bytes as a capture, whole and in small pieces.
enum FuzzCaptures: FuzzTarget {
  static let name = "captures"
  static var seeds: [[UInt8]] { CaptureSeeds.all }

  static func check(_ bytes: RawSpan) {
    let bytes = bytes.array
    let whole = CaptureDigest(bytes, chunk: .max)
    let pieces = CaptureDigest(bytes, chunk: 7)
    claim(whole.agrees(with: pieces), "how bytes come matters: \(whole), \(pieces)")
  }
}
