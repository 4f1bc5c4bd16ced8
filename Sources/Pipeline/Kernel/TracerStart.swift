import Glibc

/// When this process became a tracer.
enum TracerStart {
  /// In ns of `CLOCK_BOOTTIME` as the kernel counts it for itself: of the initial time namespace.
  static let time: UInt64 = {
    var now = timespec()
    unsafe clock_gettime(CLOCK_BOOTTIME, &now)
    return UInt64(max(0, Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec) - namespaceOffset))
  }()

  /// What this process's time namespace adds to the clock; 0 where there are no such namespaces.
  private static var namespaceOffset: Int64 {
    guard let file = unsafe fopen("/proc/self/timens_offsets", "r") else { return 0 }
    defer { unsafe fclose(file) }
    var line = [CChar](repeating: 0, count: 128)
    while unsafe fgets(&line, Int32(line.count), file) != nil {
      let bytes = line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:))
      let words = String(decoding: bytes, as: UTF8.self).split { $0 == " " || $0 == "\n" }
      guard words.count == 3, words[0] == "boottime", let seconds = Int64(words[1]),
        let nanoseconds = Int64(words[2])
      else { continue }
      return seconds * 1_000_000_000 + nanoseconds
    }
    return 0
  }
}

/// The mount namespace of the host's first process.
enum HostMountNamespace {
  /// Its inode; nil when it cannot be found out.
  static let inode: UInt32? = {
    // A tracer that may not look at the first process runs beside it, in all but odd sandboxes.
    Namespace.inode("/proc/1/ns/mnt") ?? Namespace.inode("/proc/self/ns/mnt")
  }()
}

/// Namespaces as `/proc` shows them.
enum Namespace {
  /// The inode of one, which the kernel knows it by; nil when it cannot be found out.
  static func inode(_ path: String) -> UInt32? {
    var status = stat()
    return unsafe stat(path, &status) == 0 ? UInt32(truncatingIfNeeded: status.st_ino) : nil
  }
}
