/// What a scope can ask about the owner of a socket. The raw value is the key in policy files.
public enum OwnerField: String, CaseIterable, Hashable, Sendable {
  case userID = "uid"
  case processID = "pid"
  case comm = "comm"
  case cgroup = "cgroup"
  /// A flag: 1 in a container, 0 on the host.
  case container = "container"
}

/// What a filter can ask about a packet. The raw value is the path after `data.` in policy files.
public enum PacketField: String, CaseIterable, Hashable, Sendable {
  case source = "src"
  case destination = "dst"
  case sourcePort = "src_port"
  case destinationPort = "dst_port"
  /// 0 for `ingress`, 1 for `egress`.
  case direction = "metadata.direction"
}
