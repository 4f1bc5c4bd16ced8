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

/// A connection of TCP that messages are written to, with TLS or without.
struct MessageStream: ~Copyable {
  private let descriptor: Descriptor?
  private let secure: SecureConnection?

  /// Connects to a server, with TLS if there are options for it.
  ///
  /// - Parameters:
  ///   - attempt: counts attempts, so that another address of the host is tried first each time.
  ///   - place: the place for which it is done, for errors.
  /// - Returns: nil when the queue gives up what is left.
  static func connect(
    _ endpoint: Endpoint, _ options: TLSOptions?, attempt: Int, for place: OutputPlace,
    _ queue: OutputQueue
  ) throws(OutputError) -> MessageStream? {
    guard let options else {
      let made = try endpoint.connect(SOCK_STREAM, attempt: attempt, for: place)
      return MessageStream(descriptor: made, secure: nil)
    }
    let made = try SecureConnection(endpoint, options, for: place, queue)
    return made.map { MessageStream(descriptor: nil, secure: $0) }
  }

  private var socket: Int32 {
    if let secure { return secure.socket }
    switch descriptor {
    case .some(let descriptor): return descriptor.number
    case .none: return -1
    }
  }

  /// Sends bytes without waiting; returns how many, or a negative error number.
  private func send(_ bytes: RawSpan) -> Int {
    if let secure { return secure.send(bytes) }
    let socket = socket
    let count = unsafe bytes.withUnsafeBytes {
      unsafe Glibc.send(
        socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
    }
    return count < 0 ? Int(-errno) : count
  }

  /// Receives bytes without waiting; returns how many, 0 at the end, or a negative error number.
  private func receive(into bytes: inout [UInt8]) -> Int {
    if let secure { return secure.receive(into: &bytes) }
    let socket = socket
    let count = unsafe bytes.withUnsafeMutableBytes {
      unsafe recv(socket, $0.baseAddress, $0.count, Int32(MSG_DONTWAIT))
    }
    return count < 0 ? Int(-errno) : count
  }

  /// Writes bytes, and waits for room; returns how many were written, and why not all; 0 for all.
  ///
  /// `ECANCELED`: the queue gives up what is left. `ETIMEDOUT`: the other end takes nothing for 30 seconds.
  func write(_ bytes: RawSpan, _ queue: OutputQueue) -> (count: Int, code: Int32) {
    var done = 0
    var idle = ContinuousClock.now + .seconds(30)
    while done < bytes.byteCount {
      let count = send(bytes.extracting(droppingFirst: done))
      if count > 0 {
        done += count
        idle = .now + .seconds(30)
        continue
      }
      switch Int32(-count) {
      case EINTR: continue
      case EAGAIN, 0:
        let ready = queue.awaitReady(socket, for: POLLOUT, within: 1000)
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
      let count = receive(into: &bytes)
      if count > 0 { return (count, 0) }
      if count == 0 { return (0, EPIPE) }
      switch Int32(-count) {
      case EINTR: continue
      case EAGAIN:
        if .now >= deadline { return (0, ETIMEDOUT) }
        let ready = queue.awaitReady(socket, for: POLLIN, within: 1000)
        if ready == .abandoned { return (0, ECANCELED) }
      case let code: return (0, code)
      }
    }
  }

  /// Whether the other end has ended the connection, or sent what nobody asked for.
  var isOver: Bool {
    var byte: [UInt8] = [0]
    let count = receive(into: &byte)
    return count >= 0 || ![EAGAIN, EINTR].contains(Int32(-count))
  }
}
