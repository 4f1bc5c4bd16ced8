// SPDX-License-Identifier: Apache-2.0

import Glibc
import System

/// What hands over whole events by a protocol that has messages.
///
/// A subclass is a protocol. It is used by the thread of one output alone, and waits only where the queue can interrupt it.
class EventSender {
  /// What became of lines.
  enum Outcome {
    /// The first lines are delivered: confirmed by a protocol that confirms, otherwise taken by the kernel.
    case delivered(Int)
    /// The first lines will not be taken, however often they are sent; the sentence says why.
    case refused(Int, String)
    /// The first lines were sent together, and some of them will not be taken: whether each was, and why others were not.
    case settled([Bool], String)
    /// The queue asks for attention.
    case interrupted
    /// Nothing more is delivered for now; the first lines are to be sent again.
    case failed(OutputError)
  }

  /// How long to let events gather after one was sent, unless there are many.
  var gathering: Duration { .zero }

  /// How long the other end wants to be left alone after a failure.
  var pause: Duration { .zero }

  /// Sends lines of a chunk, as many as make a message, from one on.
  func send(_ chunk: LineChunk, from line: Int, _ queue: OutputQueue) -> Outcome {
    .delivered(chunk.lineCount - line)
  }

  /// Ends the connection; the next event makes a new one.
  func disconnect() {}
}

extension OutputQueue {
  /// Waits until a descriptor is ready, or the queue asks for attention.
  func awaitReady(
    _ descriptor: Int32, for events: Int32, within milliseconds: Int32 = -1
  ) -> WaitOutcome {
    let isReady = writerWakeup.wait(for: descriptor, events, milliseconds: milliseconds)
    if isReady { return .ready }
    return orders.isAbandoned ? .abandoned : .later
  }

  /// What a wait came to.
  enum WaitOutcome {
    case ready
    /// The time is over, or something else happened.
    case later
    /// What is left is given up.
    case abandoned
  }
}
