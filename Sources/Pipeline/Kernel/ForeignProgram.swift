// SPDX-License-Identifier: Apache-2.0

import CBPF
import Glibc
import System

/// A program of somebody else that is attached to a cgroup in such a way that no other can be attached there.
///
/// Who attaches without `BPF_F_ALLOW_MULTI` has the cgroup, and all below it unless `BPF_F_ALLOW_OVERRIDE` is said, for himself.
struct ForeignProgram {
  /// Its number in the kernel.
  let id: UInt32
  /// Its name; nil when it cannot be asked for, which takes CAP_SYS_ADMIN.
  let name: String?
  /// The directory of the cgroup that it is attached to.
  let cgroup: String
  /// Where it is attached, as bpftool says it.
  let place: String

  /// The places that the tracer needs.
  private static let places: [(type: bpf_attach_type, name: String)] = [
    (BPF_CGROUP_INET_INGRESS, "ingress"), (BPF_CGROUP_INET_EGRESS, "egress"),
    (BPF_CGROUP_INET_SOCK_CREATE, "sock_create"),
  ]

  /// Checks that nothing keeps others from attaching to a cgroup.
  ///
  /// What cannot be asked is left to the kernel.
  static func checkNone(keepsOthersFrom cgroup: String) throws(SystemError) {
    for (type, name) in places {
      guard let found = find(type, name, at: cgroup) else { continue }
      throw SystemError(
        "attach to \(found.cgroup): program \(found.title) has its \(name) for itself alone",
        advice: "have its owner attach it with BPF_F_ALLOW_MULTI, or detach it: "
          + "bpftool cgroup detach \(found.cgroup) \(name) id \(found.id)")
    }
  }

  /// Number and name.
  private var title: String { name.map { "\(id) (\($0))" } ?? "\(id)" }

  /// Goes up from a cgroup to the first that has programs, as the kernel does: that one decides.
  private static func find(
    _ type: bpf_attach_type, _ name: String, at cgroup: String
  ) -> ForeignProgram? {
    var path = cgroup
    for level in 0..<256 {
      let number = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
      guard number >= 0 else { return nil }
      let directory = Descriptor(owning: number)
      var (flags, count) = (UInt32(0), UInt32(64))
      var ids = [UInt32](repeating: 0, count: Int(count))
      // A directory above the tree is no cgroup, which is an error.
      let code = unsafe bpf_prog_query(directory.number, type, 0, &flags, &ids, &count)
      guard code == 0 || code == -ENOSPC else { return nil }
      if count > 0 {
        let isShared = flags & UInt32(BPF_F_ALLOW_MULTI) != 0
        let isYielding = level > 0 && flags & UInt32(BPF_F_ALLOW_OVERRIDE) != 0
        guard !isShared, !isYielding else { return nil }
        return ForeignProgram(id: ids[0], name: self.name(of: ids[0]), cgroup: path, place: name)
      }
      path += "/.."
      guard let real = unsafe realpath(path, nil) else { return nil }
      path = unsafe String(cString: real)
      unsafe free(real)
    }
    return nil
  }

  private static func name(of id: UInt32) -> String? {
    let number = bpf_prog_get_fd_by_id(id)
    guard number >= 0 else { return nil }
    let program = Descriptor(owning: number)
    var information = bpf_prog_info()
    var size = UInt32(MemoryLayout<bpf_prog_info>.size)
    let code = unsafe bpf_obj_get_info_by_fd(program.number, &information, &size)
    guard code == 0 else { return nil }
    let name = unsafe withUnsafeBytes(of: &information.name) {
      unsafe String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
    }
    return name.isEmpty ? nil : name
  }
}
