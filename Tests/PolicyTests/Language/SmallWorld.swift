// SPDX-License-Identifier: Apache-2.0

import Policy
import TestSupport

/// Expressions, owners and packets of so few values that they meet often.
struct SmallWorld {
  private var random: SplitMix

  init(seed: UInt64) { random = SplitMix(state: seed) }

  /// A key, the values that it takes, and whether it takes bounds.
  struct Key: Sendable {
    let name: String
    let values: [String]
    let hasOrder: Bool

    init(_ name: String, _ values: [String], hasOrder: Bool = false) {
      self.name = name
      self.values = values
      self.hasOrder = hasOrder
    }
  }

  private static let addresses = [
    "10.0.0.1", "10.0.0.0/8", "10.1.*", "10.0.0.1-10.0.0.9", "0.0.0.0/0", "::1", "fe80::/10",
    "2001:db8::/32", "::/0", "::ffff:10.0.0.1", "2001:db8::1-2001:db8::9",
  ]
  private static let ports = ["0", "53", "80", "0x1bb", "1-1023", "1024-65535"]

  static let scopes = [
    Key("uid", ["0", "1000", "1-999", "1000-65534"], hasOrder: true),
    Key("pid", ["1", "2", "1-2", "3-9"], hasOrder: true),
    Key("comm", ["nginx", "ng*", "*x", "*gin*", "curl", "*", "\"a,b\""]),
    Key("cgroup", ["/", "/a", "/a/b", "/ab"]),
    Key("executable", ["/bin/nc", "/bin/*", "*/nc", "4026531841:/bin/nc", "7:*"]),
    Key("uts", ["web", "w*", "*b"]),
    Key("mntns", ["4026531841", "7"]),
    Key("container", ["3f", "3f9a", "0", "started"]),
  ]
  static let filters = [
    Key("data.src", addresses), Key("data.dst", addresses),
    Key("data.src_port", ports, hasOrder: true), Key("data.dst_port", ports, hasOrder: true),
    Key("data.metadata.direction", ["ingress", "egress", "0", "1"]),
    Key("data.proto_tcp.SYN", ["0", "1", "true", "false"]),
    Key("data.proto_tcp.window", ["0", "1-100", "0xffff"], hasOrder: true),
  ]

  mutating func chance(_ probability: Double) -> Bool {
    Double.random(in: 0..<1, using: &random) < probability
  }

  mutating func pick<Element>(_ elements: [Element]) -> Element {
    elements[Int.random(in: elements.indices, using: &random)]
  }

  mutating func shuffled<Element>(_ elements: [Element]) -> [Element] {
    elements.shuffled(using: &random)
  }

  mutating func values(of key: Key) -> [String] {
    (0..<Int.random(in: 1...3, using: &random)).map { _ in pick(key.values) }
  }

  /// An expression of a key.
  mutating func expression(of key: Key) -> String {
    if key.hasOrder, chance(0.4) {
      let number = pick(key.values.filter { !$0.contains("-") })
      return key.name + pick(["<", "<=", ">", ">="]) + number
    }
    return key.name + pick(["=", "!="]) + values(of: key).joined(separator: ",")
  }

  mutating func expressions(of keys: [Key]) -> [String] {
    (0..<Int.random(in: 1...4, using: &random)).map { _ in expression(of: pick(keys)) }
  }

  /// An owner, sometimes nobody.
  mutating func owner() -> Owner? {
    if chance(0.1) { return nil }
    var owner = Owner()
    owner.userID = pick([0, 1, 999, 1000, 65534])
    owner.processID = pick([1, 2, 3, 10])
    owner.comm = pick(["nginx", "ng", "x", "curl", "a,b", ""])
    owner.cgroupPath = pick(["", "/", "/a", "/a/b", "/a/b/c", "/ab"])
    owner.executable = pick(["", "/bin/nc", "/usr/bin/nc", "/bin/sh"])
    owner.hostName = pick(["", "web", "db"])
    owner.mountNamespace = pick([7, 4_026_531_841])
    owner.containerID = pick(["", "3f9a00", "3e", "0a"])
    owner.hasContainerStarted = chance(0.5)
    return owner
  }

  /// A TCP packet, which may lack fields.
  mutating func packet() -> Packet {
    var packet = Packet(events: [.tcp], fields: [:])
    let addresses = [
      "10.0.0.1", "10.0.0.9", "10.1.2.3", "11.0.0.0", "0.0.0.0", "::1", "::", "fe80::1",
      "2001:db8::5", "::fffe:ffff:ffff", "::1:0:0:0",
    ]
    let ports: [UInt64] = [0, 1, 53, 80, 443, 1023, 1024, 65535]
    func set(_ path: StaticString, _ value: FieldValue) {
      packet.fields[PacketField(path)] = [value]
    }
    if chance(0.9), let address = IPAddress(pick(addresses)) { set("src", .address(address)) }
    if chance(0.9), let address = IPAddress(pick(addresses)) { set("dst", .address(address)) }
    if chance(0.9) { set("src_port", .number(pick(ports))) }
    if chance(0.9) { set("dst_port", .number(pick(ports))) }
    if chance(0.9) { set("metadata.direction", .number(pick([0, 1]))) }
    if chance(0.9) { set("proto_tcp.SYN", .number(pick([0, 1]))) }
    if chance(0.9) { set("proto_tcp.window", .number(pick([0, 1, 100, 101, 65535]))) }
    return packet
  }
}
