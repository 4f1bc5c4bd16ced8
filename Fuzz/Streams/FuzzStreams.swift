@testable import FuzzPackets
public import FuzzSupport

@testable import Pipeline

/// Takes the bytes after the first as segments of a few connections, or as one stream that is cut into segments, as the
/// first byte says.
@c(LLVMFuzzerTestOneInput)
public func fuzzStreams(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  lend(bytes, count) { bytes in
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
  return 0
}

/// Writes the seeds before the first input.
@c(LLVMFuzzerInitialize)
public func seedStreams(
  _ count: UnsafeMutablePointer<CInt>, _ arguments: Seeds.Arguments
) -> CInt {
  Seeds.write(StreamSeeds.all, count, arguments)
  return 0
}
