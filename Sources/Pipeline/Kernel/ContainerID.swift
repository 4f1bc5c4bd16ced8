// SPDX-License-Identifier: Apache-2.0

import CBPF

/// The container that a cgroup belongs to, by its path from the root of the v2 tree.
///
/// Runtimes name a container's cgroup after its id of 64 hexadecimal digits: `/docker/<id>`, `docker-<id>.scope`,
/// `cri-containerd-<id>.scope`, `libpod-<id>`, and so on. The outermost id counts: what a container makes below its own
/// cgroup belongs to it, whatever it is called. `libpod-conmon-<id>` and `crio-conmon-<id>` watch a container from outside,
/// so they are none.
///
/// A name counts only where root gave it: where root owns every directory above. Whoever has a subtree of his own can call
/// what is in there as he likes. The kernel side has the same rules (`cgroup.h`).
struct ContainerID: Equatable {
  /// The id, 64 lower-case hexadecimal digits; nil: no container.
  private(set) var id: [UInt8]?
  /// Whether root owns the cgroup's directory and all above.
  private var isRoots: Bool
  private var depth = 0

  /// At this many levels below the root names do not count any more.
  static let depthLimit = 64

  /// The root of the tree.
  ///
  /// - Parameter owner: the uid of the directory's owner.
  init(rootOwnedBy owner: UInt32) { isRoots = owner == 0 }

  /// The cgroup of a name below this one.
  ///
  /// - Parameter owner: the uid of the directory's owner.
  func below(_ name: some Sequence<UInt8>, ownedBy owner: UInt32) -> ContainerID {
    var result = self
    result.depth += 1
    if id == nil, isRoots, result.depth < Self.depthLimit { result.id = Self.find(in: Array(name)) }
    result.isRoots = isRoots && owner == 0
    return result
  }

  /// The first id in the name of a cgroup.
  private static func find(in name: [UInt8]) -> [UInt8]? {
    var digits = 0
    for end in 0...name.count {
      let byte = end < name.count ? name[end] : nil
      if let byte, isHexadecimal(byte) {
        digits += 1
        continue
      }
      defer { digits = 0 }
      guard digits == Int(TP_CONTAINER_ID_LENGTH), byte == nil || byte == UInt8(ascii: ".") else {
        continue
      }
      let start = end - digits
      if !monitors.contains(where: { name[..<start].elementsEqual($0) }) {
        return Array(name[start..<end])
      }
    }
    return nil
  }

  /// What the names of processes that watch a container begin with, before its id.
  private static let monitors = ["libpod-conmon-".utf8, "crio-conmon-".utf8]

  private static func isHexadecimal(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
      || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
  }
}
