import CBPF
import Glibc
import Policy

extension Tracer {
  /// Adds to an owner what its records do not carry: the path of its cgroup, and whose mount namespace it is in.
  var ownerCompletion: (inout Owner) -> Void {
    let cgroups = knownCgroups
    let hostMountNamespace = Self.hostMountNamespace
    return { owner in
      owner.cgroupPath = cgroups.path(of: owner.cgroupID) ?? ""
      owner.isInHostMountNamespace = UInt64(owner.mountNamespace) == hostMountNamespace
    }
  }

  /// The inode of the first process's mount namespace; nil when it cannot be seen.
  private static var hostMountNamespace: UInt64? {
    var status = stat()
    guard unsafe stat("/proc/1/ns/mnt", &status) == 0 else { return nil }
    return UInt64(status.st_ino)
  }
}
