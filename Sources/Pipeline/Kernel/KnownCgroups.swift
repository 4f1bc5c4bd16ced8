// SPDX-License-Identifier: Apache-2.0

import CBPF
import Glibc
import System

/// The cgroups that the kernel side knows.
struct KnownCgroups {
  private let map: Int32
  /// Cgroups that were there when tracing began and found no room.
  private(set) var refused: UInt64 = 0
  /// Cgroups that the kernel side left out while tracing began, and that were found later.
  private(set) var foundLater: UInt64 = 0

  /// How many of them there can be at once at least, with those that were removed of late.
  static let leastLimit: UInt32 = 1 << 16

  /// How many there can be on a machine that has so many now: four times as many, within 65,536 and 1,048,576.
  ///
  /// The kernel takes 16 bytes for each at once, and some 400 for each that there is.
  static func limit(now: Int) -> UInt32 {
    var limit = leastLimit
    while limit < 1 << 20, limit < 4 * UInt64(clamping: now) { limit *= 2 }
    return limit
  }

  init(_ owners: OwnerPrograms) { map = owners.descriptor(ofMap: "tp_cgroups") }

  /// The path of a cgroup, nil when it is not known, or no more: one that was removed stays known for a while.
  func path(of id: UInt64) -> String? {
    guard var value = self[id] else { return nil }
    return unsafe withUnsafeBytes(of: &value.path.text) {
      unsafe String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
    }
  }

  /// What is known of a cgroup.
  subscript(id: UInt64) -> tp_cgroup? {
    var id = id
    var value = tp_cgroup()
    return unsafe bpf_map_lookup_elem(map, &id, &value) == 0 ? value : nil
  }

  /// The passes over all cgroups at the start, at most.
  private static let passLimit = 8

  /// Adds the cgroups of a tree that are older than the tracer, while the kernel side adds those that are made meanwhile.
  ///
  /// The kernel side leaves out one whose parent is not known yet, and it may not be listed yet either when the parent is. So
  /// all are gone over again until that does not happen.
  ///
  /// - Parameter leftOut: how many the kernel side has left out so far.
  mutating func add(
    _ tree: CgroupTree, leftOut: () throws(SystemError) -> UInt64
  ) throws(SystemError) {
    for _ in 0..<Self.passLimit {
      foundLater = try leftOut()
      var refused: UInt64 = 0
      try tree.forEach { member throws(SystemError) in
        if try !add(member) { refused += 1 }
      }
      self.refused = refused
      guard refused == 0, try leftOut() != foundLater else { return }
    }
  }

  /// Adds a cgroup, unless the kernel side has seen it made; false when there is no room.
  private func add(_ member: CgroupTree.Member) throws(SystemError) -> Bool {
    var id = member.id
    var value = tp_cgroup()
    value.path.head.prefix_length = 32 + 8 * UInt32(TP_TEXT_LENGTH)
    value.path.head.dimension = TP_SCOPE_CGROUP.rawValue.bigEndian
    unsafe withUnsafeMutableBytes(of: &value.path.text) {
      unsafe $0.copyBytes(from: member.path.prefix(Int(TP_TEXT_LENGTH)))
    }
    if let container = member.container.id {
      unsafe withUnsafeMutableBytes(of: &value.container_id) {
        unsafe $0.copyBytes(from: container)
      }
      value.flags = TP_OWNER_CONTAINER.rawValue | TP_OWNER_CONTAINER_STARTED.rawValue
    }
    let code = unsafe bpf_map_update_elem(map, &id, &value, UInt64(BPF_NOEXIST))
    switch code {
    case 0, -EEXIST: return true
    case -E2BIG, -ENOMEM: return false
    default:
      let path = String(decoding: member.path, as: UTF8.self)
      throw SystemError("note the cgroup \(path)", code: code)
    }
  }
}

/// What is said of cgroups that there was no room for: once, and then counted only.
struct UnknownCgroups {
  private var isTold = false

  /// A sentence for people when there are any and it was not said yet.
  ///
  /// - Parameter limit: how many there is room for.
  mutating func notice(_ count: UInt64, limit: UInt32) -> String? {
    guard count > 0, !isTold else { return nil }
    isTold = true
    return
      "there are more than \(limit) cgroups: the paths and the containers of others are not known, "
      + "and scopes take them for cgroups of the host"
  }
}
