import Synchronization

/// What other threads have done, for one that waits for descriptors.
final class Mailbox<Message: Sendable>: Sendable {
  private let messages = Mutex<[Message]>([])
  private let bell: Bell

  /// Makes an empty one.
  init() throws(KernelError) {
    do throws(OutputError) { bell = try Bell() } catch {
      throw KernelError("make a pipe", code: error.code)
    }
  }

  /// Readable when there is a message.
  var descriptor: Int32 { bell.descriptor }

  /// Leaves a message.
  func leave(_ message: Message) {
    messages.withLock { $0.append(message) }
    bell.ring()
  }

  /// Takes all messages, the oldest first.
  func take() -> [Message] {
    bell.silence()
    return messages.withLock { messages in
      defer { messages = [] }
      return messages
    }
  }
}
