// SPDX-License-Identifier: Apache-2.0

import Glibc
import System

/// Tells systemd how the service is, and that it is still alive.
///
/// It must be made before the tracer closes its doors: the socket is connected once, and messages are dropped rather than
/// waited for. Source: sd_notify(3).
public final class ServiceNotifier {
  private let socket: Descriptor
  /// How long systemd waits for a sign of life before it restarts the service; nil when it does not.
  private let patience: Duration?
  private var lastBeat = ContinuousClock.now

  /// Connects to the socket that the environment names; nil without one, or when nobody listens there.
  public init?() {
    guard let path = Environment["NOTIFY_SOCKET"] else { return nil }
    guard let connected = UnixAddress(path)?.connect(.datagrams) else { return nil }
    socket = connected
    patience = Self.watchdog(
      microseconds: Environment["WATCHDOG_USEC"], process: Environment["WATCHDOG_PID"])
  }

  /// How long systemd waits, by the variables that it sets; nil when they are meant for another process.
  static func watchdog(microseconds: String?, process: String?) -> Duration? {
    guard let microseconds = microseconds.flatMap(Int64.init), microseconds > 0 else { return nil }
    if let process, process != "\(getpid())" { return nil }
    return .microseconds(microseconds)
  }

  /// Reports that tracing has begun, or that it goes on after a reload.
  func ready(_ status: String) { send("READY=1\n" + Self.status(status)) }

  /// Reports that policies are being read again.
  func reloading() {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    let microseconds = Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
    send("RELOADING=1\nMONOTONIC_USEC=\(microseconds)")
  }

  /// Reports that the service ends.
  func stopping() { send("STOPPING=1") }

  /// How long until the next sign of life is due; nil when nobody waits for one.
  var wait: Duration? {
    patience.map { max(.zero, ContinuousClock.now.duration(to: lastBeat + $0 / 3)) }
  }

  /// Gives a sign of life when it is due.
  func beat() {
    guard let wait, wait == .zero else { return }
    lastBeat = .now
    send("WATCHDOG=1")
  }

  private func send(_ text: String) {
    let bytes = Array(text.utf8)
    _ = unsafe Glibc.send(
      socket.number, bytes, bytes.count, Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL))
  }

  /// One line, whatever names of files are in it.
  private static func status(_ text: String) -> String {
    "STATUS=" + text.split(whereSeparator: \.isNewline).joined(separator: " ").prefix(1000)
  }
}

/// The environment of this process.
enum Environment {
  static subscript(name: String) -> String? {
    unsafe getenv(name).map { unsafe String(cString: $0) }
  }
}
