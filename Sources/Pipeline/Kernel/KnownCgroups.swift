import CBPF
import Glibc

/// The cgroups that the kernel side knows.
struct KnownCgroups {
  private let map: Int32

  init(_ owners: OwnerPrograms) { map = owners.descriptor(ofMap: "tp_cgroups") }

  /// The path of a cgroup, nil when it is not known, or no more.
  func path(of id: UInt64) -> String? {
    var id = id
    var value = tp_cgroup()
    guard unsafe bpf_map_lookup_elem(map, &id, &value) == 0 else { return nil }
    return unsafe withUnsafeBytes(of: &value.path.text) {
      unsafe String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
    }
  }

  /// Adds a cgroup that is older than the tracer, unless the kernel side has seen it made.
  func add(_ member: CgroupTree.Member) throws(KernelError) {
    var id = member.id
    var value = tp_cgroup()
    value.path.head.prefix_length = 32 + 8 * UInt32(TP_TEXT_LENGTH)
    value.path.head.dimension = TP_SCOPE_CGROUP.rawValue.bigEndian
    unsafe withUnsafeMutableBytes(of: &value.path.text) {
      unsafe $0.copyBytes(from: member.path.utf8.prefix(Int(TP_TEXT_LENGTH)))
    }
    if let container = ContainerID.find(in: member.path) {
      unsafe withUnsafeMutableBytes(of: &value.container_id) {
        unsafe $0.copyBytes(from: container.utf8)
      }
      value.flags = TP_OWNER_CONTAINER.rawValue | TP_OWNER_CONTAINER_STARTED.rawValue
    }
    let code = unsafe bpf_map_update_elem(map, &id, &value, UInt64(BPF_NOEXIST))
    guard code == 0 || code == -EEXIST else {
      throw KernelError("note the cgroup \(member.path)", code: code)
    }
  }
}
