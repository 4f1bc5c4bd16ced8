// SPDX-License-Identifier: Apache-2.0

import Glibc
import System

/// One connection to a tracer's socket: a request is read, an answer awaited and written.
final class ControlConnection {
  /// What came of some bytes, or of room for some.
  enum Progress {
    case nothing
    case request(ControlRequest)
    case end
  }

  private enum Stage {
    case reading
    case asking
    case writing(rest: ArraySlice<UInt8>, stays: Bool)
    /// Everything was written, and whoever asked waits for the end of the process.
    case staying
  }

  let audience: Listener.Audience
  /// Who asks, for reports.
  let asker: String
  /// What was asked for.
  var page: ControlPage?
  /// When it is given up; nil for never.
  private(set) var deadline: ContinuousClock.Instant?
  private let file: Descriptor
  private var stage = Stage.reading
  private var input: [UInt8] = []

  /// Begins to read a request.
  init(_ file: consuming Descriptor, _ audience: Listener.Audience, asker: String) {
    self.file = file
    self.audience = audience
    self.asker = asker
    deadline = .now + ControlServer.patience
  }

  var descriptor: Int32 { file.number }

  /// Whether no request has come yet.
  var isReading: Bool { if case .reading = stage { true } else { false } }
  /// Whether an answer of the tracer is awaited.
  var isAsking: Bool { if case .asking = stage { true } else { false } }

  /// What poll(2) waits for; the end of the connection it notices in any case.
  var awaited: Int16 {
    switch stage {
    case .reading: Int16(POLLIN)
    case .writing: Int16(POLLOUT)
    case .asking, .staying: 0
    }
  }

  /// Waits for the tracer.
  func awaitAnswer(until deadline: ContinuousClock.Instant?) {
    stage = .asking
    self.deadline = deadline
  }

  /// Begins to write an answer.
  ///
  /// - Parameter andStay: whether the connection is left open after it.
  func respond(_ response: ControlResponse, andStay: Bool = false) {
    stage = .writing(rest: response.bytes[...], stays: andStay)
    deadline = .now + ControlServer.patience
  }

  /// Reads or writes what can be now.
  func advance() -> Progress {
    switch stage {
    case .reading: read()
    case .writing(let rest, let stays): write(rest, stays)
    case .asking, .staying: .end
    }
  }

  /// Leaves a connection that waits for the end of the process open until then; another is closed.
  func outlive() {
    // The kernel closes the second descriptor with the process.
    if case .staying = stage { dup(file.number) }
  }

  private func read() -> Progress {
    var buffer = [UInt8](repeating: 0, count: ControlRequest.limit)
    let count = unsafe recv(file.number, &buffer, buffer.count, Int32(MSG_DONTWAIT))
    if count < 0 { return errno == EAGAIN || errno == EINTR ? .nothing : .end }
    input += buffer[..<count]
    switch ControlRequest.read(input) {
    case .whole(let request): return .request(request)
    case .unfinished: return count == 0 ? .end : .nothing
    case .broken:
      respond(.broken)
      return .nothing
    }
  }

  private func write(_ rest: ArraySlice<UInt8>, _ stays: Bool) -> Progress {
    let count = unsafe rest.withUnsafeBytes {
      unsafe send(
        file.number, $0.baseAddress, $0.count, Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL))
    }
    if count < 0 { return errno == EAGAIN || errno == EINTR ? .nothing : .end }
    let left = rest.dropFirst(count)
    stage = .writing(rest: left, stays: stays)
    guard left.isEmpty else { return .nothing }
    guard stays else { return .end }
    stage = .staying
    deadline = nil
    return .nothing
  }
}
