// SPDX-License-Identifier: Apache-2.0

/// A part of root's power, by its number.
///
/// Source: capabilities(7), `linux/capability.h`.
public enum Capability: UInt8, CaseIterable, Sendable {
  case dacOverride = 1
  case dacReadSearch = 2
  case netAdmin = 12
  case perfmon = 38
  case bpf = 39

  /// Those without which nothing can be traced; reloads need them too.
  public static let needed: [Capability] = [.bpf, .perfmon, .netAdmin]

  /// The name, as setcap and systemd take it.
  public var name: String {
    switch self {
    case .dacOverride: "CAP_DAC_OVERRIDE"
    case .dacReadSearch: "CAP_DAC_READ_SEARCH"
    case .netAdmin: "CAP_NET_ADMIN"
    case .perfmon: "CAP_PERFMON"
    case .bpf: "CAP_BPF"
    }
  }

  /// What cannot be done without it, as in "cannot …".
  var use: String {
    switch self {
    case .dacOverride: "write what belongs to others"
    case .dacReadSearch: "read what belongs to others"
    case .netAdmin: "attach programs to cgroups"
    case .perfmon: "let programs read the kernel's memory"
    case .bpf: "load BPF programs"
    }
  }
}

/// A set of capabilities, a bit for each number.
struct CapabilitySet: Equatable {
  /// The bits, as the kernel has them.
  var bits: UInt64 = 0

  /// Whether one is in it.
  func contains(_ capability: Capability) -> Bool { bits >> UInt64(capability.rawValue) & 1 != 0 }

  /// Adds one.
  mutating func insert(_ capability: Capability) { bits |= 1 << UInt64(capability.rawValue) }

  /// The set without one.
  func without(_ capability: Capability) -> CapabilitySet {
    CapabilitySet(bits: bits & ~(1 << UInt64(capability.rawValue)))
  }

  /// Those in it that have a name here, in the order of their numbers.
  var named: [Capability] { Capability.allCases.filter(contains) }
}
