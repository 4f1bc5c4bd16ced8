// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Messages from other threads to one that waits in poll(2).
package final class Mailbox<Message: Sendable>: Sendable {
  private let messages = Mutex<[Message]>([])
  private let wakeup: WakeupPipe

  /// Creates an empty mailbox.
  ///
  /// - Throws: the error of pipe(2).
  package init() throws(SystemError) { wakeup = try WakeupPipe() }

  /// Readable when there is a message.
  package var descriptor: Int32 { wakeup.descriptor }

  /// Leaves a message.
  package func leave(_ message: Message) {
    messages.withLock { $0.append(message) }
    wakeup.wake()
  }

  /// Removes and returns all messages, the oldest first.
  package func take() -> [Message] {
    wakeup.clear()
    return messages.withLock { messages in
      defer { messages = [] }
      return messages
    }
  }
}
