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

  /// Whether it can read messages over TLS.
  public static var hasTLS: Bool {
    isThere && Machine.has("openssl")
      && ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64"].contains {
        access($0 + "/rsyslog/lmnsd_ossl.so", R_OK) == 0
      }
  }

  /// Whether there is such a daemon.
  public static var isThere: Bool { access(daemon, X_OK) == 0 }

  private let folder: String
  private let ports: (udp: UInt16, tcp: UInt16, tls: UInt16)

  /// Starts a daemon, and waits until it listens.
  ///
  /// - Parameter certificate: a file with its certificate and key, in PEM, for TLS; it takes messages only from who has it, too.
  public init(_ stage: Stage, certificate: String? = nil) async throws {
    let folder = try stage.folder()
    let ports = (
      udp: try TCPServer().port, tcp: try TCPServer().port, tls: try TCPServer().port
    )
    (self.folder, self.ports) = (folder, ports)
    let global = certificate.map {
      """
       DefaultNetstreamDriver="ossl" DefaultNetstreamDriverCAFile="\($0)"
        DefaultNetstreamDriverCertFile="\($0)" DefaultNetstreamDriverKeyFile="\($0)"
      """
    }
    let secure = certificate.map { _ in
      """
      input(type="imtcp" port="\(ports.tls)" address="127.0.0.1" ruleset="all"
        StreamDriver.Name="ossl" StreamDriver.Mode="1" StreamDriver.AuthMode="x509/certvalid")
      """
    }
    let configuration = """
      global(workDirectory="\(folder)"\(global ?? ""))
      module(load="imudp") module(load="imtcp") module(load="imuxsock" SysSock.Use="off")
      template(name="fields" type="string"
        string="%app-name%\\t%pri%\\t%msgid%\\t%hostname%\\t%timereported:::date-rfc3339%\\t%msg%\\n")
      ruleset(name="all") { action(type="omfile" file="\(folder)/out" template="fields") }
      input(type="imudp" port="\(ports.udp)" address="127.0.0.1" ruleset="all")
      \(secure ?? "")
      input(type="imtcp" port="\(ports.tcp)" address="127.0.0.1" ruleset="all"
        StreamDriver.Name="ptcp" StreamDriver.Mode="0")
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

  /// The output that reaches it over `udp`, `tcp`, `tls` or `unix`.
  public func place(_ transport: String) -> String {
    switch transport {
    case "udp": "syslog:udp:127.0.0.1:\(ports.udp)"
    case "tcp": "syslog:tcp:127.0.0.1:\(ports.tcp)"
    case "tls": "syslog:tls:127.0.0.1:\(ports.tls)"
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
      return lines.count >= count && text.hasSuffix("\n")
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
