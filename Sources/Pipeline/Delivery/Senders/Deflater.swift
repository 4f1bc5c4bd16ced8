// SPDX-License-Identifier: Apache-2.0

import CZlib

/// Compresses bytes as a file of gzip (RFC 1952).
enum Deflater {
  /// Returns all bytes compressed; nothing when there is no memory.
  static func gzip(_ bytes: RawSpan) -> [UInt8] {
    // zlib keeps the address of its state.
    let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    unsafe stream.initialize(to: z_stream())
    defer { unsafe stream.deallocate() }
    // 15 bits of window, and 16 for the form of gzip.
    guard
      unsafe deflateInit2_(
        stream, 1, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
        Int32(MemoryLayout<z_stream>.size)) == Z_OK
    else { return [] }
    defer { unsafe deflateEnd(stream) }
    var output = [UInt8](
      repeating: 0, count: Int(unsafe deflateBound(stream, uLong(bytes.byteCount))))
    let count = unsafe bytes.withUnsafeBytes { input in
      unsafe output.withUnsafeMutableBytes { output in
        unsafe stream.pointee.next_in = UnsafeMutablePointer(
          mutating: input.assumingMemoryBound(to: UInt8.self).baseAddress)
        unsafe stream.pointee.avail_in = UInt32(clamping: input.count)
        unsafe stream.pointee.next_out = output.assumingMemoryBound(to: UInt8.self).baseAddress
        unsafe stream.pointee.avail_out = UInt32(clamping: output.count)
        guard unsafe deflate(stream, Z_FINISH) == Z_STREAM_END else { return 0 }
        return unsafe output.count - Int(stream.pointee.avail_out)
      }
    }
    return Array(output.prefix(count))
  }
}
