// SPDX-License-Identifier: Apache-2.0

import Glibc
import System

/// A file of lines that an output needs and that nobody else should read, such as passwords.
enum SettingsFile {
  private static let limit = 1 << 16

  /// Reads the lines of a file; empty lines and those that begin with `#` are left out.
  ///
  /// - Parameters:
  ///   - path: the file; nil for no lines.
  ///   - place: the place of the output, for errors.
  static func lines(of path: String?, for place: OutputPlace) throws(OutputError) -> [String] {
    guard let path else { return [] }
    let bytes: [UInt8]
    do throws(SystemError) {
      let file = try Descriptor(opening: path, O_RDONLY | O_NOCTTY | O_NONBLOCK, "read")
      bytes = try file.readAll(of: path, limit: limit)
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
