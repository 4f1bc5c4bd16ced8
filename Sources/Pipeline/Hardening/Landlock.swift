// SPDX-License-Identifier: Apache-2.0

import CSystem
import Glibc
import System

/// The files that a tracer may read and write; all others are closed to it, also where it owns them.
///
/// It holds for the calling thread and for those that it starts later. Sockets of TCP are closed as well, where the kernel
/// knows how, but for the ports of outputs. What is open already stays so. Source: landlock(7).
enum Landlock {
  /// The kernel's version of it.
  static func version() throws(SystemError) -> Int {
    let version = tp_landlock_version()
    guard version > 0 else {
      throw SystemError(
        "close the file system to it", code: errno,
        advice: errno == EOPNOTSUPP
          ? "Landlock is switched off: add landlock to lsm= of the kernel's command line"
          : "this needs Linux 5.13 or later with CONFIG_SECURITY_LANDLOCK=y")
    }
    return Int(version)
  }

  /// Puts it in force, for good.
  static func enforce(_ access: FileAccess) throws(SystemError) {
    let version = try version()
    // libbpf opens `/` to get a free number for a map that programs share: names may be listed, files not read.
    let files = Rights.all(version).subtracting(.readDirectory)
    let net: UInt64 = version >= 4 ? 0b11 : 0
    let scopes: UInt64 = version >= 6 ? 0b11 : 0
    let number = tp_landlock_forbid(files.rawValue, net, scopes)
    guard number >= 0 else { throw SystemError("close the file system to it", code: errno) }
    let rules = Descriptor(owning: number)
    for place in access.readable { try allow(.reading, at: place, within: files, rules) }
    for place in access.writable { try allow(.writing, at: place, within: files, rules) }
    for port in access.network.ports where version >= 4 {
      guard tp_landlock_allow_port(rules.number, port) == 0 else {
        throw SystemError("open port \(port) to it", code: errno)
      }
    }
    guard tp_landlock_enforce(rules.number) == 0 else {
      throw SystemError("close the file system to it", code: errno)
    }
  }

  /// `O_PATH` of open(2), which Swift does not see.
  private static let pathOnly: Int32 = 0o10_000_000

  /// What is not there needs no rule.
  private static func allow(
    _ rights: Rights, at path: String, within all: Rights, _ rules: borrowing Descriptor
  ) throws(SystemError) {
    let number = unsafe open(path, pathOnly | O_CLOEXEC)
    guard number >= 0 else { return }
    let place = Descriptor(owning: number)
    var status = stat()
    guard unsafe fstat(place.number, &status) == 0 else { return }
    let isDirectory = status.st_mode & S_IFMT == S_IFDIR
    let possible = isDirectory ? all : all.intersection(.ofFiles)
    let allowed = rights.intersection(possible).rawValue
    guard tp_landlock_allow(rules.number, place.number, allowed) == 0 else {
      throw SystemError("open \(path) to it", code: errno)
    }
  }

  /// What can be done with files: `LANDLOCK_ACCESS_FS_…` of `linux/landlock.h`.
  private struct Rights: OptionSet {
    let rawValue: UInt64

    static let execute = Rights(rawValue: 1 << 0)
    static let writeFile = Rights(rawValue: 1 << 1)
    static let readFile = Rights(rawValue: 1 << 2)
    static let readDirectory = Rights(rawValue: 1 << 3)
    static let removeFile = Rights(rawValue: 1 << 5)
    static let makeFile = Rights(rawValue: 1 << 8)
    static let truncate = Rights(rawValue: 1 << 14)
    static let control = Rights(rawValue: 1 << 15)

    static let reading: Rights = [.readFile]
    static let writing: Rights = [.writeFile, .truncate, .makeFile, .removeFile]
    static let ofFiles: Rights = [.execute, .writeFile, .readFile, .truncate, .control]

    /// All that a version knows: 13 at first, then moving, truncating and controlling devices.
    static func all(_ version: Int) -> Rights {
      let count =
        switch version {
        case 1: 13
        case 2: 14
        case 3, 4: 15
        default: 16
        }
      return Rights(rawValue: 1 << count - 1)
    }
  }
}
