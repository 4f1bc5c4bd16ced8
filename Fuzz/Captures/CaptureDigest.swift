// SPDX-License-Identifier: Apache-2.0

@testable import Pipeline

/// What is read of a capture, in numbers.
struct CaptureDigest {
  private var frames = 0
  private var faults = CaptureFaults()
  /// Whether there is nothing more to read.
  private var isRead = false
  /// Of all frames, with their bytes.
  private var digest: UInt64 = 0xcbf2_9ce4_8422_2325

  /// Reads a capture of which so many bytes come at a time.
  init(_ bytes: [UInt8], chunk: Int) {
    var reader = CaptureReader(CaptureInput(bytes, chunk: chunk))
    while reader.next() {
      let frame = reader.frame
      frames += 1
      claim(
        frame.place.upperBound <= reader.passed && reader.passed <= reader.input.count,
        "a frame is among the bytes that are there")
      claim(frame.length >= frame.place.count, "a frame is no shorter than what was captured")
      add(frame, reader.input.bytes.extracting(frame.place))
    }
    claim(!reader.next(), "after the last frame there is none")
    claim(reader.input.taken <= bytes.count, "no byte is taken twice")
    faults = reader.faults
    isRead = reader.input.isAtEnd
  }

  /// Whether the same was read.
  func agrees(with other: CaptureDigest) -> Bool {
    var (mine, others) = (faults, other.faults)
    // How much was inflated that nobody read depends on how it came.
    if !(isRead && other.isRead) { (mine.compression, others.compression) = (0, 0) }
    return (frames, digest, mine) == (other.frames, other.digest, others)
  }

  private mutating func add(_ frame: CaptureFrame, _ bytes: RawSpan) {
    add(frame.time)
    add(UInt64(frame.length))
    add(UInt64(frame.interface))
    add(frame.direction.map { UInt64($0.rawValue) } ?? 2)
    add(UInt64(bytes.byteCount))
    for offset in 0..<bytes.byteCount { add(UInt64(bytes.byte(offset))) }
    guard let link = frame.link else { return add(7) }
    guard let view = LinkView(bytes, link) else { return add(8) }
    add(UInt64(view.offset))
  }

  private mutating func add(_ number: UInt64) {
    digest = (digest ^ number) &* 0x100_0000_01b3
  }
}
