// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc

/// A journal of its own, which is gone at the end.
public struct Journal: Sendable {
  private static let daemon = "/lib/systemd/systemd-journald"

  /// Whether a daemon can be started here.
  public static var canBeHad: Bool {
    geteuid() == 0 && access(daemon, X_OK) == 0 && Machine.has("journalctl")
  }

  /// The name of its namespace.
  public let space = "tptest-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
  private let machine: String

  /// Starts a daemon, and waits until it listens.
  public init(_ stage: Stage) async throws {
    let machine = try String(contentsOfFile: "/etc/machine-id", encoding: .utf8)
    self.machine = machine.trimmingCharacters(in: .whitespacesAndNewlines)
    let (space, id) = (space, self.machine)
    stage.atEnd {
      for path in [
        "/run/systemd/journal.\(space)", "/run/log/journal/\(id).\(space)",
        "/var/log/journal/\(id).\(space)",
      ] { try? FileManager.default.removeItem(atPath: path) }
    }
    // It ends after 30 seconds in which nobody is connected, which is soon on a busy machine.
    var daemon: ChildProcess?
    try await eventually(
      "an answer of journald", within: .seconds(60), instead: { daemon?.errorText ?? "" }
    ) {
      if daemon == nil || daemon?.ending != nil { daemon = try stage.start(Self.daemon, space) }
      guard let held = try? UnixSocket.connect("/run/systemd/journal.\(space)/stdout") else {
        return false
      }
      // Its sockets are there before it reads from them.
      guard (try? Self.journalctl("--namespace=\(space)", "--sync")) != nil else {
        close(held)
        return false
      }
      stage.atEnd { close(held) }
      return true
    }
  }

  /// The entries of tracers, once there are so many.
  public func entries(_ count: Int) async throws -> [JSONValue] {
    var entries: [JSONValue] = []
    var text = ""
    try await eventually("\(count) entries", within: .seconds(60), instead: { text }) {
      text = (try? runNow()) ?? ""
      entries = text.split(separator: "\n").compactMap { try? JSONValue(parsing: Array($0.utf8)) }
      return entries.count >= count
    }
    return entries
  }

  private func runNow() throws -> String {
    try Self.journalctl(
      "--namespace=\(space)", "--output=json", "--all", "--no-pager", "--quiet",
      "SYSLOG_IDENTIFIER=tracee-policy")
  }

  /// Runs journalctl; returns what it prints.
  private static func journalctl(_ arguments: String...) throws -> String {
    let process = Process()
    let pipe = Foundation.Pipe()
    process.executableURL = URL(filePath: "/usr/bin/journalctl")
    process.arguments = arguments
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    try process.run()
    let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw SystemCallFailed("journalctl", EIO) }
    return String(decoding: data, as: UTF8.self)
  }
}
