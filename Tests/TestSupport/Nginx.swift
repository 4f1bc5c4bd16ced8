// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc

/// A server of HTTP that keeps the body of each request that it takes.
///
/// It hands requests on to a second server, so that it reads their bodies as a reverse proxy does.
public final class Nginx {
  /// What it answers instead of taking requests, and what it takes at most.
  public struct Behaviour {
    /// The status that it answers without reading the body; nil to take it.
    public var status: Int?
    /// The bytes of a body at most.
    public var bodyLimit: Int

    /// Creates a behaviour.
    public init(status: Int? = nil, bodyLimit: Int = 1 << 20) {
      self.status = status
      self.bodyLimit = bodyLimit
    }
  }

  private static let program = "/usr/sbin/nginx"

  /// Whether there is such a server.
  public static var isThere: Bool { access(program, X_OK) == 0 && Machine.has("gzip") }

  /// Its port at 127.0.0.1.
  public let port: UInt16
  private let stage: Stage
  private let folder: String
  private let certificate: String
  private var process: ChildProcess?

  /// Starts a server, and waits until it listens.
  ///
  /// - Parameter certificate: a file with a certificate and its key, in PEM, for TLS; empty for none.
  public init(_ stage: Stage, certificate: String = "", _ behaviour: Behaviour = Behaviour())
    async throws
  {
    self.stage = stage
    self.certificate = certificate
    folder = try stage.folder()
    port = try TCPServer().port
    try await start(behaviour)
  }

  /// Starts it again after ``stop()``.
  public func start(_ behaviour: Behaviour = Behaviour()) async throws {
    // Where it was killed, both are still there.
    for name in ["back.sock", "pid"] { unlink("\(folder)/\(name)") }
    try Data(configuration(behaviour).utf8).write(to: URL(filePath: folder + "/conf"))
    let process = try stage.start(Self.program, "-e", "stderr", "-c", folder + "/conf")
    self.process = process
    // It is written once the server listens.
    try await eventually("start of nginx", instead: { process.errorText }) { [folder] in
      access(folder + "/pid", F_OK) == 0
    }
  }

  /// Has it answer nothing, while its kernel still accepts connections.
  public func stall() { process?.send(SIGSTOP) }

  /// Ends it at once, with its connections.
  public func stop() async throws {
    try await process?.remove()
    process = nil
  }

  /// The bodies that it took, in order, decompressed if they are compressed.
  public func bodies() async throws -> [String] {
    let names = try FileManager.default.contentsOfDirectory(atPath: folder + "/bodies").sorted()
    var bodies: [String] = []
    for name in names {
      bodies.append(try await run("gzip", "-dcf", "\(folder)/bodies/\(name)"))
    }
    return bodies
  }

  private func configuration(_ behaviour: Behaviour) -> String {
    let secure = certificate.isEmpty ? "" : " ssl"
    let files =
      certificate.isEmpty
      ? "" : "ssl_certificate \(certificate); ssl_certificate_key \(certificate);"
    let answer = behaviour.status.map { "return \($0);" } ?? ""
    return """
      daemon off; master_process off; pid \(folder)/pid;
      events { worker_connections 64; }
      http {
        access_log off; proxy_temp_path \(folder)/proxy; fastcgi_temp_path \(folder)/fastcgi;
        uwsgi_temp_path \(folder)/uwsgi; scgi_temp_path \(folder)/scgi;
        client_body_temp_path \(folder)/bodies; client_max_body_size \(behaviour.bodyLimit);
        server {
          listen 127.0.0.1:\(port)\(secure); \(files)
          location / {
            \(answer)
            client_body_in_file_only on;
            proxy_pass http://unix:\(folder)/back.sock;
          }
        }
        server { listen unix:\(folder)/back.sock; location / { return 204; } }
      }
      """
  }
}
