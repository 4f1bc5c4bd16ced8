// SPDX-License-Identifier: Apache-2.0

import Glibc
import System

/// The containers of a machine that has cgroups of version 1 beside the v2 tree, and has them only there.
///
/// A process of such a container is in the root of the v2 tree, so nothing tells that it is in a container.
public enum HiddenContainers {
  /// How many there are now; 0 on a machine without cgroups of version 1.
  ///
  /// At most 65,536 directories are looked at.
  public static func count() -> Int {
    guard let mounts = try? CgroupTree.mounts() else { return 0 }
    let version1 = mounts.filter { $0.type == "cgroup" }
    guard !version1.isEmpty else { return 0 }
    var known: Set<[UInt8]> = []
    if let tree = try? CgroupTree() {
      try? tree.forEach { if let id = $0.container.id { known.insert(id) } }
    }
    var hidden: Set<[UInt8]> = []
    var left = 1 << 16
    for mount in version1 {
      // One that goes away meanwhile ends the walk, which is for a remark only.
      try? CgroupTree(at: mount.place).forEach { (member) throws(SystemError) in
        left -= 1
        guard left > 0 else { throw SystemError("go through all cgroups", code: E2BIG) }
        if let id = member.container.id, !known.contains(id) { hidden.insert(id) }
      }
    }
    return hidden.count
  }

  /// What there is to say about some; nil when there are none.
  public static func remark(_ count: Int) -> String? {
    guard count > 0 else { return nil }
    return
      "\(count) \(count == 1 ? "container has its" : "containers have their") cgroups in version 1 alone, "
      + "so they look like the host: have the runtime use the v2 tree "
      + "(systemd.unified_cgroup_hierarchy=1 on the kernel's command line)"
  }
}
