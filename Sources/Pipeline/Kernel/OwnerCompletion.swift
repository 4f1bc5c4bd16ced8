import CBPF
import Policy

extension Tracer {
  /// Adds to an owner what its records do not carry: the path of its cgroup.
  var ownerCompletion: (inout Owner) -> Void {
    let cgroups = knownCgroups
    return { owner in
      owner.cgroupPath = cgroups.path(of: owner.cgroupID) ?? ""
    }
  }
}
