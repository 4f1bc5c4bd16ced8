// SPDX-License-Identifier: Apache-2.0

extension VirtualNetwork {
  /// Keeps the kernel from sending anything over the cable by itself.
  public func silence() async throws {
    for (side, other) in [(left, right), (right, left)] {
      try await side.run(
        "sh", "-c", "echo 1 >/proc/sys/net/ipv6/conf/veth0/disable_ipv6")
      let words = try await other.run("ip", "-o", "link", "show", "dev", "veth0")
        .split(separator: " ").map(String.init)
      guard let place = words.firstIndex(of: "link/ether"), place + 1 < words.count else {
        continue
      }
      try await side.run(
        "ip", "neighbour", "replace", other.ipv4, "lladdr", words[place + 1], "dev", "veth0",
        "nud", "permanent")
    }
  }
}

extension VirtualNetwork.Side {
  /// How many packets the kernel says that went over the cable, since it was laid.
  public func packetCounts() async throws -> (received: UInt64, sent: UInt64) {
    let lines = try await run("cat", "/proc/net/dev").split(separator: "\n")
    let line = lines.first { $0.contains("veth0:") } ?? ""
    let numbers = line.split(separator: ":").last?.split(separator: " ").compactMap { UInt64($0) }
    guard let numbers, numbers.count > 9 else { throw MissingCounters() }
    return (numbers[1], numbers[9])
  }
}

/// An interface of which the kernel tells nothing.
private struct MissingCounters: Error {}
