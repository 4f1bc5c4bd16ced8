// SPDX-License-Identifier: Apache-2.0

import CZlib

/// Inflates what gzip has compressed (RFC 1952), one member after the other.
@safe struct Inflater: ~Copyable {
  // zlib keeps the address of its state.
  private let stream: UnsafeMutablePointer<z_stream>
  /// Whether a member has ended and none has begun after it.
  private var isBetween = true
  /// Whether the bytes are not those of gzip, or damaged.
  private(set) var isBroken = false

  /// Makes one that awaits the first member.
  init() {
    unsafe stream = .allocate(capacity: 1)
    unsafe stream.initialize(to: z_stream())
    let code = unsafe inflateInit2_(
      stream, 16 + MAX_WBITS, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    precondition(code == Z_OK, "zlib has memory and is the version that was built with")
  }

  deinit {
    unsafe inflateEnd(stream)
    unsafe stream.deallocate()
  }

  /// Whether the bytes so far end where a member ends.
  var isWhole: Bool { isBetween }

  /// Inflates bytes into a buffer until either is used up.
  ///
  /// - Returns: how many bytes were taken and how many given.
  mutating func inflate(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
  ) -> (taken: Int, given: Int) {
    unsafe stream.pointee.next_in = UnsafeMutablePointer(
      mutating: input.assumingMemoryBound(to: UInt8.self).baseAddress)
    unsafe stream.pointee.avail_in = UInt32(clamping: input.count)
    unsafe stream.pointee.next_out = output.assumingMemoryBound(to: UInt8.self).baseAddress
    unsafe stream.pointee.avail_out = UInt32(clamping: output.count)
    while unsafe !isBroken && stream.pointee.avail_in > 0 && stream.pointee.avail_out > 0 {
      isBetween = false
      switch unsafe CZlib.inflate(stream, Z_NO_FLUSH) {
      case Z_OK: continue
      case Z_STREAM_END:
        isBetween = true
        unsafe inflateReset(stream)
      default: isBroken = true
      }
    }
    return unsafe (
      input.count - Int(stream.pointee.avail_in), output.count - Int(stream.pointee.avail_out)
    )
  }
}
