// SPDX-License-Identifier: Apache-2.0

import Glibc
import System

/// Asks a running tracer at its control socket.
public struct ControlClient {
  /// The answer of a tracer to a request of `ctl`.
  public struct Answer: Sendable {
    /// The status code of HTTP: 200, or 409 for policies that were refused.
    public let code: Int
    /// How the policies in force stand to their files: `current`, `refused` or `last-good`; nil when it is not told.
    public let condition: String?
    /// What is to be printed.
    public let body: String
  }

  /// Why there is no answer.
  public struct Failure: Error, CustomStringConvertible {
    /// One sentence with what to do.
    public let description: String
  }

  private let path: String

  /// The most bytes that an answer may have.
  private static let limit = 64 << 20

  /// Creates a client of the control socket at a path.
  public init(_ path: String) { self.path = path }

  /// Asks for a page, and waits for the answer.
  ///
  /// - Parameters:
  ///   - method: `GET`, or `POST` for what changes something.
  ///   - timeout: how long to wait altogether.
  public func ask(
    _ page: String, method: String = "GET", timeout: Duration
  ) throws(Failure) -> Answer {
    let deadline = ContinuousClock.now + timeout
    guard let socket = connect(until: deadline) else { throw refusal(errno) }
    let request = Array("\(method) \(page) HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8)
    let sent = unsafe send(socket.number, request, request.count, Int32(MSG_NOSIGNAL))
    // A tracer that refuses answers before it has read anything; then the answer is there to be read.
    guard sent == request.count || errno == EPIPE || errno == ECONNRESET else {
      throw refusal(errno)
    }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      var file = pollfd(fd: socket.number, events: Int16(POLLIN), revents: 0)
      let left = ContinuousClock.now.duration(to: deadline) / .milliseconds(1)
      guard left > 0 else { throw Failure(description: "no answer within \(timeout)") }
      let ready = unsafe poll(&file, 1, Int32(min(left.rounded(.up), 1_000_000_000)))
      guard ready > 0 else { continue }
      let count = unsafe recv(socket.number, &buffer, buffer.count, 0)
      if count < 0, errno == EINTR || errno == EAGAIN { continue }
      // A tracer that ends resets what it did not read.
      guard count > 0 else { break }
      bytes += buffer[..<count]
      guard bytes.count <= Self.limit else { throw Self.unreadable }
    }
    return try Self.answer(bytes)
  }

  /// Connects, and waits while too many others wait to be accepted.
  private func connect(until deadline: ContinuousClock.Instant) -> Descriptor? {
    guard let address = UnixAddress(path) else {
      errno = ENAMETOOLONG
      return nil
    }
    while true {
      if let connected = address.connect(.stream) { return connected }
      guard errno == EAGAIN, ContinuousClock.now < deadline else { return nil }
      usleep(10_000)
    }
  }

  private func refusal(_ code: Int32) -> Failure {
    let advice =
      switch code {
      case ENOENT, ECONNREFUSED: "no tracer listens there: start it with --control \(path)"
      case EACCES, EPERM: "ask as root or as the tracer's user"
      case EAGAIN: "too many ask at the same time: try again"
      default: "name the socket with --control"
      }
    let reason = unsafe String(cString: strerror(code))
    return Failure(description: "cannot connect to '\(path)': \(reason); \(advice)")
  }

  private static let unreadable = Failure(
    description: "the answer cannot be read: another program than tracee-policy listens there")

  private static func answer(_ bytes: [UInt8]) throws(Failure) -> Answer {
    guard !bytes.isEmpty else {
      throw Failure(description: "the tracer ended before it answered")
    }
    let text = String(decoding: bytes, as: UTF8.self)
    guard let end = text.firstRange(of: "\r\n\r\n") else { throw unreadable }
    let lines = text[..<end.lowerBound].split(separator: "\r\n")
    let words = lines.first?.split(separator: " ") ?? []
    guard words.count > 1, words[0].hasPrefix("HTTP/1."), let code = Int(words[1]) else {
      throw unreadable
    }
    let field = ControlResponse.conditionField + ": "
    let condition = lines.first { $0.hasPrefix(field) }.map { String($0.dropFirst(field.count)) }
    return Answer(code: code, condition: condition, body: String(text[end.upperBound...]))
  }
}
