// SPDX-License-Identifier: Apache-2.0

import CBPF
import Glibc
import System

/// The cgroup v2 tree of this machine.
struct CgroupTree {
  /// Where it is mounted.
  let root: String

  /// Whether it is all of the machine's: it may also begin where a cgroup namespace does.
  var isWhole: Bool { Self.inode(of: root) == Self.rootInode }

  private static func inode(of path: String) -> UInt64? {
    var status = stat()
    return unsafe stat(path, &status) == 0 ? UInt64(status.st_ino) : nil
  }

  /// The kernel's number of the first cgroup.
  private static let rootInode: UInt64 = 1

  /// Finds the tree in `/proc/self/mounts`: a whole one, if there is one.
  init() throws(SystemError) {
    let found = try Self.mounts().filter { $0.type == "cgroup2" }.map(\.place)
    let whole = found.first { Self.inode(of: $0) == Self.rootInode }
    guard let place = whole ?? found.first else {
      throw SystemError(
        "find the cgroup v2 tree", advice: "mount it: mount -t cgroup2 none /sys/fs/cgroup")
    }
    root = place
  }

  /// Takes a tree whose place is known; also one of cgroups of version 1.
  init(at place: String) { root = place }

  /// The mounts that this process sees: their places, and the types of their file systems.
  static func mounts() throws(SystemError) -> [(place: String, type: String)] {
    try read("/proc/self/mounts").split(separator: "\n").compactMap { line in
      let parts = line.split(separator: " ")
      return parts.count > 2 ? (unescape(parts[1]), String(parts[2])) : nil
    }
  }

  /// Opens the directory of a cgroup.
  static func open(_ path: String) throws(SystemError) -> Descriptor {
    let directory = try Descriptor(opening: path, O_RDONLY | O_DIRECTORY, "open the cgroup")
    guard unsafe faccessat(directory.number, "cgroup.controllers", F_OK, 0) == 0 else {
      throw SystemError(
        "trace the cgroup \(path)", advice: "it is not a directory of the cgroup v2 tree")
    }
    return directory
  }

  /// How many cgroups there are now, as the kernel counts them; 0 when it does not tell.
  var count: Int {
    let text = (try? Self.read(root + "/cgroup.stat")) ?? ""
    let line = text.split(separator: "\n").first { $0.hasPrefix("nr_descendants ") }
    return line.flatMap { Int($0.drop { $0 != " " }.dropFirst()) } ?? 0
  }

  /// A cgroup of the tree.
  struct Member: Equatable {
    /// Its number in the kernel, which no later one gets.
    var id: UInt64
    /// Its path from the root of the tree, in any encoding, cut to ``pathLimit`` bytes.
    var path: [UInt8]
    /// Whose it is.
    var container: ContainerID
  }

  /// The bytes of a path that are told.
  static let pathLimit = 1024

  /// Gives `body` each cgroup that is there now, parents first.
  ///
  /// Those that go meanwhile are left out. Names are bytes, and a path may be longer than the kernel takes at once: so it goes
  /// from directory to directory.
  func forEach(_ body: (Member) throws(SystemError) -> Void) throws(SystemError) {
    let top = try Descriptor(opening: root, O_RDONLY | O_DIRECTORY, "open the cgroup")
    guard let status = Self.status(of: top.number) else { return }
    let first = Member(
      id: UInt64(status.st_ino), path: [UInt8(ascii: "/")],
      container: ContainerID(rootOwnedBy: status.st_uid))
    try body(first)
    var levels = [Level(member: first, names: Self.directories(in: top.number))]
    var here = top.number
    defer { if here != top.number { close(here) } }
    func move(to next: Int32) {
      if here != top.number { close(here) }
      here = next
    }
    while let member = levels.last?.member {
      guard let name = levels[levels.count - 1].names.popLast() else {
        levels.removeLast()
        guard let parent = levels.last?.member else { return }
        let above = levels.count == 1 ? top.number : unsafe openat(here, "..", Self.flags)
        guard above >= 0 else { throw SystemError("go through all cgroups", code: errno) }
        move(to: above)
        guard Self.status(of: above).map({ UInt64($0.st_ino) }) == parent.id else {
          throw SystemError("go through all cgroups", code: ESTALE)
        }
        continue
      }
      let place = unsafe openat(here, name, Self.flags | O_NOFOLLOW)
      guard place >= 0 else { continue }
      guard let found = Self.status(of: place), found.st_dev == status.st_dev else {
        close(place)
        continue
      }
      let below = member.below(name, found)
      do throws(SystemError) { try body(below) } catch {
        close(place)
        throw error
      }
      // After `body`: who is told of a cgroup hears by himself of what is made in it later. A leaf has two names.
      let names =
        Self.status(of: place).map { $0.st_nlink > 2 } ?? false ? Self.directories(in: place) : []
      guard !names.isEmpty else {
        close(place)
        continue
      }
      levels.append(Level(member: below, names: names))
      move(to: place)
    }
  }

  /// A cgroup on the way down, with those below it that are still to be seen: their names, with the NUL at the end.
  private struct Level {
    let member: Member
    var names: [[CChar]]
  }

  private static let flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC

  private static func status(of directory: Int32) -> stat? {
    var status = stat()
    return unsafe fstat(directory, &status) == 0 ? status : nil
  }

  private static func directories(in place: Int32) -> [[CChar]] {
    let copy = unsafe openat(place, ".", flags)
    guard copy >= 0 else { return [] }
    guard let directory = unsafe fdopendir(copy) else {
      close(copy)
      return []
    }
    defer { unsafe closedir(directory) }
    var names: [[CChar]] = []
    while let entry = unsafe readdir(directory) {
      guard unsafe entry.pointee.d_type == DT_DIR else { continue }
      let name = unsafe withUnsafeBytes(of: entry.pointee.d_name) {
        unsafe $0.prefix { $0 != 0 }.map { CChar(bitPattern: $0) }
      }
      if name != dot && name != dot + dot { names.append(name + [0]) }
    }
    return names
  }

  private static let dot = [CChar(bitPattern: UInt8(ascii: "."))]

  /// Undoes the octal escapes of mount tables.
  private static func unescape(_ text: Substring) -> String {
    var bytes: [UInt8] = []
    var rest = text.utf8[...]
    while let byte = rest.popFirst() {
      let digits = rest.prefix(3)
      if byte == UInt8(ascii: "\\"), digits.count == 3,
        let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 8)
      {
        bytes.append(value)
        rest = rest.dropFirst(3)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func read(_ path: String) throws(SystemError) -> String {
    let file = try Descriptor(opening: path, O_RDONLY, "read")
    return String(decoding: try file.readAll(of: path), as: UTF8.self)
  }
}

extension CgroupTree.Member {
  /// The cgroup of a name, with its NUL, below this one.
  fileprivate func below(_ name: [CChar], _ status: stat) -> CgroupTree.Member {
    let name = name.dropLast().map { UInt8(bitPattern: $0) }
    let separator = path == [UInt8(ascii: "/")] ? [] : [UInt8(ascii: "/")]
    return CgroupTree.Member(
      id: UInt64(status.st_ino),
      path: Array((path + separator + name).prefix(CgroupTree.pathLimit)),
      container: container.below(name, ownedBy: status.st_uid))
  }
}
