// SPDX-License-Identifier: Apache-2.0

import CSystem
import Glibc
import System

/// What this process may do on this machine.
enum Privileges {
  /// What the calling thread may use now.
  static var held: CapabilitySet {
    var (effective, permitted) = (UInt64(0), UInt64(0))
    guard unsafe tp_capabilities(&effective, &permitted) == 0 else { return CapabilitySet() }
    return CapabilitySet(bits: effective)
  }

  /// Whether the namespace that gives capabilities is the machine's: in another, they are none to the kernel.
  static var areOfTheMachine: Bool {
    Namespace.inode("/proc/self/ns/user").map { $0 == initialUserNamespace } ?? true
  }

  /// Source: `PROC_USER_INIT_INO` of the kernel's `proc_ns.h`.
  private static let initialUserNamespace: UInt32 = 0xefff_fffd

  /// The needed capabilities that are missing.
  static var missing: [Capability] {
    guard areOfTheMachine else { return Capability.needed }
    let held = held
    return Capability.needed.filter { !held.contains($0) }
  }

  /// Says of a capability that it is missing, and what to do.
  static func refusal(of capabilities: [Capability]) -> SystemError {
    let names = capabilities.map(\.name).joined(separator: ", ")
    let uses = capabilities.map(\.use).joined(separator: ", ")
    let advice =
      areOfTheMachine
      ? "run as root, or grant it with setcap, or AmbientCapabilities= of systemd"
      : "root of a user namespace has none of it: start the tracer outside of the namespace"
    return SystemError("\(uses) without \(names)", advice: advice)
  }
}
