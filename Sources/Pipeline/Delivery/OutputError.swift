// SPDX-License-Identifier: Apache-2.0

import Glibc
import Policy
import System

/// An output that cannot be opened or written.
public struct OutputError: Error, Equatable, CustomStringConvertible {
  /// What was tried.
  public enum Operation: String, Sendable {
    case open
    /// A pipe or a thread for its writer.
    case start = "start writing to"
    case write = "write to"
    case replace
  }

  /// What was tried.
  public let operation: Operation
  /// Where.
  public let place: OutputPlace
  /// The error number of the call; 0 when the words of whoever refused say it.
  public let code: Int32
  /// The words of whoever refused, instead of those of the error number; may be empty.
  var words = ""
  /// The option that names the path.
  var option = "--output"

  /// A server that accepted nothing until what was left for it was given up.
  static func silence(of place: OutputPlace) -> OutputError {
    OutputError(operation: .write, place: place, code: ETIMEDOUT)
  }

  /// Whether it may pass: a disk gets room, a reader comes back, a network is mended.
  var isPassing: Bool {
    [ENOSPC, EDQUOT, EIO, ENOMEM, ENOBUFS, ESTALE].contains(code) || needsNewDescriptor
  }

  /// Whether it passes only with a new descriptor: the reader of a FIFO or a socket is gone, or not there yet.
  var needsNewDescriptor: Bool {
    switch place {
    case .standardOutput: false
    case .file: [EPIPE, ENXIO].contains(code)
    case .unix: [EPIPE, ENXIO, ECONNREFUSED, ECONNRESET, ENOENT, EAGAIN].contains(code)
    case .tcp, .syslog, .journald, .forward, .http, .kafka: true
    }
  }

  /// Whether it is no fault that nobody reads there: a FIFO or a unix socket need not have a reader.
  var mayLackReader: Bool {
    switch place {
    case .file, .unix: needsNewDescriptor
    default: false
    }
  }

  /// One sentence with what to do.
  ///
  /// Names in it cannot add lines or move a cursor.
  public var description: String {
    // A connection that is refused may be found out about with the first write.
    let operation = code == ECONNREFUSED ? Operation.open : operation
    return Visible.text("cannot \(operation.rawValue) \(place.quoted): \(reason); \(advice)")
  }

  private var reason: String {
    if !words.isEmpty { return words }
    return switch (operation, code) {
    case (.open, ELOOP), (.replace, ELOOP): "it is a symbolic link"
    case (.replace, EINVAL): "it is no regular file"
    case (.open, ENXIO): "nobody reads it"
    case (.write, ESTALE), (.replace, ESTALE): "somebody put another file in its place"
    case (.open, EXDEV): "it is not ours alone: another user's file, or one with several names"
    default: unsafe String(cString: strerror(code))
    }
  }

  private var advice: String {
    if operation != .start, option == "--output" {
      switch place {
      case .standardOutput, .file, .unix: break
      case .syslog(.local), .journald: return "start its daemon"
      default: return "check the server and the way to it"
      }
    }
    if operation == .start, case .http = place { return "install libcurl4" }
    if operation == .start, case .kafka = place { return "install librdkafka1" }
    return switch code {
    case ELOOP: "name the file itself"
    case ENXIO, ECONNREFUSED: "start its reader"
    case ENOSPC, EDQUOT: "make room there, or name another file with \(option)"
    case EACCES, EPERM, EROFS: "name a file that may be written with \(option)"
    case ENOENT, ENOTDIR: "make its folder first"
    case EISDIR: "name a file in it"
    case ESTALE, EXDEV: "name a file in a directory that nobody else may write to"
    case EPIPE: "its reader went away"
    case EAGAIN where operation == .start: "allow more threads (ulimit -u, or TasksMax= of systemd)"
    default: OpenFiles.advice(code) ?? "name another file with \(option)"
    }
  }
}
