// SPDX-License-Identifier: Apache-2.0

import Glibc
import Synchronization

/// A system call that a test's own machinery needed and did not get.
public struct SystemCallFailed: Error, CustomStringConvertible {
  /// The call and the system's word for why.
  public let description: String
  /// The call's error number.
  public let code: CInt

  /// Takes the code that the call left in `errno`.
  public init(_ call: String) { self.init(call, errno) }

  init(_ call: String, _ code: CInt) {
    self.code = code
    description = "\(call): \(String(cString: strerror(code)))"
  }
}

/// Held while a pipe is made, so that no child starts between its making and its mark.
private let noChildStarts = Mutex(())

/// Both ends of a pipe, closed unless they are taken away.
///
/// No child inherits them.
struct Pipe: ~Copyable {
  let reading: CInt
  let writing: CInt

  init() throws {
    var ends: [CInt] = [-1, -1]
    let made = noChildStarts.withLock { _ in
      pipe(&ends) == 0 && ends.allSatisfy { fcntl($0, F_SETFD, FD_CLOEXEC) == 0 }
    }
    guard made else { throw SystemCallFailed("pipe") }
    reading = ends[0]
    writing = ends[1]
  }

  deinit {
    close(reading)
    close(writing)
  }

  /// Closes the end for writing and gives the other away.
  consuming func keepReading() -> CInt {
    let kept = reading
    close(writing)
    discard self
    return kept
  }

  /// Closes the end for reading and gives the other away.
  consuming func keepWriting() -> CInt {
    let kept = writing
    close(reading)
    discard self
    return kept
  }
}

/// Makes attributes of a program for which no signal is blocked or ignored.
///
/// - Parameter flags: others that it has.
func allowSignals(_ attributes: inout posix_spawnattr_t, with flags: Int16) {
  posix_spawnattr_init(&attributes)
  var none = sigset_t()
  var all = sigset_t()
  sigemptyset(&none)
  sigfillset(&all)
  posix_spawnattr_setsigmask(&attributes, &none)
  posix_spawnattr_setsigdefault(&attributes, &all)
  let signals = Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF)
  posix_spawnattr_setflags(&attributes, signals | flags)
}

/// Starts a program in a process group of its own, with these three descriptors as its standard ones.
///
/// No signal is blocked or ignored.
func spawn(_ command: [String], descriptors: (CInt, CInt, CInt)) throws -> pid_t {
  var actions = posix_spawn_file_actions_t()
  posix_spawn_file_actions_init(&actions)
  defer { posix_spawn_file_actions_destroy(&actions) }
  posix_spawn_file_actions_adddup2(&actions, descriptors.0, STDIN_FILENO)
  posix_spawn_file_actions_adddup2(&actions, descriptors.1, STDOUT_FILENO)
  posix_spawn_file_actions_adddup2(&actions, descriptors.2, STDERR_FILENO)

  var attributes = posix_spawnattr_t()
  allowSignals(&attributes, with: Int16(POSIX_SPAWN_SETPGROUP))
  defer { posix_spawnattr_destroy(&attributes) }

  var arguments: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) }
  arguments.append(nil)
  defer { arguments.forEach { free($0) } }

  // A child that is gone must be an error of the write to it, not the end of the tests.
  signal(SIGPIPE, SIG_IGN)
  var id: pid_t = 0
  let code = noChildStarts.withLock { _ in
    posix_spawnp(&id, command[0], &actions, &attributes, arguments, environ)
  }
  guard code == 0 else { throw SystemCallFailed("start of \(command[0])", code) }
  return id
}
