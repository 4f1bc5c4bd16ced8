// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc

/// A server of ClickHouse with its data in a folder of its own.
public struct ClickHouse: Sendable {
  private static let server = "/usr/sbin/clickhouse-server"

  /// Whether there is such a server, and a client of HTTP.
  public static var isThere: Bool {
    access(server, X_OK) == 0 && Machine.has("curl")
  }

  /// Its port of HTTP at 127.0.0.1.
  public let port: UInt16

  /// Starts a server, and waits until it answers.
  public init(_ stage: Stage) async throws {
    let folder = try stage.folder()
    let ports = (http: try TCPServer().port, native: try TCPServer().port)
    port = ports.http
    let configuration = """
      <yandex>
        <logger><level>warning</level><console>1</console></logger>
        <listen_host>127.0.0.1</listen_host>
        <http_port>\(ports.http)</http_port><tcp_port>\(ports.native)</tcp_port>
        <path>\(folder)/data/</path><tmp_path>\(folder)/tmp/</tmp_path>
        <user_files_path>\(folder)/files/</user_files_path>
        <users_config>\(folder)/users.xml</users_config>
        <default_profile>default</default_profile><default_database>default</default_database>
        <mark_cache_size>16777216</mark_cache_size>
      </yandex>
      """
    let users = """
      <yandex>
        <profiles><default/></profiles><quotas><default/></quotas>
        <users><default>
          <password></password><networks><ip>127.0.0.1</ip></networks>
          <profile>default</profile><quota>default</quota>
        </default></users>
      </yandex>
      """
    for (name, text) in [("config.xml", configuration), ("users.xml", users)] {
      try Data(text.utf8).write(to: URL(filePath: folder + "/" + name))
    }
    for name in ["data", "tmp", "files"] { mkdir("\(folder)/\(name)", 0o700) }
    let process = try stage.start(Self.server, "--config-file=\(folder)/config.xml")
    let port = port
    try await eventually(
      "start of ClickHouse", within: .seconds(60),
      instead: { process.errorText + process.outputText }
    ) {
      try await outcome(of: ["curl", "--silent", "http://127.0.0.1:\(port)/"]).ending == .exited(0)
    }
  }

  /// Runs a statement; returns its rows as objects.
  @discardableResult
  public func run(_ statement: String) async throws -> [JSONValue] {
    let answer = try await TestSupport.run(
      "curl", "--silent", "--show-error", "--fail-with-body", "--data-binary", "@-",
      "http://127.0.0.1:\(port)/?default_format=JSONEachRow", input: .text(statement))
    return try answer.split(separator: "\n").map { try JSONValue(parsing: Array($0.utf8)) }
  }
}
