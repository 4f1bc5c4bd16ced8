// SPDX-License-Identifier: Apache-2.0

public import Glibc
import Synchronization

/// The tracer that was built, running, with all its events.
public final class Tracer: Sendable {
  /// The process, for its id and for signals.
  public let process: ChildProcess
  /// Where its policies are, when a test wrote them there.
  public let folder: String?
  private let read = Mutex<[TracedEvent]>([])

  /// The binary, beside the bundle of the tests.
  public static let path: String = {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    let length = readlink("/proc/self/exe", &buffer, buffer.count)
    let bundle = String(decoding: buffer.prefix(max(0, length)).map(UInt8.init), as: UTF8.self)
    return bundle.prefix(upTo: bundle.lastIndex(of: "/") ?? bundle.startIndex) + "/tracee-policy"
  }()

  /// Starts it with these arguments and waits until it traces.
  init(_ arguments: [String], folder: String?) async throws {
    self.folder = folder
    process = try ChildProcess([Tracer.path] + arguments)
    try await eventually("start of the tracer", instead: { self.process.errorText }) {
      if let ending = process.ending {
        throw TracerEnded("before it was ready: \(ending)\n\(process.errorText)")
      }
      return readyLine != nil
    }
  }

  /// The line that says that tracing has begun.
  public var readyLine: String? {
    process.errorText.split(separator: "\n").map(String.init)
      .first { $0.hasPrefix("tracee-policy: ready: ") }
  }

  /// The events so far.
  ///
  /// Throws when one is not as it should be.
  public func events() throws -> [TracedEvent] {
    try read.withLock { events in
      for line in process.outputLines(after: events.count) {
        events.append(try TracedEvent(line: line))
      }
      return events
    }
  }

  /// Waits for an event.
  @discardableResult
  public func event(
    _ awaited: String, within limit: Duration = .seconds(20),
    where isIt: (TracedEvent) -> Bool
  ) async throws -> TracedEvent {
    var found: TracedEvent?
    let instead = { ((try? self.events()) ?? []).map(\.summary).joined(separator: "\n") }
    try await eventually("event: \(awaited)", within: limit, instead: instead) {
      found = try events().first(where: isIt)
      return found != nil
    }
    guard let found else { throw TracerEnded("without an event: \(awaited)") }
    return found
  }

  /// Makes it read its policies again, and gives the line in which it says what came of that.
  public func reload(within limit: Duration = .seconds(20)) async throws -> String {
    let before = process.errorLines().count
    process.send(SIGHUP)
    return try await reloadLine(after: before, within: limit)
  }

  /// Waits for the first line after the first `count` that says what came of reading the policies again.
  public func reloadLine(
    after count: Int, within limit: Duration = .seconds(20)
  ) async throws -> String {
    var found: String?
    try await eventually("word of a reload", within: limit, instead: { self.process.errorText }) {
      if let ending = process.ending {
        throw TracerEnded("during a reload: \(ending)\n\(process.errorText)")
      }
      found = process.errorLines(after: count).first {
        $0.hasPrefix("tracee-policy: reloaded: ") || $0.hasPrefix("tracee-policy: not reloaded")
      }
      return found != nil
    }
    return String((found ?? "").dropFirst("tracee-policy: ".count))
  }

  /// Ends it with a signal that it heeds, and gives all that it has found.
  ///
  /// Throws when it does not exit with 0, an event is malformed, or its ledger does not balance.
  public func stop(_ signal: CInt = SIGINT) async throws -> Trace {
    process.send(signal)
    let ending = try await process.end()
    let errors = process.errorText
    guard ending == .exited(0) else { throw TracerEnded("with \(ending)\n\(errors)") }
    let trace = Trace(
      events: try events().filter { !$0.isGap }, ledger: try Ledger(parsing: errors),
      errors: errors)
    try trace.ledger.check(events: trace.events.count)
    return trace
  }
}

/// What a tracer found between its start and its end.
public struct Trace: Sendable {
  /// All events in the order of their lines.
  public let events: [TracedEvent]
  /// Its account of the packets.
  public let ledger: Ledger
  /// All of its standard error.
  public let errors: String

  /// One line for each event, for a failed test.
  public var summary: String { events.map(\.summary).joined(separator: "\n") }
}

/// A tracer that ended otherwise than it should.
public struct TracerEnded: Error, CustomStringConvertible {
  /// How, and what it said.
  public let description: String

  init(_ how: String) {
    description = "the tracer ended \(how)"
  }
}
