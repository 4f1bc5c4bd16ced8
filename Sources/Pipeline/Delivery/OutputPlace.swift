// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Where an output delivers events to, and over what.
public enum OutputPlace: Hashable, Sendable {
  case standardOutput
  /// A regular file, a FIFO or a device.
  case file(String)
  /// The path of a unix socket of streams.
  case unix(String)
  /// A server that reads lines from a TCP connection.
  case tcp(Endpoint)
  /// A daemon of syslog.
  case syslog(SyslogReceiver)
  /// The journal of systemd, by its native protocol; in a namespace of it, or nil for the machine's own.
  case journald(String?)
  /// A server of Fluent's Forward protocol, over TLS if that is asked for.
  case forward(Endpoint, isSecure: Bool = false)
  /// A server that takes batches of events by POST.
  case http(EventURL)
  /// A topic of Kafka.
  case kafka(KafkaTopic)
}

extension OutputPlace: CustomStringConvertible {
  /// The text that the command line takes; what standard output is called, for people.
  public var description: String {
    switch self {
    case .standardOutput: "standard output"
    case .file(let path): path
    case .unix(let path): "unix:\(path)"
    case .tcp(let endpoint): "tcp:\(endpoint)"
    case .syslog(let receiver): receiver.description
    case .journald(let space): space.map { "journald:\($0)" } ?? "journald"
    case .forward(let endpoint, isSecure: false): "forward:\(endpoint)"
    case .forward(let endpoint, isSecure: true): "forward:tls:\(endpoint)"
    case .http(let target): target.description
    case .kafka(let topic): topic.description
    }
  }

  /// The text in a sentence: a place of the command line is in quotes.
  public var quoted: String { self == .standardOutput ? description : "'\(self)'" }

  /// Whether both are one place, however their paths are written.
  func isSamePlace(as other: OutputPlace) -> Bool {
    guard case .file(let path) = self, case .file(let otherPath) = other else {
      return self == other
    }
    return Self.resolved(path) == Self.resolved(otherPath)
  }

  /// A path whose directory has no links and no dots; the path itself where there is no such directory.
  private static func resolved(_ path: String) -> String {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    let directory = path.contains("/") ? parts.dropLast().joined(separator: "/") + "/" : "."
    guard let found = unsafe realpath(directory, nil) else { return path }
    defer { unsafe free(found) }
    return unsafe String(cString: found) + "/" + (parts.last ?? "")
  }

  /// The servers on a network; none for others.
  var servers: [Endpoint] {
    switch self {
    case .tcp(let endpoint), .syslog(.tcp(let endpoint)), .syslog(.udp(let endpoint)),
      .syslog(.tls(let endpoint)), .forward(let endpoint, isSecure: _):
      [endpoint]
    case .http(let target): [target.endpoint]
    case .kafka(let topic): topic.brokers
    case .standardOutput, .file, .unix, .syslog(.local), .journald: []
    }
  }

  /// Whether the server is reached over TLS, or may be.
  var isSecure: Bool {
    switch self {
    case .syslog(.tls), .forward(_, isSecure: true): true
    case .http(let target): target.isSecure
    default: false
    }
  }

  /// Whether each output there has a connection of its own, so that lines of several are not mixed.
  var isConnection: Bool {
    switch self {
    case .standardOutput, .file: false
    default: true
    }
  }

  /// How long what it was given may be unconfirmed at the end before the rest is given up, at least.
  var patience: Duration { servers.isEmpty ? .zero : .seconds(5) }

  /// Whether an output may begin with it, without a format.
  var impliesFormat: Bool {
    switch self {
    case .standardOutput, .file, .unix: false
    default: true
    }
  }

  /// The formats in which it takes events; the first unless another is asked for.
  var formats: [OutputFormat] {
    switch self {
    case .standardOutput, .file, .unix, .tcp: OutputFormat.allCases
    case .syslog, .journald: [.json, .table]
    case .forward, .http, .kafka: [.json]
    }
  }
}
