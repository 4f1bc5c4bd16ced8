// SPDX-License-Identifier: Apache-2.0

import Glibc
import System

/// The name of the machine that traces.
enum HostName {
  /// The name as bytes; empty when there is none.
  static var current: [UInt8] {
    var name = [UInt8](repeating: 0, count: 256)
    let code = unsafe name.withUnsafeMutableBytes { bytes in
      guard let start = bytes.baseAddress else { return Int32(-1) }
      return unsafe gethostname(start.assumingMemoryBound(to: CChar.self), bytes.count - 1)
    }
    return code == 0 ? Array(name.prefix { $0 != 0 }) : []
  }

  /// The id of the machine as bytes; empty when there is none.
  ///
  /// Source: machine-id(5).
  static var identifier: [UInt8] {
    let path = "/etc/machine-id"
    guard let file = try? Descriptor(opening: path, O_RDONLY | O_NOCTTY, "read"),
      let bytes = try? file.readAll(of: path, limit: 64)
    else { return [] }
    return Array(bytes.prefix { $0 > 0x20 && $0 < 0x7f })
  }
}
