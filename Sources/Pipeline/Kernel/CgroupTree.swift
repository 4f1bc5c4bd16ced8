import CBPF
import Glibc

/// The cgroup v2 tree of this machine.
struct CgroupTree {
  /// Where it is mounted.
  let root: String

  /// Whether it is all of the machine's: it may also begin where a cgroup namespace does.
  var isWhole: Bool { Self.inode(of: root) == Self.rootInode }

  /// The kernel's number of the first cgroup.
  private static let rootInode: UInt64 = 1

  /// Finds the tree in `/proc/self/mounts`: a whole one, if there is one.
  init() throws(KernelError) {
    let found = try Self.mounts().filter { $0.type == "cgroup2" }.map(\.place)
    let whole = found.first { Self.inode(of: $0) == Self.rootInode }
    guard let place = whole ?? found.first else {
      throw KernelError(
        "find the cgroup v2 tree", advice: "mount it: mount -t cgroup2 none /sys/fs/cgroup")
    }
    root = place
  }

  /// The mounts that this process sees: their places, and the types of their file systems.
  static func mounts() throws(KernelError) -> [(place: String, type: String)] {
    try read("/proc/self/mounts").split(separator: "\n").compactMap { line in
      let parts = line.split(separator: " ")
      return parts.count > 2 ? (unescape(parts[1]), String(parts[2])) : nil
    }
  }

  /// Opens the directory of a cgroup.
  static func open(_ path: String) throws(KernelError) -> Descriptor {
    let directory = try Descriptor(opening: path, O_RDONLY | O_DIRECTORY, "open the cgroup")
    guard unsafe faccessat(directory.number, "cgroup.controllers", F_OK, 0) == 0 else {
      throw KernelError(
        "trace the cgroup \(path)", advice: "it is not a directory of the cgroup v2 tree")
    }
    return directory
  }

  /// A cgroup of the tree: its id, and its path from the root of the tree.
  struct Member: Equatable {
    var id: UInt64
    var path: String
  }

  /// All cgroups that are there now, parents first.
  ///
  /// Those that go meanwhile are left out.
  func members() -> [Member] {
    var limit = Int.max
    return Self.paths(below: root, limit: &limit).compactMap { path in
      let place = path == "/" ? root : root + path
      return Self.inode(of: place).map { Member(id: $0, path: path) }
    }
  }

  /// The directories at and below one, as paths from there, parents first; `limit` says how many more are looked at.
  static func paths(below root: String, limit: inout Int) -> [String] {
    var found: [String] = []
    var waiting = ["/"]
    while limit > 0, let path = waiting.popLast() {
      limit -= 1
      found.append(path)
      let place = path == "/" ? root : root + path
      for name in Self.directories(in: place) {
        waiting.append(path == "/" ? "/" + name : path + "/" + name)
      }
    }
    return found
  }

  private static func inode(of path: String) -> UInt64? {
    var status = stat()
    return unsafe stat(path, &status) == 0 ? UInt64(status.st_ino) : nil
  }

  private static func directories(in path: String) -> [String] {
    guard let directory = unsafe opendir(path) else { return [] }
    defer { unsafe closedir(directory) }
    var names: [String] = []
    while let entry = unsafe readdir(directory) {
      guard unsafe entry.pointee.d_type == DT_DIR else { continue }
      let name = unsafe withUnsafeBytes(of: entry.pointee.d_name) {
        unsafe String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names
  }

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

  private static func read(_ path: String) throws(KernelError) -> String {
    let file = try Descriptor(opening: path, O_RDONLY, "read")
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65536)
    while true {
      let count = unsafe Glibc.read(file.number, &chunk, chunk.count)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw KernelError("read \(path)", code: errno) }
      if count == 0 { return String(decoding: bytes, as: UTF8.self) }
      bytes += chunk[..<count]
    }
  }
}
