// SPDX-License-Identifier: Apache-2.0

import Glibc
import System

/// Sends events to Fluentd, Fluent Bit and what else takes Fluent's Forward protocol, and waits for each answer.
///
/// A message that is not confirmed is sent again with its identifier, by which a server can know it.
final class ForwardSender: EventSender {
  private let endpoint: Endpoint
  private var place: OutputPlace { .forward(endpoint) }
  private var message: ForwardMessage
  private var stream: MessageStream?
  private var attempts = 0
  private var answer = [UInt8](repeating: 0, count: ForwardMessage.answerLimit)
  private let patience: Duration

  static let standardTag = "tracee-policy"

  /// Creates a sender; the first event makes the connection.
  ///
  /// - Parameter patience: how long a server may take for an answer.
  init(_ endpoint: Endpoint, tag: String?, patience: Duration = .seconds(30)) {
    self.endpoint = endpoint
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
      stream = MessageStream(
        descriptor: try endpoint.connect(SOCK_STREAM, attempt: attempts, for: place))
      attempts += 1
    }
    let code = stream?.write(message.bytes.bytes, queue).code ?? ENOTCONN
    guard code == 0 else {
      disconnect()
      return code
    }
    var received: [UInt8] = []
    let deadline = ContinuousClock.now + patience
    while true {
      let (count, code) =
        stream?.read(into: &answer, until: deadline, queue) ?? (0, ENOTCONN)
      guard code == 0 else {
        disconnect()
        return code
      }
      received += answer.prefix(count)
      switch ForwardMessage.answer(received) {
      case .incomplete where received.count < ForwardMessage.answerLimit: continue
      case .confirms(message.identifier): return 0
      case .asksForKey: throw refusal("it asks for a shared key, which is not supported")
      default: throw refusal("it answers something else than it was asked")
      }
    }
  }

  private func refusal(_ words: String) -> OutputError {
    var error = OutputError(operation: .write, place: place, code: EPROTO)
    error.words = words
    return error
  }
}
