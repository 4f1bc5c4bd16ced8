// SPDX-License-Identifier: Apache-2.0

/// Passes `body` a copy of bytes that begins at an odd address, and ends where its memory does.
func withCopy(of bytes: RawSpan, _ body: (RawSpan) -> Void) {
  let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.byteCount + 1, alignment: 16)
  defer { copy.deallocate() }
  let place = UnsafeMutableRawBufferPointer(rebasing: copy[1...])
  bytes.withUnsafeBytes { place.copyMemory(from: $0) }
  body(UnsafeRawBufferPointer(place).bytes)
}

extension RawSpan {
  /// A copy of the bytes.
  var array: [UInt8] { withUnsafeBytes { Array($0) } }
}
