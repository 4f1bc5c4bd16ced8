import CBPF

/// The container that a cgroup belongs to, by its path.
///
/// Runtimes name a container's cgroup after its id of 64 hexadecimal digits: `/docker/<id>`, `docker-<id>.scope`,
/// `cri-containerd-<id>.scope`, `libpod-<id>`, and so on. What a container makes below its own cgroup belongs to it
/// too. A `…conmon-<id>` watches a container from outside. The kernel side has the same rules (`cgroup.h`).
enum ContainerID {
  /// The id in a path from the root of the v2 tree, the innermost if there are several; nil when there is none.
  static func find(in path: String) -> String? {
    let length = Int(TP_CONTAINER_ID_LENGTH)
    let bytes = Array(path.utf8)
    var found: Range<Int>?
    var digits = 0
    for index in 0...bytes.count {
      let byte = index < bytes.count ? bytes[index] : 0
      if isHexadecimal(byte) {
        digits += 1
        continue
      }
      if digits == length, byte == 0 || byte == UInt8(ascii: "/") || byte == UInt8(ascii: ".") {
        found = index - length..<index
      }
      digits = 0
    }
    guard let found, !bytes[..<found.lowerBound].ends(with: Array("conmon-".utf8)) else {
      return nil
    }
    return String(decoding: bytes[found], as: UTF8.self)
  }

  private static func isHexadecimal(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
      || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
  }
}

extension Collection<UInt8> where Self: BidirectionalCollection {
  fileprivate func ends(with other: [UInt8]) -> Bool {
    reversed().starts(with: other.reversed())
  }
}
