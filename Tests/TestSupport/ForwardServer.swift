// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc

/// A server of the Forward protocol in Python, whose reader of MessagePack is not ours.
public struct ForwardServer: Sendable {
  /// A message that it got.
  public struct Batch: Sendable {
    /// The tag and the identifier.
    public let tag, chunk: String
    /// How many events the message says that it has.
    public let size: UInt64
    /// The events, with their times in seconds since the epoch.
    public let records: [(time: String, json: JSONValue)]
  }

  /// The machine's own, which has Debian's packages.
  private static let python = "/usr/bin/python3"

  /// Whether Python has a reader of MessagePack.
  public static let isThere: Bool = {
    let python = Process()
    python.executableURL = URL(filePath: Self.python)
    python.arguments = ["-c", "import msgpack"]
    python.standardError = FileHandle.nullDevice
    guard (try? python.run()) != nil else { return false }
    python.waitUntilExit()
    return python.terminationStatus == 0
  }()

  /// Its port at 127.0.0.1.
  public let port: UInt16
  private let process: ChildProcess

  /// Starts a server.
  ///
  /// - Parameters:
  ///   - answers: what it does after each message, the last for all that follow: `ack`, `close`, `other`, `silent`,
  ///     `hello`.
  ///   - certificate: a file with its certificate and key, in PEM, for TLS; empty for none.
  ///   - key: the key that clients have to have; empty for none.
  ///   - user: whether it asks for a user, too.
  public init(
    _ stage: Stage, answers: [String] = ["ack"], certificate: String = "", key: String = "",
    asksForUser: Bool = false
  ) async throws {
    process = try stage.start(
      [Self.python, "-u", "-c", Self.program, certificate, key, asksForUser ? "user" : ""]
        + answers)
    let port = try await process.line(startingWith: "port ")
    self.port = UInt16(port) ?? 0
  }

  /// What it got, once there are so many messages.
  public func batches(_ count: Int) async throws -> [Batch] {
    let texts = { process.outputLines().filter { $0.first == UInt8(ascii: "{") } }
    try await eventually("\(count) messages", instead: { process.errorText }) {
      texts().count >= count
    }
    return try texts().map { line in
      let json = try JSONValue(parsing: line)
      return Batch(
        tag: json["tag"]?.string ?? "", chunk: json["chunk"]?.string ?? "",
        size: json["size"]?.unsigned ?? 0,
        records: (json["records"]?.elements ?? []).map {
          ($0["time"]?.string ?? "", ($0["record"] ?? .null).sorted)
        })
    }
  }

  private static let program = """
    import hashlib, json, msgpack, os, socket, ssl, struct, sys
    certificate, key, user, answers = sys.argv[1], sys.argv[2].encode(), sys.argv[3], sys.argv[4:]

    def admits(peer):
        nonce = os.urandom(16)
        # In two pieces, as networks may have it.
        hello = msgpack.packb(["HELO", {"nonce": nonce, "auth": user.encode(), "keepalive": True}])
        peer.sendall(hello[:9])
        peer.sendall(hello[9:])
        data = peer.recv(4096)
        if not data:
            return False
        kind, host, salt, digest, name, password = msgpack.unpackb(data)
        assert kind == "PING" and name == "" and password == ""
        digest_of = lambda name: hashlib.sha512(salt + name.encode() + nonce + key).hexdigest()
        isRight = digest == digest_of(host)
        own = digest_of("server") if isRight and answers[0] != "impostor" else "0" * 128
        peer.sendall(msgpack.packb(["PONG", isRight, "" if isRight else "shared_key mismatch", "server", own]))
        return isRight

    server = socket.create_server(("127.0.0.1", 0))
    print("port", server.getsockname()[1])
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server = context.wrap_socket(server, server_side=True)
    held = []
    while True:
        try:
            peer, _ = server.accept()
        except OSError:
            continue
        if answers[0] == "hello":
            peer.sendall(msgpack.packb(["HELO", {"nonce": b"x", "auth": b"", "keepalive": True}]))
            held.append(peer)
            continue
        try:
            if key and not admits(peer):
                continue
        except OSError:
            continue
        unpacker = msgpack.Unpacker(raw=False, unicode_errors="strict")
        while True:
            data = peer.recv(65536)
            if not data:
                break
            unpacker.feed(data)
            for tag, entries, option in unpacker:
                inner = msgpack.Unpacker(raw=False)
                inner.feed(entries)
                records = []
                for time, record in inner:
                    assert time.code == 0
                    seconds, nanoseconds = struct.unpack(">II", time.data)
                    records.append({"time": f"{seconds}.{nanoseconds:09}", "record": record})
                print(json.dumps({"tag": tag, "chunk": option["chunk"], "size": option["size"], "records": records}, separators=(",", ":")))
                answer = answers.pop(0) if len(answers) > 1 else answers[0]
                if answer == "ack":
                    peer.sendall(msgpack.packb({"ack": option["chunk"]}))
                elif answer == "other":
                    peer.sendall(msgpack.packb({"ack": "something else"}))
                elif answer == "close":
                    peer.close()
                    break
            if peer.fileno() < 0:
                break
    """
}

extension JSONValue {
  /// The same with members in the order of their names, and numbers in one spelling.
  public var sorted: JSONValue {
    switch self {
    case .object(let members):
      .object(
        members.map { Member(key: $0.key, value: $0.value.sorted) }.sorted { $0.key < $1.key })
    case .array(let elements): .array(elements.map(\.sorted))
    case .number(let text) where text.contains { ".eE".contains($0) }:
      .number("\(Double(text) ?? .nan)")
    default: self
    }
  }
}
