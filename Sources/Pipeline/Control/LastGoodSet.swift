// SPDX-License-Identifier: Apache-2.0

import Glibc
public import Policy
import Synchronization
import System

/// The files of the last set of policies that was in force, kept so that a machine whose files are broken when it boots is
/// not left untraced.
public final class LastGoodSet: Sendable {
  private let directory: String
  /// The generation that was written last: threads may come in another order.
  private let written = Mutex<UInt32>(0)

  /// Files together may have this many bytes: as many as sets have that can be loaded.
  private static let sizeLimit = 256 << 20
  private static let firstLine = "tracee-policy: last good set, version 1\n"

  /// Names the directory; nothing is read or written yet.
  public init(in directory: String) { self.directory = directory }

  /// The path of the file that keeps the set.
  public var path: String { directory + "/last-good" }

  /// Writes the files of a set that is in force, unless a later one was written.
  ///
  /// Nothing changes when it cannot be written.
  ///
  /// - Throws: why it could not be written.
  public func keep(_ sources: [SourceFile], generation: UInt32) throws(OutputError) {
    var bytes = Array("\(Self.firstLine)\(sources.count)\n".utf8)
    for source in sources {
      bytes += Array("\(source.name.utf8.count) \(source.bytes.count)\n".utf8)
      bytes += Array(source.name.utf8) + source.bytes
    }
    let text = bytes
    try written.withLock { last throws(OutputError) in
      guard generation >= last else { return }
      try ReplacedFile(path, option: "--state").write(text, mode: 0o600, isDurable: true)
      last = generation
    }
  }

  /// Reads the files that were written; nil when there are none, or when they are not whole.
  public func sources() -> [SourceFile]? {
    guard let bytes = Self.contents(path), bytes.starts(with: Self.firstLine.utf8) else {
      return nil
    }
    var rest = bytes.dropFirst(Self.firstLine.utf8.count)
    guard let feed = rest.firstIndex(of: UInt8(ascii: "\n")),
      let count = Int(String(decoding: rest[..<feed], as: UTF8.self))
    else { return nil }
    rest = rest[(feed + 1)...]
    var sources: [SourceFile] = []
    while !rest.isEmpty {
      guard let end = rest.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
      let sizes = String(decoding: rest[..<end], as: UTF8.self).split(separator: " ")
      rest = rest[(end + 1)...]
      guard sizes.count == 2, let name = Int(sizes[0]), let size = Int(sizes[1]), name > 0,
        size >= 0, size <= max(SourceFile.sizeLimit, ValueList.sizeLimit), name <= 4096,
        name + size <= rest.count
      else { return nil }
      sources.append(
        SourceFile(
          name: String(decoding: rest.prefix(name), as: UTF8.self),
          bytes: Array(rest.dropFirst(name).prefix(size))))
      rest = rest.dropFirst(name + size)
    }
    return sources.isEmpty || sources.count != count ? nil : sources
  }

  private static func contents(_ path: String) -> [UInt8]? {
    let number = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    guard number >= 0 else { return nil }
    let file = Descriptor(owning: number)
    var status = stat()
    guard unsafe fstat(file.number, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
      status.st_size <= sizeLimit
    else { return nil }
    return try? file.readAll(of: path, limit: sizeLimit)
  }
}
