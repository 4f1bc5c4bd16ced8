import Glibc

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
    var known: Set<String> = []
    if let tree = try? CgroupTree() {
      known = Set(tree.members().compactMap { ContainerID.find(in: $0.path) })
    }
    var hidden: Set<String> = []
    var left = 1 << 16
    for mount in version1 {
      for path in CgroupTree.paths(below: mount.place, limit: &left) {
        guard let id = ContainerID.find(in: path), !known.contains(id) else { continue }
        hidden.insert(id)
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
