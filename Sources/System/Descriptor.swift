// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A file descriptor that is closed when its owner is destroyed.
package struct Descriptor: ~Copyable, Sendable {
  /// The number, valid for calls as long as this value lives.
  package let number: Int32

  /// Takes over an open descriptor.
  package init(owning number: Int32) { self.number = number }

  /// Opens a path with `O_CLOEXEC`.
  ///
  /// - Parameters:
  ///   - flags: of open(2).
  ///   - operation: what the caller does, as in "cannot …"; the path follows it in the error.
  /// - Throws: the error of open(2).
  package init(opening path: String, _ flags: Int32, _ operation: String) throws(SystemError) {
    number = unsafe open(path, flags | O_CLOEXEC)
    guard number >= 0 else { throw SystemError("\(operation) \(path)", code: errno) }
  }

  deinit { _ = close(number) }

  /// Gives the descriptor to the caller, who has to close it.
  package consuming func release() -> Int32 {
    let number = number
    discard self
    return number
  }

  /// Reads from the current offset to the end of the file.
  ///
  /// - Parameter limit: the most bytes that are read; what follows them is left out.
  /// - Throws: the error of read(2), with `path` in its words.
  package func readAll(of path: String, limit: Int = 1 << 24) throws(SystemError) -> [UInt8] {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while bytes.count < limit {
      let count = unsafe read(number, &chunk, min(chunk.count, limit - bytes.count))
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw SystemError("read \(path)", code: errno) }
      if count == 0 { break }
      bytes += chunk[..<count]
    }
    return bytes
  }

  /// Writes all bytes to a descriptor, which may block.
  ///
  /// - Returns: 0, or the error number of write(2); some of the bytes may have been written then.
  package static func writeAll(_ bytes: [UInt8], to number: Int32) -> Int32 {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes { unsafe write(number, $0.baseAddress, $0.count) }
      if count >= 0 {
        rest = rest.dropFirst(count)
      } else if errno != EINTR {
        return errno
      }
    }
    return 0
  }
}
