// SPDX-License-Identifier: Apache-2.0

import CSystem
import Glibc
import Policy
import System

/// What is done until a program has said which signatures it has.
extension SignatureProgram {
  /// Starts the process that starts a program, and returns the socket to it.
  static func nursery(_ path: String, as user: String) throws(ProgramError) -> Descriptor {
    guard let real = unsafe realpath(path, nil) else {
      throw ProgramError(path, "cannot be started: \(SystemError.reason(errno))")
    }
    let program = unsafe String(cString: real)
    unsafe free(real)
    let (userID, groupID) = try Self.user(user, path)
    signal(SIGPIPE, SIG_IGN)
    var number: Int32 = -1
    guard unsafe tp_start_nursery(program, userID, groupID, &number) > 0 else {
      throw ProgramError(path, "cannot be started: \(SystemError.reason(errno))")
    }
    return Descriptor(owning: number)
  }

  private static func user(_ name: String, _ path: String) throws(ProgramError) -> (UInt32, UInt32)
  {
    guard geteuid() == 0 else { return (geteuid(), getegid()) }
    guard let entry = unsafe getpwnam(name) else {
      if name == "nobody" { return (65534, 65534) }
      throw ProgramError(path, "cannot run as '\(name)': there is no such user")
    }
    return unsafe (entry.pointee.pw_uid, entry.pointee.pw_gid)
  }

  private static func milliseconds(until deadline: ContinuousClock.Instant) -> Int32 {
    let left = ContinuousClock.now.duration(to: deadline) / .milliseconds(1)
    return Int32(max(0, min(left.rounded(.up), 60_000)))
  }

  static func wait(
    for descriptor: Int32, _ events: Int32 = POLLIN, until deadline: ContinuousClock.Instant
  ) {
    var file = pollfd(fd: descriptor, events: Int16(events), revents: 0)
    _ = unsafe poll(&file, 1, milliseconds(until: deadline))
  }

  static func firstPipes(
    _ control: borrowing Descriptor, _ path: String, until deadline: ContinuousClock.Instant
  ) throws(ProgramError) -> ProgramPipes {
    order("s", control)
    while ContinuousClock.now < deadline {
      wait(for: control.number, until: deadline)
      var child = tp_child()
      switch unsafe tp_next_child(control.number, &child) {
      case 0: continue
      case 1 where child.kind == TP_CHILD_STARTED.rawValue:
        return ProgramPipes(input: child.input, output: child.output)
      case 1 where child.kind == TP_CHILD_REFUSED.rawValue:
        throw ProgramError(path, "cannot be started: \(SystemError.reason(child.number))")
      default: throw ProgramError(path, "cannot be started: its user may not run anything")
      }
    }
    throw ProgramError(path, "did not start within \(startPatience)")
  }

  static func firstLine(
    _ output: Int32, _ lines: inout ProgramLines, _ path: String,
    until deadline: ContinuousClock.Instant
  ) throws(ProgramError) -> [UInt8] {
    lines.limit = ProgramSignatures.limit
    defer { lines.limit = ProgramLines.lineLimit }
    while ContinuousClock.now < deadline {
      if let line = lines.next() { return line }
      if lines.skipped > 0 {
        throw ProgramError(
          path, "said more than \(ProgramSignatures.limit) bytes in its first line")
      }
      wait(for: output, until: deadline)
      if lines.read(from: output, limit: readLimit) == .ended {
        if let line = lines.next() { return line }
        throw ProgramError(path, "ended without saying which signatures it has")
      }
    }
    throw ProgramError(
      path, "did not say within \(startPatience) which signatures it has: write a line of JSON")
  }

  static func order(_ letter: Character, _ control: borrowing Descriptor) {
    var byte = letter.asciiValue ?? 0
    _ = unsafe send(control.number, &byte, 1, Int32(MSG_NOSIGNAL))
  }
}

/// Why a program of signatures is not there: a sentence.
public struct ProgramError: Error, CustomStringConvertible {
  /// The sentence.
  public let description: String

  init(_ path: String, _ what: String) { description = "the signature program \(path) \(what)" }
}
