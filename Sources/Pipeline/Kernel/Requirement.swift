import CBPF
import Glibc

/// What tracing needs of a machine, in the order in which it is needed.
public enum Requirement: CaseIterable, Sendable {
  case privileges
  case types
  case cgroups
  case programs

  /// What it is, in a few words.
  public var summary: String {
    switch self {
    case .privileges: "root"
    case .types: "the kernel's types (BTF)"
    case .cgroups: "the cgroup v2 tree"
    case .programs: "a kernel that takes the BPF programs"
    }
  }

  /// Checks that the machine has it; nothing is attached.
  ///
  /// - Returns: what was found, in a few words.
  @discardableResult
  public func check() throws(KernelError) -> String {
    switch self {
    case .privileges:
      guard geteuid() == 0 else {
        throw KernelError(
          "load BPF programs without privileges", advice: "run as root, for example with sudo")
      }
      return "running as root"
    case .types:
      let path = "/sys/kernel/btf/vmlinux"
      guard unsafe access(path, R_OK) == 0 else {
        throw KernelError(
          "find the kernel's types in \(path)", code: errno,
          advice: "this needs a kernel built with CONFIG_DEBUG_INFO_BTF=y")
      }
      return path
    case .cgroups:
      return try CgroupTree().root
    case .programs:
      let owners = try OwnerPrograms(rowWords: Row.wordLimit, ringBytes: 1 << 16)
      for purpose in ProcessPrograms.Purpose.allCases {
        _ = try ProcessPrograms(purpose, sharingMapsOf: owners)
      }
      return "loaded, for rows of \(TP_RULES_MAX) rules"
    }
  }
}
