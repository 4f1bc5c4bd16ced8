// SPDX-License-Identifier: Apache-2.0

import Glibc
import Policy
import System

/// Adds to owners what their records do not carry and one machine tells: the path of the cgroup, and whether the mount
/// namespace is the host's.
final class OwnerCompletion {
  private let cgroups: KnownCgroups
  /// A cgroup's path never changes, and its id is not given again.
  private var paths: [UInt64: String] = [:]

  private static let pathLimit = 4096

  init(_ cgroups: KnownCgroups) { self.cgroups = cgroups }

  /// Completes an owner.
  func complete(_ owner: inout Owner) {
    owner.cgroupPath = path(of: owner.cgroupID)
    owner.isInHostMountNamespace = HostMountNamespace.inode == owner.mountNamespace
  }

  /// Returns the path of a cgroup by its id; empty if it is not known.
  func path(of id: UInt64) -> String {
    if let known = paths[id] { return known }
    guard let path = cgroups.path(of: id) else { return "" }
    if paths.count >= Self.pathLimit { paths.removeAll(keepingCapacity: true) }
    paths[id] = path
    return path
  }
}
