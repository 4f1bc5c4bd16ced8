// SPDX-License-Identifier: Apache-2.0

import System

/// The servers that a tracer goes on to connect to after its start.
struct NetworkAccess: Equatable, Sendable {
  /// The ports of TCP that it connects to, wherever they are: the kernel does not tell hosts apart.
  private(set) var ports: Set<UInt16> = []
  /// Whether it sends datagrams of UDP.
  private(set) var sendsDatagrams = false
  /// Whether it looks up names.
  private(set) var looksUpNames = false
  /// Whether libraries make its connections, with pairs of sockets to wake their threads.
  private(set) var wakesBySockets = false
  /// Whether some of them are, or may be, of TLS.
  private(set) var usesTLS = false

  /// Adds what an output needs.
  mutating func add(_ place: OutputPlace) {
    for server in place.servers {
      if case .syslog(.udp) = place { sendsDatagrams = true } else { ports.insert(server.port) }
      add(nameOf: server)
    }
    switch place {
    case .http: wakesBySockets = true
    case .kafka:
      wakesBySockets = true
      usesTLS = true
    default: wakesBySockets = wakesBySockets || place.isSecure
    }
    usesTLS = usesTLS || place.isSecure
  }

  private mutating func add(nameOf server: Endpoint) {
    guard server.isName else { return }
    looksUpNames = true
    sendsDatagrams = true
    // Answers that do not fit in a datagram.
    ports.insert(53)
  }

  /// The certificates that the machine trusts, and the settings of TLS.
  static let certificates = ["/etc/ssl/certs", "/etc/ssl/openssl.cnf", "/usr/lib/ssl"]

  /// What the C library reads to look up a name.
  ///
  /// The file of resolvers may be a link to one that is replaced whenever they change.
  static var lookupFiles: [String] {
    let resolvers = "/etc/resolv.conf"
    let replaced = LinkedPlaces(resolvers).directories.filter { $0 != "/etc" && $0 != "/run" }
    return [resolvers, "/etc/hosts", "/etc/nsswitch.conf", "/etc/host.conf", "/etc/gai.conf"]
      + replaced
  }
}
