/// Gives `body` the bytes of an input where libFuzzer has them, so that reading beyond them is found.
public func lend(_ bytes: UnsafePointer<UInt8>?, _ count: Int, _ body: (RawSpan) -> Void) {
  body(UnsafeRawBufferPointer(start: bytes, count: bytes == nil ? 0 : count).bytes)
}

/// Gives `body` a copy of bytes that begins at an odd address, and ends where its memory does.
public func lendCopy(of bytes: RawSpan, _ body: (RawSpan) -> Void) {
  let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.byteCount + 1, alignment: 16)
  defer { copy.deallocate() }
  let place = UnsafeMutableRawBufferPointer(rebasing: copy[1...])
  bytes.withUnsafeBytes { place.copyMemory(from: $0) }
  body(UnsafeRawBufferPointer(place).bytes)
}
