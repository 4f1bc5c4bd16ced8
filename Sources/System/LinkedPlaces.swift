// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The directories where a file may be found from now on, also when it or a symbolic link on the way to it is replaced.
///
/// They are the one that holds the file and, for each link, the one that holds the link and the one that holds its target.
/// The root of all files is never one of them: what stands in it has to stay.
package struct LinkedPlaces {
  /// From the first to the last; the same one may stand there twice.
  package private(set) var directories: [String] = []
  /// Symbolic links that are followed for one path.
  private static let linkLimit = 40

  /// Follows the symbolic links of a path, as they are now.
  package init(_ path: String) {
    var next = path
    for _ in 0..<Self.linkLimit {
      add(next)
      guard let turn = Self.firstTurn(of: next) else { return }
      add(turn.link)
      add(turn.target)
      next = turn.target + turn.rest
    }
  }

  private mutating func add(_ path: String) {
    let holder = Self.directory(of: path)
    directories.append(holder == "/" ? path : holder)
  }

  /// The directory that holds a path's last part.
  package static func directory(of path: String) -> String {
    let holder = path.split(separator: "/").dropLast().joined(separator: "/")
    if path.hasPrefix("/") { return "/" + holder }
    return holder.isEmpty ? "." : holder
  }

  /// The first symbolic link on the way, what it leads to, and what follows it in the path; nil when there is none.
  private static func firstTurn(
    of path: String
  ) -> (link: String, target: String, rest: String)? {
    let parts = path.split(separator: "/")
    var place = path.hasPrefix("/") ? "/" : ""
    for (index, part) in parts.enumerated() {
      let link = place + part
      var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
      let count = unsafe readlink(link, &buffer, buffer.count)
      if count > 0 {
        let target = String(
          decoding: buffer.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self)
        let rest = parts[(index + 1)...].map { "/" + $0 }.joined()
        return (link, target.hasPrefix("/") ? target : place + target, rest)
      }
      place = link + "/"
    }
    return nil
  }
}
