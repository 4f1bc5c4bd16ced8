// SPDX-License-Identifier: Apache-2.0

import Policy
import System

/// The thread of an output whose events are messages: it gives the chunks of a queue to a sender, and tries again what failed.
///
/// What is tried again is bounded by what the queue holds; what comes meanwhile is the business of ``Destination/onFull``.
final class SenderThread {
  private let queue: OutputQueue
  private let place: OutputPlace
  private let sender: EventSender
  /// The error since which nothing was delivered.
  private var failure: OutputError?
  private var pause: Int32 = SenderThread.shortestPause
  /// Whether a refusal was said, since something was delivered.
  private var hasRefused = false

  private static let shortestPause: Int32 = 50
  private static let longestPause: Int32 = 5000
  private static let longestAskedPause: Int32 = 60_000

  init(_ sender: EventSender, _ place: OutputPlace, _ queue: OutputQueue) {
    self.queue = queue
    self.place = place
    self.sender = sender
  }

  /// Starts the thread, which lives until the queue is stopped; no signal is delivered to it.
  func start() throws(OutputError) {
    nonisolated(unsafe) let thread = self
    let code = Threads.detach { unsafe thread.run() }
    guard code == 0 else { throw OutputError(operation: .start, place: place, code: code) }
  }

  private func run() {
    while let chunk = queue.next(reopening: { sender.disconnect() }) {
      let begin = ContinuousClock.now
      let lost = deliver(chunk)
      queue.giveBack(chunk, written: chunk.events - lost)
      if sender.gathering > .zero { queue.gather(until: begin + sender.gathering) }
    }
    sender.disconnect()
    queue.finish()
  }

  /// Sends a chunk; returns how many of its events are lost.
  private func deliver(_ chunk: LineChunk) -> UInt64 {
    var line = 0
    var lost: UInt64 = 0
    while line < chunk.lineCount, queue.ending == nil {
      if queue.orders.isAbandoned {
        queue.end(.abandoned(failure ?? .silence(of: place)))
        break
      }
      if queue.takeReopening() { sender.disconnect() }
      switch sender.send(chunk, from: line, queue) {
      case .delivered(let count):
        recover()
        queue.progress(chunk.bytes(of: line..<line + count))
        line += count
      case .refused(let count, let reason):
        refuse(reason)
        lost += lose(line..<line + count, of: chunk)
        queue.progress(chunk.bytes(of: line..<line + count))
        line += count
      case .settled(let verdicts, let reason):
        if verdicts.contains(true) { recover() }
        refuse(reason)
        for (offset, isTaken) in verdicts.enumerated() where !isTaken {
          lost += lose(line + offset..<line + offset + 1, of: chunk)
        }
        queue.progress(chunk.bytes(of: line..<line + verdicts.count))
        line += verdicts.count
      case .interrupted: continue
      case .failed(let error): pauseAfter(error)
      }
    }
    return lost + lose(line..<chunk.lineCount, of: chunk)
  }

  private func lose(_ lines: Range<Int>, of chunk: LineChunk) -> UInt64 {
    var lost: UInt64 = 0
    chunk.forEachEvent(in: lines) { label, count in
      lost += count
      queue.lose(label, count)
    }
    return lost
  }

  private func pauseAfter(_ error: OutputError) {
    if failure == nil {
      queue.notice("\(error); retrying; what is lost is counted")
    }
    failure = error
    queue.countRetry()
    let asked = Int32(clamping: Int64(sender.pause / .milliseconds(1)))
    let wait = max(pause, min(asked, Self.longestAskedPause))
    queue.writerWakeup.wait(milliseconds: queue.orders.isStopping ? Self.shortestPause : wait)
    pause = min(pause * 2, Self.longestPause)
  }

  private func recover() {
    hasRefused = false
    guard failure != nil else { return }
    queue.notice("\(Visible.text(place.quoted)) takes events again")
    failure = nil
    pause = Self.shortestPause
  }

  private func refuse(_ reason: String) {
    if !hasRefused { queue.notice(Visible.text("\(place.quoted): \(reason); they are lost")) }
    hasRefused = true
  }
}
