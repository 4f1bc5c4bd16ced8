// SPDX-License-Identifier: Apache-2.0

import Glibc
import System

/// Further headers of requests, from a file that others cannot read.
enum HTTPHeaders {
  private static let limit = 1 << 16

  /// Reads a file with a header on each line; empty lines and those that begin with `#` are left out.
  static func read(_ path: String?, for place: OutputPlace) throws(OutputError) -> [String] {
    guard let path else { return [] }
    let bytes: [UInt8]
    do throws(SystemError) {
      bytes = try Descriptor(opening: path, O_RDONLY | O_NOCTTY, "read").readAll(
        of: path, limit: limit)
    } catch {
      var failure = OutputError(operation: .open, place: place, code: error.code)
      failure.words = error.description
      throw failure
    }
    let lines = bytes.split { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }
    return lines.filter { $0.first != UInt8(ascii: "#") }
      .map { String(decoding: $0.filter { $0 >= 0x20 && $0 != 0x7f }, as: UTF8.self) }
  }
}
