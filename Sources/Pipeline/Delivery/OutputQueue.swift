// SPDX-License-Identifier: Apache-2.0

import Synchronization
import System

/// What stands between the emitter, which fills chunks of lines, and the thread that writes them.
///
/// All chunks are there from the beginning; one is being filled, one is being written, the others wait or are empty.
final class OutputQueue: Sendable {
  /// The chunks that can wait.
  private static let limit = 32

  private struct State {
    var waiting: [LineChunk] = []
    var spare = (0...OutputQueue.limit).map { _ in LineChunk() }
    var isWriting = false
    /// The emitter is to hear when there is room or nothing to do.
    var emitterListens = false
    var isStopping = false
    var isAbandoned = false
    var reopens = false
    var isFinished = false
    var ending: OutputEnding?
    var bytes: UInt64 = 0
    var written: UInt64 = 0
    var retries: UInt64 = 0
    var truncated: UInt64 = 0
    var losses = Losses()
    var notices: [String] = []
  }

  private let state: Mutex<State>
  /// Rings for the emitter: there is room, or something to hear.
  let emitterWakeup: WakeupPipe
  /// Rings for the writer: there is work, or something to heed.
  let writerWakeup: WakeupPipe

  init() throws(SystemError) {
    emitterWakeup = try WakeupPipe()
    writerWakeup = try WakeupPipe()
    var state = State()
    state.waiting.reserveCapacity(Self.limit + 2)
    state.spare.reserveCapacity(Self.limit + 2)
    self.state = Mutex(state)
  }

  // MARK: The emitter's side

  /// Takes a chunk, unless it should be filled further or has to wait for room; the wakeup rings then when it is time.
  ///
  /// - Returns: an empty chunk in its place; nil when the chunk was not taken.
  func exchange(_ chunk: LineChunk) -> LineChunk? {
    let empty: LineChunk? = state.withLock { state in
      let isIdle = !state.isWriting && state.waiting.isEmpty
      guard isIdle || chunk.isFull, let empty = state.spare.popLast() else {
        state.emitterListens = true
        return nil
      }
      state.waiting.append(chunk)
      return empty
    }
    if empty != nil { writerWakeup.wake() }
    return empty
  }

  /// Takes the last chunk; the writer ends when everything is written.
  func stop(_ last: LineChunk) {
    state.withLock { state in
      if !last.isEmpty { state.waiting.append(last) }
      state.isStopping = true
      state.emitterListens = true
    }
    writerWakeup.wake()
  }

  /// Makes the writer give up what it still has.
  func abandon() {
    state.withLock { $0.isAbandoned = true }
    writerWakeup.wake()
  }

  /// Makes the writer open its path anew before the next chunk.
  func reopen() {
    state.withLock { $0.reopens = true }
    writerWakeup.wake()
  }

  /// Whether the writer has come to its end.
  var isFinished: Bool { state.withLock { $0.isFinished } }
  /// Why nothing more is written; nil while all is well.
  var ending: OutputEnding? { state.withLock { $0.ending } }
  /// The bytes written so far.
  var bytes: UInt64 { state.withLock { $0.bytes } }
  /// The events written so far, and those given up.
  var counts: (written: UInt64, losses: Losses) { state.withLock { ($0.written, $0.losses) } }
  /// The times that sending was tried again, and the events sent without their arguments.
  var efforts: (retries: UInt64, truncated: UInt64) {
    state.withLock { ($0.retries, $0.truncated) }
  }

  /// What the writer had to say since the last time.
  func takeNotices() -> [String] {
    state.withLock { state in
      defer { state.notices = [] }
      return state.notices
    }
  }

  // MARK: The writer's side

  /// The next chunk to write, after a wait for it; nil at the end.
  ///
  /// - Parameter reopen: opens the path anew; it is called when that is asked for while there is nothing to write.
  func next(reopening reopen: () -> Void) -> LineChunk? {
    while true {
      let (chunk, isStopping, rings): (LineChunk?, Bool, Bool) = state.withLock { state in
        state.isWriting = !state.waiting.isEmpty
        if state.isWriting { return (state.waiting.removeFirst(), state.isStopping, false) }
        defer { state.emitterListens = false }
        return (nil, state.isStopping, state.emitterListens)
      }
      if chunk != nil { return chunk }
      // What it could not hand over before is taken now, though it is little.
      if rings { emitterWakeup.wake() }
      if takeReopening() { reopen() }
      if isStopping { return nil }
      writerWakeup.wait()
    }
  }

  /// Gives a chunk back, of which so many events were written.
  func giveBack(_ chunk: LineChunk, written: UInt64) {
    chunk.clear()
    let rings = state.withLock { state in
      state.written += written
      state.spare.append(chunk)
      defer { state.emitterListens = false }
      return state.emitterListens
    }
    if rings { emitterWakeup.wake() }
  }

  /// Waits until a time, as long as no chunk is full and nothing is to be heeded.
  func gather(until end: ContinuousClock.Instant) {
    while ContinuousClock.now < end {
      let isIdle = state.withLock { state in
        state.waiting.isEmpty && !state.isStopping && !state.isAbandoned && !state.reopens
      }
      guard isIdle else { return }
      let left = ContinuousClock.now.duration(to: end) / .milliseconds(1)
      writerWakeup.wait(milliseconds: Int32(max(1, min(left.rounded(.up), 60_000))))
    }
  }

  /// Counts that something has to be sent again.
  func countRetry() { state.withLock { $0.retries += 1 } }

  /// Counts an event that was sent without its arguments.
  func countTruncated() { state.withLock { $0.truncated += 1 } }

  /// Counts bytes that were written of a chunk, to stay.
  func progress(_ bytes: Int) {
    guard bytes > 0 else { return }
    state.withLock { $0.bytes += UInt64(bytes) }
  }

  /// Counts events that will not be written.
  func lose(_ label: EventLabel, _ count: UInt64) {
    state.withLock { $0.losses.add(label.losses, count) }
  }

  /// Says why nothing more will be written.
  func end(_ ending: OutputEnding) {
    state.withLock { $0.ending = $0.ending ?? ending }
    emitterWakeup.wake()
  }

  /// Has something said about the output.
  func notice(_ text: String) {
    state.withLock { $0.notices.append(text) }
    emitterWakeup.wake()
  }

  /// Says that the writer ends here.
  func finish() {
    state.withLock { $0.isFinished = true }
    emitterWakeup.wake()
  }

  /// What the writer has to heed before it goes on.
  var orders: (isStopping: Bool, isAbandoned: Bool) {
    state.withLock { ($0.isStopping, $0.isAbandoned) }
  }

  /// Whether to open the path anew; it is asked for once.
  func takeReopening() -> Bool {
    state.withLock { state in
      defer { state.reopens = false }
      return state.reopens
    }
  }
}

/// Why an output writes nothing any more.
enum OutputEnding {
  /// The reader of standard output went away: there is nobody to trace for.
  case readerGone
  /// The output cannot be written, and never will be.
  case failed(OutputError)
  /// It took nothing any more when tracing was over, and what it still had was given up.
  case abandoned(OutputError?)
}
