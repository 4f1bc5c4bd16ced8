// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc

/// A cgroup of the v2 tree that a test has made.
public struct ControlGroup: Sendable {
  /// Its path from the root of the v2 tree.
  public let path: String

  /// Where the v2 tree is mounted; nil when it is not.
  public static let root: String? = {
    let mounts = (try? String(contentsOfFile: "/proc/self/mounts", encoding: .utf8)) ?? ""
    let mount = mounts.split(separator: "\n").first { $0.contains(" cgroup2 ") }
    return mount.flatMap { $0.split(separator: " ").dropFirst().first }.map(String.init)
  }()

  /// Where it is in the file system.
  public var directory: String { (Self.root ?? "") + path }

  /// A shell that enters it and becomes the program that follows.
  var entrance: [String] {
    ["sh", "-c", "echo $$ >\"$0\"/cgroup.procs && exec \"$@\"", directory]
  }

  /// Moves a process into it.
  public func take(_ process: ChildProcess) throws {
    try Data("\(process.id)".utf8).write(to: URL(filePath: directory + "/cgroup.procs"))
  }

  fileprivate func make() throws {
    guard mkdir(directory, 0o755) == 0 else { throw SystemCallFailed("mkdir \(directory)") }
  }

  fileprivate func remove() async throws {
    try await eventually("end of all processes in \(path)") {
      rmdir(directory) == 0
    }
  }
}

extension ControlGroup {
  /// A group of this name below this one.
  public func below(_ name: String) -> ControlGroup { ControlGroup(path: "\(path)/\(name)") }

  /// Whether it is there.
  public var exists: Bool { access(directory, F_OK) == 0 }

  /// A group beside this one whose name begins with the whole of this one's.
  public var neighbour: ControlGroup { ControlGroup(path: path + "-neighbour") }
}

extension Stage {
  /// A name for a new cgroup at the top of the v2 tree, or below another; it is not made yet.
  public func plannedGroup(below parent: ControlGroup? = nil) -> ControlGroup {
    let name = "/tptest-\(getpid())-\(Stage.nextNumber())"
    return ControlGroup(path: (parent?.path ?? "") + name)
  }

  /// A name such as runtimes give to a container's cgroup, with an id of these two digits again and again.
  public func plannedGroup(container digits: String) -> ControlGroup {
    ControlGroup(path: plannedGroup().path + "-" + String(repeating: digits, count: 32))
  }

  /// Makes a cgroup; removed at the end.
  @discardableResult
  public func make(_ group: ControlGroup) throws -> ControlGroup {
    try group.make()
    atEnd { try await group.remove() }
    return group
  }
}
