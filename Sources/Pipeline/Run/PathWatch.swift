// SPDX-License-Identifier: Apache-2.0

import Glibc
public import System

/// Notices when the files that some paths stand for have changed, and have come to rest.
///
/// Watched are the directories where a change would show: those that are named, those of files and of symbolic links on the
/// way and at the end, so that a link that is turned to another directory (as Kubernetes does) is noticed as well as a
/// file that is renamed over another (as editors do).
public final class PathWatch {
  private let paths: [String]
  private let file: Descriptor
  /// What is looked at in each watched directory; nil: everything.
  private var names: [Int32: Set<String>?] = [:]
  private var firstChange: ContinuousClock.Instant?
  private var lastChange: ContinuousClock.Instant?

  /// How long nothing may have changed before the files are read.
  private static let rest = Duration.milliseconds(250)
  /// How long changes may go on before the files are read all the same.
  private static let patience = Duration.seconds(2)
  /// Symbolic links that are followed for one path.
  private static let linkLimit = 40
  /// Reads of events before other work is done again.
  private static let batchLimit = 16

  /// Watches files and directories; those that are not there are waited for in the nearest directory above.
  public init(_ paths: [String]) throws(SystemError) {
    let number = inotify_init1(Int32(IN_CLOEXEC) | Int32(IN_NONBLOCK))
    guard number >= 0 else { throw SystemError("watch files", code: errno) }
    file = Descriptor(owning: number)
    self.paths = paths
    renew()
    // Something may have changed between the first reading and now.
    firstChange = ContinuousClock.now
    lastChange = firstChange
  }

  /// Readable when something has changed.
  var descriptor: Int32 { file.number }

  /// How long until the files should be read; nil while nothing has changed.
  var wait: Duration? { due.map { max(.zero, ContinuousClock.now.duration(to: $0)) } }

  private var due: ContinuousClock.Instant? {
    guard let firstChange, let lastChange else { return nil }
    return min(lastChange + Self.rest, firstChange + Self.patience)
  }

  /// Takes notice of changes, and says whether it is time to read the files.
  ///
  /// They are then watched as they are now.
  func isDue() -> Bool {
    if takeEvents() {
      lastChange = .now
      firstChange = firstChange ?? lastChange
    }
    guard let due, due <= .now else { return false }
    (firstChange, lastChange) = (nil, nil)
    renew()
    return true
  }

  /// Takes the events that are there; whether one of them is of a file that is looked at.
  ///
  /// Somebody may make more of them all the time, so what is left is taken the next time.
  private func takeEvents() -> Bool {
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    var hasChanged = false
    for _ in 0..<Self.batchLimit {
      let count = unsafe read(file.number, &buffer, buffer.count)
      guard count > 0 else { return hasChanged }
      unsafe buffer.withUnsafeBytes { bytes in
        var offset = 0
        // struct inotify_event: the watch first, the name's length last, then the name.
        while offset + 16 <= count {
          let watch = unsafe bytes.loadUnaligned(fromByteOffset: offset, as: Int32.self)
          let length = unsafe bytes.loadUnaligned(fromByteOffset: offset + 12, as: UInt32.self)
          let start = offset + 16
          offset = start + Int(length)
          guard offset <= count else { break }
          let name = unsafe String(
            decoding: bytes[start..<offset].prefix { $0 != 0 }, as: UTF8.self)
          if isLookedAt(watch, name) { hasChanged = true }
        }
      }
    }
    return hasChanged
  }

  private func isLookedAt(_ watch: Int32, _ name: String) -> Bool {
    // Of the directory itself, of one that is watched no more, or because there were too many.
    guard !name.isEmpty, let names = names[watch] else { return true }
    return names?.contains(name) ?? true
  }

  /// Watches the directories that matter now, and no others.
  private func renew() {
    var places = WatchedPlaces()
    for path in paths where path != "-" { places.add(path, links: Self.linkLimit) }
    let mask =
      IN_CREATE | IN_DELETE | IN_MODIFY | IN_CLOSE_WRITE | IN_ATTRIB | IN_MOVED_FROM | IN_MOVED_TO
      | IN_DELETE_SELF | IN_MOVE_SELF
    var renewed: [Int32: Set<String>?] = [:]
    for (directory, names) in places.directories {
      let watch = unsafe inotify_add_watch(
        file.number, directory, UInt32(mask) | UInt32(IN_ONLYDIR))
      guard watch >= 0 else { continue }
      // One directory can have several names.
      if let known = renewed[watch] {
        renewed[watch] = .some(known.flatMap { known in names.map { known.union($0) } })
      } else {
        renewed[watch] = .some(names)
      }
    }
    for watch in names.keys where renewed[watch] == nil { inotify_rm_watch(file.number, watch) }
    names = renewed
  }
}

/// The directories where changes of some files show.
private struct WatchedPlaces {
  /// What is looked at in each; nil: everything.
  private(set) var directories: [String: Set<String>?] = [:]

  /// Adds a file or a directory, with the symbolic links on the way and, in a directory, the files that are links.
  ///
  /// - Parameter isEntry: whether the path is an entry of such a directory: if it is a directory then, it is not read.
  mutating func add(_ path: String, links: Int, isEntry: Bool = false) {
    var links = links
    var rest = Self.parts(path)
    var place = path.hasPrefix("/") ? "/" : "."
    while let name = rest.popFirst() {
      let next = place == "/" ? "/" + name : place + "/" + name
      var status = stat()
      guard unsafe lstat(next, &status) == 0 else { return look(at: String(name), in: place) }
      let kind = status.st_mode & S_IFMT
      if kind == S_IFLNK {
        look(at: String(name), in: place)
        links -= 1
        guard links > 0, let target = Self.target(of: next) else { return }
        rest = Self.parts(target) + rest
        if target.hasPrefix("/") { place = "/" }
        continue
      }
      if rest.isEmpty { look(at: String(name), in: place) }
      place = next
      if rest.isEmpty, kind == S_IFDIR, !isEntry { addAll(in: next, links: links) }
    }
    if path == "/" || Self.parts(path).isEmpty { addAll(in: place, links: links) }
  }

  private mutating func addAll(in directory: String, links: Int) {
    directories[directory] = .some(nil)
    guard links > 0, let listing = unsafe opendir(directory) else { return }
    defer { unsafe closedir(listing) }
    while let entry = unsafe readdir(listing) {
      guard unsafe entry.pointee.d_type == DT_LNK else { continue }
      let name = unsafe withUnsafeBytes(of: entry.pointee.d_name) {
        unsafe String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      // What a link of the directory leads to is a file, or nothing that is read.
      add("\(directory)/\(name)", links: links - 1, isEntry: true)
    }
  }

  private mutating func look(at name: String, in directory: String) {
    guard let known = directories[directory] else {
      directories[directory] = .some([name])
      return
    }
    directories[directory] = .some(known.map { $0.union([name]) })
  }

  private static func parts(_ path: String) -> ArraySlice<Substring> {
    path.split(separator: "/").filter { $0 != "." }[...]
  }

  private static func target(of link: String) -> String? {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = unsafe readlink(link, &buffer, buffer.count)
    return count > 0
      ? String(decoding: buffer.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self) : nil
  }
}
