// SPDX-License-Identifier: Apache-2.0

import Policy

/// A request to a tracer's socket: the first line of HTTP/1.1 (RFC 9112), whose fields are not looked at.
struct ControlRequest: Equatable {
  /// What reading some bytes gave.
  enum Reading: Equatable {
    case whole(ControlRequest)
    /// The end of the head has not come yet.
    case unfinished
    /// No request, or a longer one than is read.
    case broken
  }

  let method: String
  /// The path, without a query.
  let target: String

  /// The most bytes that a head may have.
  static let limit = 4096

  /// Reads the bytes that have come so far.
  static func read(_ bytes: [UInt8]) -> Reading {
    let feed = UInt8(ascii: "\n")
    var lineStart = 0
    for (index, byte) in bytes.prefix(limit).enumerated() where byte == feed {
      let line = bytes[lineStart..<index].filter { $0 != UInt8(ascii: "\r") }
      if line.isEmpty, lineStart > 0 { return request(bytes) }
      lineStart = index + 1
    }
    return bytes.count < limit ? .unfinished : .broken
  }

  private static func request(_ bytes: [UInt8]) -> Reading {
    let line = bytes.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
    let words = line.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
    guard words.count == 3, words[2].starts(with: "HTTP/1.".utf8),
      words[1].first == UInt8(ascii: "/")
    else { return .broken }
    let target = words[1].prefix { $0 != UInt8(ascii: "?") }
    return .whole(
      ControlRequest(
        method: String(decoding: words[0], as: UTF8.self),
        target: String(decoding: target, as: UTF8.self)))
  }
}

/// What is answered to a request.
struct ControlResponse: Sendable {
  /// The status code and its words.
  var status: String
  /// The type of the body.
  var type = "application/json"
  /// How the policies in force stand to their files, for `ctl`; nil leaves it out.
  var condition: InForce.Condition?
  /// The body.
  var body: String

  static func json(_ value: JSONValue, status: String = "200 OK") -> ControlResponse {
    ControlResponse(status: status, body: value.rendered() + "\n")
  }

  static func text(_ body: String, status: String = "200 OK") -> ControlResponse {
    ControlResponse(status: status, type: "text/plain; charset=utf-8", body: body)
  }

  static let broken = text("this is no request of HTTP\n", status: "400 Bad Request")
  static let forbidden = text("only root and the tracer's user may ask\n", status: "403 Forbidden")
  static let unknown = text("there is nothing of this name\n", status: "404 Not Found")
  static let otherMethod = text("another method is needed\n", status: "405 Method Not Allowed")
  static let late = text("the tracer does not answer\n", status: "503 Service Unavailable")

  /// The name of the field that carries ``condition``.
  static let conditionField = "Tracee-Policy-Condition"

  /// The bytes that are sent.
  var bytes: [UInt8] {
    var head = "HTTP/1.1 \(status)\r\nContent-Type: \(type)\r\n"
    head += "Content-Length: \(body.utf8.count)\r\n"
    if let condition { head += "\(Self.conditionField): \(condition.rawValue)\r\n" }
    head += "Connection: close\r\n\r\n"
    return Array(head.utf8) + Array(body.utf8)
  }
}
