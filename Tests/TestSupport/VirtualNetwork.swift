// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc

/// Two network namespaces with a cable between them, and addresses that exist nowhere else.
public struct VirtualNetwork: Sendable {
  /// One end of the cable.
  public struct Side: Sendable {
    /// The namespace's name.
    public let name: String
    /// Its IPv4 address.
    public let ipv4: String
    /// Its IPv6 address.
    public let ipv6: String

    var entrance: [String] { ["nsenter", "--net=/run/netns/\(name)", "--"] }
  }

  /// Where servers are, by custom.
  public let left: Side
  /// Where clients are, by custom.
  public let right: Side
  /// The range of its IPv4 addresses.
  public let ipv4: String
  /// The range of its IPv6 addresses.
  public let ipv6: String

  private static let prefix = "tptest-"

  fileprivate init() {
    let number = Stage.nextNumber()
    // Two networks of two processes on one machine should not look alike to a tracer.
    let place = (Int(getpid()) &* 64 &+ number) & 0xffff
    let (high, low) = (place >> 8, place & 0xff)
    let hex = String(place, radix: 16)
    func side(_ letter: String, _ host: Int) -> Side {
      Side(
        name: "\(Self.prefix)\(getpid())-\(number)\(letter)", ipv4: "10.\(high).\(low).\(host)",
        ipv6: "fd00:77:\(hex)::\(host)")
    }
    left = side("l", 1)
    right = side("r", 2)
    ipv4 = "10.\(high).\(low).0/24"
    ipv6 = "fd00:77:\(hex)::/64"
  }

  fileprivate func build() async throws {
    for name in [left.name, right.name] { try await run("ip", "netns", "add", name) }
    try await run(
      "ip", "-netns", left.name, "link", "add", "veth0", "type", "veth",
      "peer", "name", "veth0", "netns", right.name)
    for side in [left, right] {
      let commands = """
        link set lo up
        address add \(side.ipv4)/24 dev veth0
        address add \(side.ipv6)/64 dev veth0 nodad
        link set veth0 up
        """
      try await run("ip", "-netns", side.name, "-batch", "-", input: .text(commands + "\n"))
    }
    try await eventually("IPv6 between \(left.name) and \(right.name)") {
      try await !run("ip", "-netns", left.name, "-6", "route", "show", "dev", "veth0").isEmpty
    }
  }

  fileprivate func remove() async throws {
    for name in [left.name, right.name] { try await run("ip", "netns", "delete", name) }
  }

  /// Removes the namespaces of test runs that are no more, and what still runs in them.
  ///
  /// Any number of tests and test runs may do so at a time: what is gone is removed, whoever did it.
  public static func removeLeftovers() async throws {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/run/netns")) ?? []
    for name in names where name.hasPrefix(prefix) {
      let owner = name.dropFirst(prefix.count).prefix { $0.isNumber }
      guard let id = pid_t(owner), kill(id, 0) != 0, errno == ESRCH else { continue }
      do {
        let processes = try await run("ip", "netns", "pids", name).split(separator: "\n")
        for process in processes.compactMap({ pid_t($0) }) { kill(process, SIGKILL) }
        try await run("ip", "netns", "delete", name)
      } catch {
        guard access("/run/netns/\(name)", F_OK) != 0 else { throw error }
      }
    }
  }
}

extension Stage {
  /// A new network; removed at the end.
  public func network() async throws -> VirtualNetwork {
    try await VirtualNetwork.removeLeftovers()
    let network = VirtualNetwork()
    atEnd { try await network.remove() }
    try await network.build()
    return network
  }
}

/// A version of the Internet Protocol.
public enum IPVersion: Int, CaseIterable, Sendable {
  case four = 4
  case six = 6
}

extension VirtualNetwork.Side {
  /// The command that runs a program here.
  public func command(_ words: [String]) -> [String] { entrance + words }

  /// Its address of a version.
  public func address(_ version: IPVersion) -> String {
    version == .four ? ipv4 : ipv6
  }

  /// Runs a program here that must exit with 0; returns its standard output.
  @discardableResult
  public func run(
    _ command: String..., input: StandardInput = .nothing, within limit: Duration = .seconds(30)
  ) async throws -> String {
    try await TestSupport.run(entrance + command, input: input, within: limit)
  }

  /// Waits until something listens on a TCP port or is bound to a UDP one.
  public func listens(udp: Bool = false, on port: Int) async throws {
    try await eventually("listener on port \(port) of \(name)") {
      let kind = udp ? "-Hlun" : "-Hltn"
      return try await !run("ss", kind, "sport", "=", ":\(port)").isEmpty
    }
  }

  /// Waits until no TCP connection is open or half closed here.
  public func closesConnections() async throws {
    try await eventually("end of all connections in \(name)") {
      let states = ["state", "connected", "exclude", "time-wait"]
      return try await TestSupport.run(entrance + ["ss", "-Htn"] + states).isEmpty
    }
  }
}
