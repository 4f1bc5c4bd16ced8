// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A server of HTTP in Python that answers as it is told to, and prints what it got.
public struct HTTPServer: Sendable {
  /// A request that it got.
  public struct Request: Sendable {
    /// The path with the query, and the type, the encoding and the authorization that the headers say.
    public let path, type, encoding, authorization: String
    /// The lines of the body, decompressed.
    public let lines: [String]
  }

  /// Its port at 127.0.0.1.
  public let port: UInt16
  private let process: ChildProcess

  /// Starts a server.
  ///
  /// - Parameters:
  ///   - answers: what it does with each request, the last with all that follow: a status, `close`, `stall`, `largest=BYTES`
  ///     for 413 to bodies that have more, or `bulk` and
  ///     the statuses of events that differ from 201, such as `bulk:1=429,2=400`.
  ///   - port: where; nil for a free port.
  ///   - certificate: a file with a certificate and its key, in PEM, for TLS.
  public init(
    _ stage: Stage, answers: [String] = ["200"], port: UInt16? = nil, certificate: String = ""
  ) async throws {
    process = try stage.start(
      ["python3", "-u", "-c", Self.program, "\(port ?? TCPServer().port)", certificate] + answers)
    let line = try await process.line(startingWith: "port ")
    self.port = UInt16(line) ?? 0
  }

  /// Ends it, and its connections.
  public func stop() async throws { try await process.remove() }

  /// What it got, once there are so many requests.
  public func requests(_ count: Int) async throws -> [Request] {
    let texts = { process.outputLines().filter { $0.first == UInt8(ascii: "{") } }
    try await eventually("\(count) requests", instead: { process.errorText }) {
      texts().count >= count
    }
    return try texts().map { line in
      let json = try JSONValue(parsing: line)
      return Request(
        path: json["path"]?.string ?? "", type: json["type"]?.string ?? "",
        encoding: json["encoding"]?.string ?? "",
        authorization: json["authorization"]?.string ?? "",
        lines: (json["lines"]?.elements ?? []).compactMap(\.string))
    }
  }

  private static let program = """
    import gzip, http.server, json, ssl, sys, time
    port, certificate, answers = int(sys.argv[1]), sys.argv[2], sys.argv[3:]

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *arguments):
            pass

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers["Content-Encoding"] == "gzip":
                body = gzip.decompress(body)
            lines = body.decode().split("\\n")
            assert lines.pop() == ""
            print(json.dumps({
                "path": self.path, "lines": lines, "type": self.headers["Content-Type"] or "",
                "encoding": self.headers["Content-Encoding"] or "",
                "authorization": self.headers["Authorization"] or ""}, separators=(",", ":")), flush=True)
            answer = answers.pop(0) if len(answers) > 1 else answers[0]
            if answer == "stall":
                time.sleep(60)
            if answer in ("stall", "close"):
                self.close_connection = True
                return
            text, status = b"no\\nwords", 200
            if answer.startswith("largest="):
                answer = "413" if int(self.headers["Content-Length"]) > int(answer[8:]) else "200"
            if answer.startswith("bulk"):
                others = dict(pair.split("=") for pair in answer[5:].split(",") if pair)
                items = [{"create": {"_index": "x", "status": int(others.get(str(number), 201)),
                                     "error": {"reason": "\\"status\\":7 } ]"}}}
                         for number in range(len(lines) // 2)]
                text = json.dumps({"took": 1, "errors": bool(others), "items": items}).encode()
            else:
                status = int(answer)
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            if status == 429:
                self.send_header("Retry-After", "1")
            self.end_headers()
            self.wfile.write(text)

    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    print("port", server.server_address[1], flush=True)
    server.serve_forever()
    """
}

extension Stage {
  /// Makes a certificate for 127.0.0.1 that certifies itself; returns a file with it and its key.
  public func certificate() async throws -> String {
    let folder = try folder()
    try await run(
      "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=test",
      "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", folder + "/key.pem", "-out",
      folder + "/certificate.pem")
    try await run(
      "sh", "-c", "cat \(folder)/key.pem \(folder)/certificate.pem > \(folder)/both.pem")
    return folder + "/both.pem"
  }
}
