@testable import FuzzPackets
public import FuzzSupport

@testable import Pipeline

/// Takes the bytes as a capture, whole and in small pieces.
@c(LLVMFuzzerTestOneInput)
public func fuzzCaptures(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: bytes, count: bytes == nil ? 0 : count))
  let whole = CaptureDigest(bytes, chunk: .max)
  let pieces = CaptureDigest(bytes, chunk: 7)
  claim(whole.agrees(with: pieces), "how bytes come matters: \(whole), \(pieces)")
  return 0
}

/// Writes the seeds before the first input.
@c(LLVMFuzzerInitialize)
public func seedCaptures(
  _ count: UnsafeMutablePointer<CInt>, _ arguments: Seeds.Arguments
) -> CInt {
  Seeds.write(CaptureSeeds.all, count, arguments)
  return 0
}
