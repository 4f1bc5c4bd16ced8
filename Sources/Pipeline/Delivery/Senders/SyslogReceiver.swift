// SPDX-License-Identifier: Apache-2.0

/// Where a syslog daemon takes messages, and over what.
public enum SyslogReceiver: Hashable, Sendable {
  /// A unix socket of datagrams, in the form that daemons read at `/dev/log`.
  case local(String)
  /// RFC 5424 over UDP, a datagram each (RFC 5426).
  case udp(Endpoint)
  /// RFC 5424 over TCP, with the length before each message (RFC 6587 §3.4.1).
  case tcp(Endpoint)
  /// The same over TLS (RFC 5425).
  case tls(Endpoint)

  /// The socket of this machine's daemon.
  public static let standardPath = "/dev/log"
}

extension SyslogReceiver: CustomStringConvertible {
  /// The text that the command line takes.
  public var description: String {
    switch self {
    case .local(Self.standardPath): "syslog"
    case .local(let path): "syslog:unix:\(path)"
    case .udp(let endpoint): "syslog:udp:\(endpoint)"
    case .tcp(let endpoint): "syslog:tcp:\(endpoint)"
    case .tls(let endpoint): "syslog:tls:\(endpoint)"
    }
  }
}
