// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc

/// A daemon of syslog with sockets of its own.
public struct Rsyslog: Sendable {
  /// A message as it was read, with what its header says.
  public struct Message: Sendable {
    /// The name of the program, and the number of facility and severity.
    public let program, priority: String
    /// The identifier of messages of one kind, and the host.
    public let identifier, host: String
    /// The time as RFC 3339 writes it, and what follows the header.
    public let time, text: String
  }

  private static let daemon = "/usr/sbin/rsyslogd"

  /// Whether there is such a daemon.
  public static var isThere: Bool { access(daemon, X_OK) == 0 }

  private let folder: String
  private let ports: (udp: UInt16, tcp: UInt16)

  /// Starts a daemon, and waits until it listens.
  public init(_ stage: Stage) async throws {
    let folder = try stage.folder()
    let ports = (udp: try TCPServer().port, tcp: try TCPServer().port)
    (self.folder, self.ports) = (folder, ports)
    let configuration = """
      global(workDirectory="\(folder)")
      module(load="imudp") module(load="imtcp") module(load="imuxsock" SysSock.Use="off")
      template(name="fields" type="string"
        string="%app-name%\\t%pri%\\t%msgid%\\t%hostname%\\t%timereported:::date-rfc3339%\\t%msg%\\n")
      ruleset(name="all") { action(type="omfile" file="\(folder)/out" template="fields") }
      input(type="imudp" port="\(ports.udp)" address="127.0.0.1" ruleset="all")
      input(type="imtcp" port="\(ports.tcp)" address="127.0.0.1" ruleset="all")
      input(type="imuxsock" Socket="\(folder)/log" ruleset="all")
      """
    try Data(configuration.utf8).write(to: URL(filePath: folder + "/conf"))
    let process = try stage.start(
      Self.daemon, "-n", "-f", folder + "/conf", "-i", folder + "/pid")
    try await eventually("start of rsyslogd", instead: { process.errorText }) {
      // Its sockets are made in the order of the configuration.
      access(folder + "/log", F_OK) == 0 && (try? TCPServer(port: ports.tcp)) == nil
    }
  }

  /// The output that reaches it over `udp`, `tcp` or `unix`.
  public func place(_ transport: String) -> String {
    switch transport {
    case "udp": "syslog:udp:127.0.0.1:\(ports.udp)"
    case "tcp": "syslog:tcp:127.0.0.1:\(ports.tcp)"
    default: "syslog:unix:\(folder)/log"
    }
  }

  /// The messages that it has read, once there are so many.
  public func messages(_ count: Int) async throws -> [Message] {
    let path = folder + "/out"
    var lines: [Substring] = []
    try await eventually("\(count) messages", instead: { lines.joined(separator: "\n") }) {
      let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
      lines = text.split(separator: "\n")
      return lines.count >= count
    }
    return lines.map { line in
      let fields = line.split(separator: "\t", maxSplits: 5, omittingEmptySubsequences: false)
        .map(String.init)
      let text = fields[5].drop { $0 == " " }
      return Message(
        program: fields[0], priority: fields[1], identifier: fields[2], host: fields[3],
        time: fields[4], text: String(text))
    }
  }
}
