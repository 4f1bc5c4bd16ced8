// SPDX-License-Identifier: Apache-2.0

import Foundation
public import Glibc
import Synchronization

/// A program that a test has started on a terminal of its own, which is its standard input, output and error.
///
/// When nobody holds it any more it is killed, with its children, and reaped.
public final class TerminalProcess: Sendable {
  /// The program and its arguments.
  public let command: [String]
  /// The process id that this host sees; it leads a session.
  public let id: pid_t

  private struct State {
    /// The end of the terminal where a person would sit; nil when that was closed.
    var person: CInt?
    var shown: [UInt8] = []
    var ending: Ending?
  }

  private let state: Mutex<State>

  // Glibc's header has these only for who asks for more than POSIX; the numbers are Linux's and its own.
  /// `TIOCSPTLCK`.
  private static let unlock: UInt = 0x4004_5431
  /// `TIOCGPTN`.
  private static let askNumber: UInt = 0x8004_5430
  /// `TIOCSWINSZ`.
  private static let setSize: UInt = 0x5414
  /// `POSIX_SPAWN_SETSID`.
  private static let newSession: Int16 = 0x80

  /// Starts a program that is looked up in PATH.
  ///
  /// - Parameters:
  ///   - variables: of the environment, beside or instead of the test's own; nil takes one away.
  ///   - columns: the width of the terminal; 0 for one of unknown size.
  public init(
    _ command: [String], variables: [String: String?] = [:], columns: UInt16 = 0
  ) throws {
    let person = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK)
    guard person >= 0 else { throw SystemCallFailed("open of /dev/ptmx") }
    var (number, isLocked): (CInt, CInt) = (0, 0)
    guard ioctl(person, Self.unlock, &isLocked) == 0, ioctl(person, Self.askNumber, &number) == 0
    else {
      let failure = SystemCallFailed("ioctl of a terminal")
      close(person)
      throw failure
    }
    var size = winsize(ws_row: columns > 0 ? 50 : 0, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
    _ = ioctl(person, Self.setSize, &size)
    let name = "/dev/pts/\(number)"
    do { id = try Self.spawn(command, on: name, variables) } catch {
      close(person)
      throw error
    }
    self.command = command
    state = Mutex(State(person: person))
  }

  deinit {
    if ending == nil {
      kill(-id, SIGKILL)
      var status: CInt = 0
      while waitpid(id, &status, 0) < 0 && errno == EINTR {}
    }
    hangUp()
  }

  /// All that the terminal has shown so far; it ends lines with a carriage return and a newline.
  public var text: String {
    state.withLock { state in
      Self.read(&state)
      return String(decoding: state.shown, as: UTF8.self)
    }
  }

  /// How it ended; nil while it runs.
  public var ending: Ending? {
    state.withLock { state in
      if state.ending != nil { return state.ending }
      // Whoever has nobody to read stops when the terminal is full.
      Self.read(&state)
      var status: CInt = 0
      guard waitpid(id, &status, WNOHANG) == id else { return nil }
      state.ending = status & 0x7f == 0 ? .exited(status >> 8 & 0xff) : .signalled(status & 0x7f)
      return state.ending
    }
  }

  /// Takes the terminal away, as when its window is closed.
  public func hangUp() {
    state.withLock { state in
      Self.read(&state)
      if let person = state.person { close(person) }
      state.person = nil
    }
  }

  /// Sends it a signal, unless it has ended.
  public func send(_ signal: CInt) {
    if ending == nil { kill(id, signal) }
  }

  /// Waits until the terminal shows a text.
  public func shows(_ text: String, within limit: Duration = .seconds(20)) async throws {
    try await eventually("“\(text)” from \(command)", within: limit, instead: { self.text }) {
      self.text.contains(text)
    }
  }

  /// Waits until it has ended.
  @discardableResult
  public func end(within limit: Duration = .seconds(30)) async throws -> Ending {
    var found: Ending?
    try await eventually("end of \(command)", within: limit, instead: { self.text }) {
      found = ending
      return found != nil
    }
    return found ?? .signalled(0)
  }

  private static func read(_ state: inout State) {
    guard let person = state.person else { return }
    var buffer = [UInt8](repeating: 0, count: 1 << 14)
    while true {
      let count = Glibc.read(person, &buffer, buffer.count)
      guard count > 0 else { return }
      state.shown += buffer[..<count]
    }
  }

  /// Starts a program as the leader of a session, whose terminal is the first one that it opens.
  private static func spawn(
    _ command: [String], on terminal: String, _ variables: [String: String?]
  ) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, terminal, O_RDWR, 0)
    posix_spawn_file_actions_adddup2(&actions, STDIN_FILENO, STDOUT_FILENO)
    posix_spawn_file_actions_adddup2(&actions, STDIN_FILENO, STDERR_FILENO)

    var attributes = posix_spawnattr_t()
    allowSignals(&attributes, with: Self.newSession)
    defer { posix_spawnattr_destroy(&attributes) }

    var environment = ProcessInfo.processInfo.environment
    for (name, value) in variables { environment[name] = value }
    var words: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
    var settings: [UnsafeMutablePointer<CChar>?] =
      environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for word in words + settings { free(word) } }
    var id: pid_t = 0
    let code = posix_spawnp(&id, command[0], &actions, &attributes, &words, &settings)
    guard code == 0 else { throw SystemCallFailed("start of \(command[0])", code) }
    return id
  }
}
