// SPDX-License-Identifier: Apache-2.0

public import Glibc
import Synchronization

/// How a process came to its end.
public enum Ending: Equatable, Sendable {
  case exited(CInt)
  case signalled(CInt)
}

/// What a process reads from its standard input.
public enum StandardInput: Sendable {
  case nothing
  case text(String)
  /// Whatever ``ChildProcess/write(_:)`` gives it, until the process ends.
  case open
}

/// A program that a test has started, and all that it writes.
///
/// When nobody holds it any more it is killed, with its children, and reaped.
public final class ChildProcess: Sendable {
  /// The program and its arguments.
  public let command: [String]
  /// The process id that this host sees.
  public let id: pid_t

  private let output: CollectedOutput
  private let errors: CollectedOutput
  private let input: Mutex<CInt?>
  private let state = Mutex<Ending?>(nil)

  /// Starts a program that is looked up in PATH.
  public init(_ command: [String], input: StandardInput = .nothing) throws {
    let standardInput = try Pipe()
    let standardOutput = try Pipe()
    let standardError = try Pipe()
    id = try spawn(
      command,
      descriptors: (standardInput.reading, standardOutput.writing, standardError.writing))
    self.command = command
    self.input = Mutex(standardInput.keepWriting())
    output = CollectedOutput(of: standardOutput.keepReading())
    errors = CollectedOutput(of: standardError.keepReading())
    switch input {
    case .nothing: closeInput()
    case .text(let text):
      // One that has ended already did not want it.
      do { try write(text) } catch let error as SystemCallFailed where error.code == EPIPE {}
      closeInput()
    case .open: break
    }
  }

  deinit {
    closeInput()
    guard reap() == nil else { return }
    kill(-id, SIGKILL)
    var status: CInt = 0
    while waitpid(id, &status, 0) < 0 && errno == EINTR {}
  }

  /// The finished lines of standard output after the first `count`, as it has written them.
  public func outputLines(after count: Int = 0) -> [[UInt8]] { output.lines(after: count) }

  /// The finished lines of standard error after the first `count`.
  public func errorLines(after count: Int = 0) -> [String] {
    errors.lines(after: count).map { String(decoding: $0, as: UTF8.self) }
  }

  /// All that it has written to standard output so far.
  public var outputText: String { output.text }

  /// All that it has written to standard error so far.
  public var errorText: String { errors.text }

  /// How it ended; nil while it runs.
  public var ending: Ending? { reap() }

  /// Gives it text to read.
  public func write(_ text: String) throws {
    var text = text
    let written = input.withLock { input in
      input.map { input in text.withUTF8 { Glibc.write(input, $0.baseAddress, $0.count) } }
    }
    guard written == text.utf8.count else { throw SystemCallFailed("write to \(command[0])") }
  }

  /// Sends it a signal, unless it has ended.
  public func send(_ signal: CInt) {
    state.withLock { state in
      if state == nil { kill(id, signal) }
    }
  }

  /// Ends it at once, with all processes that it has started and that stayed in its group.
  ///
  /// Waits until it is reaped.
  public func remove() async throws {
    kill(-id, SIGKILL)
    try await end()
  }

  /// Waits until it has ended and its output was read to the end.
  @discardableResult
  public func end(within limit: Duration = .seconds(20)) async throws -> Ending {
    try await eventually("end of \(command)", within: limit, instead: { self.errorText }) {
      reap() != nil
    }
    try await eventually("end of the output of \(command)", within: .seconds(5)) {
      output.ended && errors.ended
    }
    return reap() ?? .signalled(0)
  }

  /// Waits for a line of standard output that begins with `start`; returns what follows it.
  public func line(
    startingWith start: String, within limit: Duration = .seconds(20)
  ) async throws -> String {
    var found: String?
    let instead = { self.outputText + self.errorText }
    try await eventually("line “\(start)…” from \(command)", within: limit, instead: instead) {
      found = outputLines().map { String(decoding: $0, as: UTF8.self) }
        .first { $0.hasPrefix(start) }
      return found != nil
    }
    return String((found ?? "").dropFirst(start.count))
  }

  /// Ends what it reads.
  public func closeInput() {
    input.withLock { input in
      if let open = input { close(open) }
      input = nil
    }
  }

  private func reap() -> Ending? {
    state.withLock { state in
      if state != nil { return state }
      var status: CInt = 0
      guard waitpid(id, &status, WNOHANG) == id else { return nil }
      state = status & 0x7f == 0 ? .exited(status >> 8 & 0xff) : .signalled(status & 0x7f)
      return state
    }
  }
}
