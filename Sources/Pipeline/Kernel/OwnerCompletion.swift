import Glibc
import Policy

/// Adds to owners what their records do not carry and one machine tells: the path of the cgroup, and whether the mount
/// namespace is the host's.
final class OwnerCompletion {
  private let cgroups: KnownCgroups
  private let hostMountNamespace: UInt64?
  /// A cgroup's path never changes, and its id is not given again.
  private var paths: [UInt64: String] = [:]

  private static let pathLimit = 4096

  init(_ cgroups: KnownCgroups) {
    self.cgroups = cgroups
    // A tracer that may not look at the first process runs beside it, in all but odd sandboxes.
    hostMountNamespace = Self.inode(of: "/proc/1/ns/mnt") ?? Self.inode(of: "/proc/self/ns/mnt")
  }

  private static func inode(of path: String) -> UInt64? {
    var status = stat()
    return unsafe stat(path, &status) == 0 ? UInt64(status.st_ino) : nil
  }

  /// Completes an owner.
  func complete(_ owner: inout Owner) {
    owner.cgroupPath = path(of: owner.cgroupID)
    owner.isInHostMountNamespace = hostMountNamespace == UInt64(owner.mountNamespace)
  }

  private func path(of id: UInt64) -> String {
    if let known = paths[id] { return known }
    guard let path = cgroups.path(of: id) else { return "" }
    if paths.count >= Self.pathLimit { paths.removeAll(keepingCapacity: true) }
    paths[id] = path
    return path
  }
}
