// SPDX-License-Identifier: Apache-2.0

import CBPF
import Glibc
public import System

/// What tracing needs of a machine.
public enum Requirement: Hashable, Sendable {
  /// All capabilities.
  case privileges
  case capability(Capability)
  case types
  case cgroups
  case wholeTree
  case attachment
  case programs

  /// All of them in the order in which they are needed; each capability by itself.
  public static let all: [Requirement] =
    Capability.needed.map { .capability($0) } + [
      .types, .cgroups, .wholeTree, .attachment, .programs,
    ]

  /// Those that are cheap to check, and whose absence the kernel tells less clearly.
  public static let beforeLoading: [Requirement] = [.types, .cgroups, .wholeTree, .attachment]

  /// What it is, in a few words.
  public var summary: String {
    switch self {
    case .privileges: "privileges"
    case .capability(let capability): capability.name
    case .types: "the kernel's types (BTF)"
    case .cgroups: "the cgroup v2 tree"
    case .wholeTree: "all of the machine's cgroups"
    case .attachment: "room for programs that see packets"
    case .programs: "a kernel that takes the BPF programs"
    }
  }

  /// The name of the requirement in the JSON of `doctor`.
  public var name: String {
    switch self {
    case .privileges: "privileges"
    case .capability(let capability): capability.name
    case .types: "btf"
    case .cgroups: "cgroup2"
    case .wholeTree: "cgroup-namespace"
    case .attachment: "attachment"
    case .programs: "programs"
    }
  }

  /// Checks that the machine has it; nothing is attached.
  ///
  /// - Parameter cgroup: the directory of the cgroup that is to be traced; nil for the root of the v2 tree.
  /// - Returns: what was found, in a few words.
  @discardableResult
  public func check(cgroup: String? = nil) throws(SystemError) -> String {
    switch self {
    case .privileges:
      let missing = Privileges.missing
      guard missing.isEmpty else { throw Privileges.refusal(of: missing) }
      return "all that are needed"
    case .capability(let capability):
      guard !Privileges.missing.contains(capability) else {
        throw Privileges.refusal(of: [capability])
      }
      return "held"
    case .types:
      let path = "/sys/kernel/btf/vmlinux"
      guard unsafe access(path, R_OK) == 0 else {
        throw SystemError(
          "find the kernel's types in \(path)", code: errno,
          advice: "this needs a kernel built with CONFIG_DEBUG_INFO_BTF=y")
      }
      return path
    case .cgroups:
      let root = try CgroupTree().root
      if let cgroup { _ = try CgroupTree.open(cgroup) }
      return cgroup ?? root
    case .wholeTree: return try Self.checkTree(cgroup)
    case .attachment:
      let root = try CgroupTree().root
      let path = cgroup ?? root
      try ForeignProgram.checkNone(keepsOthersFrom: path)
      return "nothing keeps others from \(path)"
    case .programs: return try Self.tryPrograms()
    }
  }

  private static func checkTree(_ cgroup: String?) throws(SystemError) -> String {
    let tree = try CgroupTree()
    if tree.isWhole { return "\(tree.root) begins at the root" }
    if let cgroup { return "only those in \(cgroup), as --cgroup asks" }
    throw SystemError(
      "see other cgroups than those below \(tree.root), where this cgroup namespace begins",
      advice: "start the tracer in the machine's cgroup namespace (--cgroupns=host of docker and "
        + "podman), or name what is to be traced with --cgroup")
  }

  private static func tryPrograms() throws(SystemError) -> String {
    let owners = try OwnerPrograms(rowWords: Row.wordLimit, ringBytes: 1 << 16)
    for purpose in ProcessPrograms.Purpose.allCases {
      _ = try ProcessPrograms(purpose, sharingMapsOf: owners)
    }
    return "loaded, for rows of \(TP_RULES_MAX) rules"
  }
}
