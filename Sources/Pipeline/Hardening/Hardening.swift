// SPDX-License-Identifier: Apache-2.0

import CSystem
import Glibc
public import System

/// What keeps whoever might take a tracer over from doing more than a tracer does.
///
/// It is put in force before anything from outside is read but the policies, by the only thread there is; all others
/// begin with it. Nothing of it can be taken back.
public struct Hardening: Equatable, Sendable {
  /// A measure that restricts what the tracer can do, by its name on the command line.
  public enum Measure: String, CaseIterable, Sendable {
    /// Only the capabilities that reloads need are kept.
    case capabilities
    /// No program gets more privileges by being executed. The next two need it.
    case noNewPrivileges = "no-new-privileges"
    /// Files other than those of the command line are closed.
    case landlock
    /// System calls that a tracer does not make fail or end it.
    case seccomp

    /// What it does, in a few words.
    public var summary: String {
      switch self {
      case .capabilities: "capabilities: only those that reloads need are kept"
      case .noNewPrivileges: "no-new-privileges: nothing that is executed gets more"
      case .landlock: "landlock: other files than those of the command line are closed"
      case .seccomp: "seccomp: other system calls than a tracer's fail, or end it"
      }
    }

    /// Checks that the kernel has it; nothing is put in force.
    ///
    /// - Returns: what was found, in a few words.
    @discardableResult
    public func check() throws(SystemError) -> String {
      switch self {
      case .capabilities, .noNewPrivileges: return "the kernel has it"
      case .landlock: return "version \(try Landlock.version())"
      case .seccomp:
        guard unsafe access("/proc/sys/kernel/seccomp/actions_avail", F_OK) == 0 else {
          throw SystemError(
            "filter system calls", advice: "this needs a kernel with CONFIG_SECCOMP_FILTER=y")
        }
        return "the kernel has it"
      }
    }
  }

  /// Those that are in force, in the order of ``Measure``.
  public let measures: [Measure]
  /// Why others are not, that were asked for.
  public let refusals: [Measure: SystemError]
  /// The capabilities that were kept.
  public let capabilities: [Capability]

  /// Puts measures in force for this process, as far as the kernel has them.
  ///
  /// - Parameters:
  ///   - wanted: which; those that need `noNewPrivileges` bring it along.
  ///   - access: the files that are needed from now on.
  public static func enforce(_ wanted: Set<Measure>, access: FileAccess) -> Hardening {
    // What is asked of the first process is refused later on.
    _ = HostMountNamespace.inode
    tzset()
    var wanted = wanted
    if !wanted.isDisjoint(with: [.landlock, .seccomp]) { wanted.insert(.noNewPrivileges) }
    var measures: [Measure] = []
    var refusals: [Measure: SystemError] = [:]
    var kept = Privileges.held
    for measure in Measure.allCases where wanted.contains(measure) {
      do throws(SystemError) {
        switch measure {
        case .capabilities: kept = try keepCapabilities(for: access)
        case .noNewPrivileges:
          guard tp_no_new_privileges() == 0 else {
            throw SystemError("do without new privileges", code: errno)
          }
        case .landlock: try Landlock.enforce(access)
        case .seccomp:
          try measure.check()
          try SystemCallFilter.enforce(access.network)
        }
        measures.append(measure)
      } catch { refusals[measure] = error }
    }
    return Hardening(measures: measures, refusals: refusals, capabilities: kept.named)
  }

  /// Gives up all capabilities but those that tracing, reading policies and writing outputs need.
  private static func keepCapabilities(for access: FileAccess) throws(SystemError) -> CapabilitySet
  {
    let held = Privileges.held
    var kept = CapabilitySet()
    for capability in Capability.needed where held.contains(capability) { kept.insert(capability) }
    if access.readsPolicies, held.contains(.dacReadSearch) { kept.insert(.dacReadSearch) }
    if held.contains(.dacOverride) {
      // It is judged without it, but with all others.
      let others = held.without(.dacOverride).without(.dacReadSearch)
      try set(effective: others, permitted: held)
      if access.needsPowerOverFiles { kept.insert(.dacOverride) }
      try set(effective: held, permitted: held)
    }
    guard tp_bound_capabilities(kept.bits) == 0 else {
      throw SystemError("give up capabilities", code: errno)
    }
    try set(effective: kept, permitted: kept)
    return kept
  }

  private static func set(
    effective: CapabilitySet, permitted: CapabilitySet
  ) throws(SystemError) {
    guard tp_set_capabilities(effective.bits, permitted.bits) == 0 else {
      throw SystemError("give up capabilities", code: errno)
    }
  }
}

extension Hardening: CustomStringConvertible {
  /// The words of the ready line.
  public var description: String {
    let missing = Measure.allCases.filter { refusals[$0] != nil }.map(\.rawValue)
    let list = measures.isEmpty ? "none" : measures.map(\.rawValue).joined(separator: ", ")
    return "hardening: \(list)"
      + (missing.isEmpty ? "" : " (not to be had: \(missing.joined(separator: ", ")))")
  }
}
