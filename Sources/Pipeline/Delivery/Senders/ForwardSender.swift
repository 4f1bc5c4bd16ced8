// SPDX-License-Identifier: Apache-2.0

import Glibc
import System

/// Sends events to Fluentd, Fluent Bit and what else takes Fluent's Forward protocol, and waits for each answer.
///
/// A message that is not confirmed is sent again with its identifier, by which a server can know it.
final class ForwardSender: EventSender {
  private let endpoint: Endpoint
  private let tls: TLSOptions?
  /// A file with the shared key; nil for none.
  private let sharedKey: String?
  private var place: OutputPlace { .forward(endpoint, isSecure: tls != nil) }
  private var message: ForwardMessage
  private var stream: MessageStream?
  private var attempts = 0
  private var answer = [UInt8](repeating: 0, count: ForwardMessage.answerLimit)
  private let patience: Duration

  static let standardTag = "tracee-policy"

  /// Creates a sender; the first event makes the connection.
  ///
  /// - Parameters:
  ///   - tls: how to connect over TLS, for which libcurl has to be loaded; nil for TCP alone.
  ///   - sharedKey: a file with the key that the server has, too; nil for none.
  ///   - patience: how long a server may take for an answer.
  init(
    _ endpoint: Endpoint, tag: String?, tls: TLSOptions? = nil, sharedKey: String? = nil,
    patience: Duration = .seconds(30)
  ) {
    self.sharedKey = sharedKey
    self.endpoint = endpoint
    self.tls = tls
    self.patience = patience
    message = ForwardMessage(tag: tag ?? Self.standardTag)
  }

  override func disconnect() { stream = nil }

  override func send(_ chunk: LineChunk, from line: Int, _ queue: OutputQueue) -> Outcome {
    if message.lines == 0 { message.fill(from: chunk, line: line) }
    guard message.lines > 0 else { return .refused(1, "an event cannot be packed") }
    do throws(OutputError) {
      let code = try exchange(queue)
      if code == ECANCELED { return .interrupted }
      guard code == 0 else { throw OutputError(operation: .write, place: place, code: code) }
      defer { message.clear() }
      return .delivered(message.lines)
    } catch {
      disconnect()
      return .failed(error)
    }
  }

  /// Sends the message and reads what confirms it; returns 0, or an error number.
  private func exchange(_ queue: OutputQueue) throws(OutputError) -> Int32 {
    if stream?.isOver ?? false { stream = nil }
    if stream == nil {
      attempts += 1
      stream = try MessageStream.connect(endpoint, tls, attempt: attempts - 1, for: place, queue)
      if stream == nil { return ECANCELED }
      let code = try greet(queue)
      guard code == 0 else {
        disconnect()
        return code
      }
    }
    let code = stream?.write(message.bytes.bytes, queue).code ?? ENOTCONN
    guard code == 0 else {
      disconnect()
      return code
    }
    var received: [UInt8] = []
    let deadline = ContinuousClock.now + patience
    while true {
      let code = read(into: &received, until: deadline, queue)
      guard code == 0 else {
        disconnect()
        return code
      }
      switch ForwardMessage.answer(received) {
      case .incomplete where received.count < ForwardMessage.answerLimit: continue
      case .confirms(message.identifier): return 0
      case .asksForKey:
        throw refusal("it asks for a shared key; name a file with it by `shared-key=`")
      default: throw refusal("it answers something else than it was asked")
      }
    }
  }

  /// Adds what the server sends next; returns 0, or an error number.
  private func read(
    into received: inout [UInt8], until deadline: ContinuousClock.Instant, _ queue: OutputQueue
  ) -> Int32 {
    let (count, code) = stream?.read(into: &answer, until: deadline, queue) ?? (0, ENOTCONN)
    received += answer.prefix(code == 0 ? count : 0)
    return code
  }

  /// Shows the server of a new connection that the key is known, if there is one; returns 0, or an error number.
  private func greet(_ queue: OutputQueue) throws(OutputError) -> Int32 {
    guard let sharedKey else { return 0 }
    let key = try SettingsFile.lines(of: sharedKey, for: place).first ?? ""
    let handshake = ForwardHandshake(key: Array(key.utf8), host: HostName.current)
    let deadline = ContinuousClock.now + patience
    var received: [UInt8] = []
    var nonce: [UInt8]?
    while true {
      let code = read(into: &received, until: deadline, queue)
      guard code == 0 else { return code }
      let reading =
        nonce.map { handshake.pong(received, $0) } ?? ForwardHandshake.hello(received)
      switch reading {
      case .incomplete: continue
      case .asks(let asked):
        nonce = asked
        received = []
        let sent = stream?.write(handshake.ping(asked).bytes, queue).code ?? ENOTCONN
        guard sent == 0 else { return sent }
      case .agrees: return 0
      case .asksForUser: throw refusal("it asks for a user, which is not supported")
      case .refuses(let reason):
        throw refusal("it refuses the shared key: \(String(decoding: reason, as: UTF8.self))")
      case .hasAnotherKey: throw refusal("it does not have the shared key itself")
      case .unknown: throw refusal("it does not ask for a shared key as it should")
      }
    }
  }

  private func refusal(_ words: String) -> OutputError {
    var error = OutputError(operation: .write, place: place, code: EPROTO)
    error.words = words
    return error
  }
}
