// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A new folder in memory, which is gone with all that is in it when nobody holds it any more.
struct Folder: ~Copyable {
  let path: String

  /// Makes one.
  ///
  /// - Parameter megabytes: how much fits into it.
  init(megabytes: Int) throws {
    var template = Array("/tmp/tracee-policy-bench-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw Refused("mkdtemp") }
    let path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    guard mount("tmpfs", path, "tmpfs", 0, "size=\(megabytes)m,mode=700") == 0 else {
      throw Refused("mount tmpfs")
    }
    self.path = path
  }

  deinit {
    umount2(path, CInt(MNT_DETACH))
    rmdir(path)
  }

  /// Writes a file and gives its path.
  @discardableResult
  func write(_ name: String, _ text: String) throws -> String {
    let file = "\(path)/\(name)"
    guard let open = fopen(file, "w") else { throw Refused("write \(file)") }
    defer { fclose(open) }
    let bytes = Array(text.utf8)
    guard fwrite(bytes, 1, bytes.count, open) == bytes.count else { throw Refused("write \(file)") }
    return file
  }

  /// The text of a file; empty when there is none.
  func read(_ name: String) -> String {
    guard let open = fopen("\(path)/\(name)", "r") else { return "" }
    defer { fclose(open) }
    var bytes: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = fread(&part, 1, part.count, open), count > 0 { bytes += part[..<count] }
    return String(decoding: bytes, as: UTF8.self)
  }
}
