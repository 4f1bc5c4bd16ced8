// SPDX-License-Identifier: Apache-2.0

import Glibc
import Policy
import System

/// The thread of one output: it writes the chunks of a queue, and waits where it has to, so that nobody else must.
final class OutputWriter {
  private let queue: OutputQueue
  private let place: OutputPlace
  /// What every file and every reader gets first.
  private let header: [UInt8]
  private var file: OutputFile?
  private var headerLeft: Int
  private var hasFailed = false
  /// The last error of opening.
  private var refusal: OutputError?
  private var attempts = 0
  private var pause: Int32 = OutputWriter.shortestPause

  private static let shortestPause: Int32 = 50
  private static let longestPause: Int32 = 1000

  /// Opens a destination.
  ///
  /// A FIFO or a socket without a reader is tried again later; every other error is thrown.
  init(_ place: OutputPlace, header: [UInt8], _ queue: OutputQueue) throws(OutputError) {
    self.queue = queue
    self.place = place
    self.header = header
    headerLeft = header.count
    // A name would have to be looked up, which may take long.
    guard place.servers.isEmpty else { return }
    do throws(OutputError) { file = try OutputFile(place) } catch {
      guard error.isPassing else { throw error }
      fail(error)
    }
  }

  /// Starts the thread, which lives until the queue is stopped; no signal is delivered to it.
  func start() throws(OutputError) {
    nonisolated(unsafe) let writer = self
    let code = Threads.detach { unsafe writer.run() }
    guard code == 0 else { throw OutputError(operation: .start, place: place, code: code) }
  }

  private func run() {
    begin()
    while let chunk = queue.next(reopening: { reopen() }) {
      let done = queue.ending == nil ? write(chunk) : 0
      var lost: UInt64 = 0
      chunk.forEachEvent(after: done) { label, count in
        lost += count
        queue.lose(label, count)
      }
      queue.giveBack(chunk, written: chunk.events - lost)
    }
    file = nil
    queue.finish()
  }

  /// Writes a chunk; returns the bytes of it that were written, which are all unless the output has come to its end.
  private func write(_ chunk: LineChunk) -> Int {
    var done = 0
    while true {
      let orders = queue.orders
      if orders.isAbandoned {
        queue.end(.abandoned(place.servers.isEmpty ? nil : .silence(of: place)))
        return done
      }
      if queue.takeReopening(), reopen() { done = chunk.startOfLine(at: done) }
      let before = done
      let code = advance(chunk, after: &done)
      if code != 0 { takeBack(chunk, before: &done) }
      queue.progress(done - before)
      switch code {
      case 0:
        if hasFailed { recover() }
        return chunk.lines.count
      case EINTR: continue
      case EAGAIN where file != nil:
        queue.writerWakeup.wait(orRoomIn: file?.descriptor ?? -1)
      case EPIPE where place == .standardOutput:
        queue.end(.readerGone)
        return done
      case let code:
        let error =
          file == nil
          ? refusal ?? OutputError(operation: .open, place: place, code: code)
          : OutputError(operation: .write, place: place, code: code)
        guard error.isPassing else {
          queue.end(.failed(error))
          return done
        }
        if error.needsNewDescriptor {
          file = nil
          done = chunk.startOfLine(at: done)
        }
        fail(error)
        if orders.isStopping {
          queue.end(.abandoned(error))
          return done
        }
        queue.writerWakeup.wait(milliseconds: pause)
        pause = min(pause * 2, Self.longestPause)
      }
    }
  }

  /// Writes what there is room for of the bytes after `done`, and says what ended it: 0 when all is written.
  private func advance(_ chunk: LineChunk, after done: inout Int) -> Int32 {
    if let end = file?.connectionEnd, end != 0 { return end }
    if file == nil {
      do throws(OutputError) { file = try OutputFile(place, attempt: attempts) } catch {
        refusal = error
        return error.code == 0 ? EHOSTUNREACH : error.code
      }
      attempts += 1
      headerLeft = header.count
    }
    if let code = begin() { return code }
    while done < chunk.lines.count {
      let (count, code) = put(chunk.lines.bytes.extracting(droppingFirst: done))
      if code != 0 { return code }
      done += count
    }
    return 0
  }

  /// Keeps a line from standing in a file by half, which might be renamed or end as it is.
  private func takeBack(_ chunk: LineChunk, before done: inout Int) {
    let torn = done - chunk.startOfLine(at: done)
    if torn > 0, file?.takeBack(torn) ?? false { done -= torn }
  }

  private func put(_ bytes: RawSpan) -> (count: Int, code: Int32) {
    file?.write(bytes) ?? (0, EBADF)
  }

  /// Opens a file anew, so that one which was renamed gets a successor; returns whether it did.
  @discardableResult
  private func reopen() -> Bool {
    guard queue.ending == nil, file?.isRegular ?? false else { return false }
    do throws(OutputError) { file = try OutputFile(place) } catch {
      queue.notice("\(error); events go on to the file that is open")
      return false
    }
    headerLeft = header.count
    begin()
    return true
  }

  /// Writes what a file begins with, also when nothing else comes, and says what went wrong.
  @discardableResult
  private func begin() -> Int32? {
    let header = header
    while file != nil, headerLeft > 0 {
      let (count, code) = put(header.bytes.extracting(last: headerLeft))
      if code != 0 { return code }
      headerLeft -= count
    }
    return nil
  }

  private func fail(_ error: OutputError) {
    if !hasFailed { queue.notice("\(error); retrying; what is lost is counted") }
    hasFailed = true
    queue.countRetry()
  }

  private func recover() {
    queue.notice("\(Visible.text(place.quoted)) can be written again")
    hasFailed = false
    pause = Self.shortestPause
  }
}
