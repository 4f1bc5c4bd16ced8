// SPDX-License-Identifier: Apache-2.0

import Glibc
import System

/// A connected socket of which each write is one message.
struct DatagramSocket: ~Copyable {
  let descriptor: Descriptor

  /// Sends a message, and waits for room; returns 0, or an error number.
  ///
  /// `ECANCELED`: the queue gives up what is left.
  func send(_ message: RawSpan, _ queue: OutputQueue) -> Int32 {
    while true {
      let count = unsafe message.withUnsafeBytes {
        unsafe Glibc.send(
          descriptor.number, $0.baseAddress, $0.count,
          Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL))
      }
      if count >= 0 { return 0 }
      switch errno {
      case EINTR: continue
      case EAGAIN:
        let ready = queue.awaitReady(descriptor.number, for: POLLOUT)
        if ready == .abandoned { return ECANCELED }
      case let code: return code
      }
    }
  }
}

/// A connection of TCP that messages are written to.
struct MessageStream: ~Copyable {
  let descriptor: Descriptor

  /// Writes bytes, and waits for room; returns how many were written, and why not all; 0 for all.
  ///
  /// `ECANCELED`: the queue gives up what is left. `ETIMEDOUT`: the other end takes nothing for 30 seconds.
  func write(_ bytes: RawSpan, _ queue: OutputQueue) -> (count: Int, code: Int32) {
    var done = 0
    var idle = ContinuousClock.now + .seconds(30)
    while done < bytes.byteCount {
      let count = unsafe bytes.extracting(droppingFirst: done).withUnsafeBytes {
        unsafe send(descriptor.number, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      if count > 0 {
        done += count
        idle = .now + .seconds(30)
        continue
      }
      switch errno {
      case EINTR: continue
      case EAGAIN:
        let ready = queue.awaitReady(descriptor.number, for: POLLOUT, within: 1000)
        if ready == .abandoned { return (done, ECANCELED) }
        if .now > idle { return (done, ETIMEDOUT) }
      case let code: return (done, code)
      }
    }
    return (done, 0)
  }

  /// Reads what the other end has sent, and waits for the first byte of it.
  ///
  /// - Returns: how many bytes were read, and why none were: `ETIMEDOUT`, `ECANCELED`, `EPIPE` for the end of the connection.
  func read(
    into bytes: inout [UInt8], until deadline: ContinuousClock.Instant, _ queue: OutputQueue
  ) -> (count: Int, code: Int32) {
    while true {
      let count = unsafe bytes.withUnsafeMutableBytes {
        unsafe recv(descriptor.number, $0.baseAddress, $0.count, Int32(MSG_DONTWAIT))
      }
      if count > 0 { return (count, 0) }
      if count == 0 { return (0, EPIPE) }
      switch errno {
      case EINTR: continue
      case EAGAIN:
        if .now >= deadline { return (0, ETIMEDOUT) }
        let ready = queue.awaitReady(descriptor.number, for: POLLIN, within: 1000)
        if ready == .abandoned { return (0, ECANCELED) }
      case let code: return (0, code)
      }
    }
  }

  /// Whether the other end has ended the connection, or sent what nobody asked for.
  var isOver: Bool {
    var byte: UInt8 = 0
    let count = unsafe recv(
      descriptor.number, &byte, 1, Int32(MSG_DONTWAIT) | Int32(MSG_PEEK))
    return count >= 0 || ![EAGAIN, EINTR].contains(errno)
  }
}
