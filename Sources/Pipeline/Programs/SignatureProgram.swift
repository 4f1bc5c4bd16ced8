// SPDX-License-Identifier: Apache-2.0

import CSystem
import Glibc
public import Policy
public import System

/// A program that finds, in a process of its own: it reads events from its standard input, and writes findings.
///
/// It is started by a process that does nothing else, as another user and without privileges (`nursery.c`), and
/// again after it has ended, later each time. Nothing here waits for it but its start and, in a replay, its reading.
/// Source: `docs/signatures.md`.
public final class SignatureProgram: ProgramFeed {
  /// The signatures that it says it has.
  public let signatures: ProgramSignatures

  private let control: Descriptor
  private let writer: JSONWriter
  private var pipes: Pipes?
  private var state: State
  /// What it said first, which it must say again when it is started again.
  private let firstLine: [UInt8]
  /// Whether events wait for it instead of being lost; then it takes as long as it takes.
  private let waits: Bool

  private var pending = LineBuffer()
  /// How much of ``pending`` was written.
  private var written = 0
  private var lastProgress = ContinuousClock.now
  private var lines = ProgramLines()
  private var claims: [ProgramClaim] = []
  private var prefixes: [Use: Prefix] = [:]
  private var notices: [String] = []
  /// Events that it had not read when it ended, since that was last asked for.
  private var ending: UInt64?
  private var toldLost: UInt64 = 0
  private var delay = Duration.seconds(1)

  /// What became of its events.
  public private(set) var account: ProgramAccount

  private enum State {
    /// It has not said yet what it is.
    case starting(until: ContinuousClock.Instant)
    case running(since: ContinuousClock.Instant)
    case resting(until: ContinuousClock.Instant)
    /// It is not started again.
    case stopped
  }

  private final class Pipes {
    /// What is written here it reads; -1 once that has ended.
    private(set) var input: Int32
    let output: Int32

    init(input: Int32, output: Int32) {
      self.input = input
      self.output = output
    }

    deinit {
      endInput()
      close(output)
    }

    func endInput() {
      if input >= 0 { close(input) }
      input = -1
    }
  }

  private struct Use: Hashable {
    var event: EventKind
    var uses: [String]
  }

  private struct Prefix {
    var bytes: [UInt8]
    var label: EventLabel
  }

  /// How long it may take to say what it is.
  private static let startPatience = Duration.seconds(5)
  /// How long it may read nothing while events wait for it.
  private static let readPatience = Duration.seconds(30)
  /// How long it may take at the end.
  private static let endPatience = Duration.seconds(10)
  /// The longest time before it is started again.
  private static let longestDelay = Duration.seconds(60)
  /// The most bytes that wait for it.
  private static let pendingLimit = 4 << 20
  /// The most bytes that are read of it at once.
  private static let readLimit = 1 << 18

  /// Starts a program, and reads what it says of its signatures.
  ///
  /// For a process with one thread.
  ///
  /// - Parameters:
  ///   - path: the program; it is executed without arguments.
  ///   - user: the name of the user that it runs as, if this process may choose.
  ///   - clock: tells the times of events.
  ///   - waits: whether events wait for it instead of being lost when it reads too slowly.
  public init(
    starting path: String, as user: String = "nobody", clock: BootClock, waits: Bool = false
  ) throws(ProgramError) {
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
    control = Descriptor(owning: number)
    let deadline = ContinuousClock.now + Self.startPatience
    var lines = ProgramLines()
    let pipes = try Self.firstPipes(control, path, until: deadline)
    let line = try Self.firstLine(pipes.output, &lines, path, until: deadline)
    firstLine = line
    self.pipes = pipes
    self.lines = lines
    self.waits = waits
    signatures = ProgramSignatures(line: line, ofProgram: path)
    writer = JSONWriter(clock: clock)
    state = .running(since: .now)
    account = ProgramAccount(program: path, starts: 1)
    super.init(path: path)
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

  private static func wait(
    for descriptor: Int32, _ events: Int32 = POLLIN, until deadline: ContinuousClock.Instant
  ) {
    var file = pollfd(fd: descriptor, events: Int16(events), revents: 0)
    _ = unsafe poll(&file, 1, milliseconds(until: deadline))
  }

  private static func firstPipes(
    _ control: borrowing Descriptor, _ path: String, until deadline: ContinuousClock.Instant
  ) throws(ProgramError) -> Pipes {
    order("s", control)
    while ContinuousClock.now < deadline {
      wait(for: control.number, until: deadline)
      var child = tp_child()
      switch unsafe tp_next_child(control.number, &child) {
      case 0: continue
      case 1 where child.kind == TP_CHILD_STARTED.rawValue:
        return Pipes(input: child.input, output: child.output)
      case 1 where child.kind == TP_CHILD_REFUSED.rawValue:
        throw ProgramError(path, "cannot be started: \(SystemError.reason(child.number))")
      default: throw ProgramError(path, "cannot be started: its user may not run anything")
      }
    }
    throw ProgramError(path, "did not start within \(startPatience)")
  }

  private static func firstLine(
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

  private static func order(_ letter: Character, _ control: borrowing Descriptor) {
    var byte = letter.asciiValue ?? 0
    _ = unsafe send(control.number, &byte, 1, Int32(MSG_NOSIGNAL))
  }

  // MARK: events

  override var hasMissed: Bool { account.lost > 0 || account.starts > 1 }

  override func give(
    _ packet: borrowing DecodedPacket, _ event: EventKind,
    _ uses: [(signature: String, policy: String)]
  ) -> Bool {
    guard case .running = state else {
      account.lost += 1
      return false
    }
    if pending.count - written >= Self.pendingLimit {
      flush()
      if waits { awaitRoom() }
      guard pending.count - written < Self.pendingLimit else {
        account.lost += 1
        return false
      }
    }
    if account.lost > toldLost {
      pending.append("{\"lost\":")
      pending.append(decimal: account.lost - toldLost)
      pending.append("}\n")
      toldLost = account.lost
    }
    let prefix = self.prefix(event, uses)
    pending.append("{\"number\":")
    pending.append(decimal: next)
    pending.append(prefix.bytes)
    writer.append(prefix.label, of: packet, to: &pending)
    // In place of the end of the event's line.
    pending.truncate(to: pending.count - 1)
    pending.append("}\n")
    account.given += 1
    if pending.count - written >= 1 << 16 { flush() }
    return true
  }

  /// What stands before the event in a line, and its label.
  private func prefix(_ event: EventKind, _ uses: [(signature: String, policy: String)]) -> Prefix {
    let use = Use(event: event, uses: uses.flatMap { [$0.signature, $0.policy] })
    if let known = prefixes[use] { return known }
    var policies: [String] = []
    for use in uses where !policies.contains(use.policy) { policies.append(use.policy) }
    var line = LineBuffer(capacity: 256)
    line.append(",\"for\":[")
    for (index, use) in uses.enumerated() {
      line.append(index == 0 ? "{\"signature\":" : ",{\"signature\":")
      line.append(jsonText: Array(use.signature.utf8))
      line.append(",\"policy\":")
      line.append(jsonText: Array(use.policy.utf8))
      line.append("}")
    }
    line.append("],\"event\":")
    let prefix = Prefix(bytes: line.copy, label: EventLabel(event, policies: policies))
    if prefixes.count > 1000 { prefixes.removeAll() }
    prefixes[use] = prefix
    return prefix
  }

  /// Waits until it has read what waits for it; one that reads nothing for long is ended.
  private func awaitRoom() {
    while pending.count - written >= Self.pendingLimit / 2, let input = pipes?.input {
      Self.wait(for: input, POLLOUT, until: .now + .milliseconds(100))
      readClaims()
      flush()
      if isStalled { return kill() }
      takeMessages()
    }
  }

  private func flush() {
    guard let input = pipes?.input else { return }
    while written < pending.count {
      let count = pending.write(from: written, to: input)
      guard count > 0 else { break }
      written += count
      lastProgress = .now
    }
    if written == pending.count {
      pending.truncate(to: 0)
      written = 0
      lastProgress = .now
    } else if written > Self.pendingLimit {
      // What was written is forgotten now and then, so that the buffer stays small.
      var rest = LineBuffer(capacity: pending.count - written)
      rest.append(pending.bytes.extracting(droppingFirst: written))
      pending = rest
      written = 0
    }
  }

  private var isStalled: Bool {
    written < pending.count && lastProgress.duration(to: .now) > Self.readPatience
  }

  private func kill() {
    notices.append(
      "the signature program \(path) has read nothing for \(Self.readPatience): ending it")
    lastProgress = .now
    Self.order("k", control)
  }

  // MARK: findings

  override func nextClaim() -> ProgramClaim? { claims.isEmpty ? nil : claims.removeFirst() }

  override func refuse() { account.refused += 1 }

  override func accept() { account.findings += 1 }

  private func readClaims() {
    guard case .running = state, let output = pipes?.output else { return }
    _ = lines.read(from: output, limit: Self.readLimit)
    takeLines()
  }

  private func takeLines() {
    while let line = lines.next() {
      if line.isEmpty { continue }
      if let claim = ProgramClaim(line: line) {
        claims.append(claim)
      } else {
        noteGarbage(line)
      }
    }
    account.refused += lines.takeSkipped()
  }

  private func noteGarbage(_ line: [UInt8]) {
    account.refused += 1
    guard account.refused == 1 else { return }
    let shown = String(decoding: line.prefix(60), as: UTF8.self)
    notices.append("the signature program \(path) said what is no finding: \(shown)")
  }

  // MARK: life

  /// What becomes readable when it has something to say.
  var descriptors: [Int32] { [control.number] + (pipes.map { [$0.output] } ?? []) }

  /// How long until it should be served although it says nothing; nil for as long as it takes.
  var wait: Duration? {
    switch state {
    case .starting(let deadline), .resting(let deadline):
      max(.zero, ContinuousClock.now.duration(to: deadline))
    case .running: written < pending.count ? .milliseconds(10) : nil
    case .stopped: nil
    }
  }

  /// Takes what there is to say about it, as sentences, since the last time.
  func takeNotices() -> [String] {
    defer { notices = [] }
    return notices
  }

  /// Takes the number of events that it had not read when it ended; nil when it has not ended since the last time.
  func takeEnding() -> UInt64? {
    defer { ending = nil }
    return ending
  }

  /// Does what is to be done: nothing of it waits.
  func serve() {
    takeMessages()
    readClaims()
    flush()
    if isStalled { kill() }
    switch state {
    case .starting(let deadline):
      meet()
      if case .starting = state, deadline <= .now {
        notices.append("the signature program \(path) does not say which signatures it has")
        Self.order("k", control)
        state = .starting(until: .now + Self.startPatience)
      }
    case .resting(let deadline) where deadline <= .now:
      state = .starting(until: .now + Self.startPatience)
      Self.order("s", control)
    default: break
    }
  }

  /// Reads the first line of one that was started again.
  private func meet() {
    guard let output = pipes?.output else { return }
    lines.limit = ProgramSignatures.limit
    _ = lines.read(from: output, limit: Self.readLimit)
    guard let line = lines.next() else { return }
    lines.limit = ProgramLines.lineLimit
    if line == firstLine {
      state = .running(since: .now)
    } else {
      notices.append(
        "the signature program \(path) has other signatures now: start the tracer again")
      state = .stopped
      Self.order("k", control)
    }
  }

  private func takeMessages() {
    var child = tp_child()
    while true {
      switch unsafe tp_next_child(control.number, &child) {
      case 0: return
      case 1 where child.kind == TP_CHILD_STARTED.rawValue:
        pipes = Pipes(input: child.input, output: child.output)
        lines = ProgramLines()
        account.starts += 1
      case 1 where child.kind == TP_CHILD_ENDED.rawValue: end(child.number)
      case 1: rest("cannot be started: \(SystemError.reason(child.number))")
      default:
        if case .stopped = state { return }
        notices.append("the signature program \(path) cannot be started again")
        state = .stopped
        return
      }
    }
  }

  private func end(_ status: Int32) {
    if case .running(let since) = state {
      // What it said last counts.
      if let output = pipes?.output {
        _ = lines.read(from: output, limit: Self.readLimit)
        takeLines()
      }
      if since.duration(to: .now) > Self.longestDelay { delay = .seconds(1) }
    }
    let unread = pending.bytes.extracting(droppingFirst: written).lineCount
    account.given -= min(account.given, unread)
    account.lost += unread
    pending.truncate(to: 0)
    written = 0
    pipes = nil
    if case .stopped = state { return }
    ending = (ending ?? 0) + unread
    let signal = status & 0x7f
    rest(signal == 0 ? "ended with \(status >> 8 & 0xff)" : "was ended by signal \(signal)")
  }

  private func rest(_ what: String) {
    notices.append(
      "the signature program \(path) \(what): what it remembered is gone; starting it again in \(delay.shown)"
    )
    state = .resting(until: .now + delay)
    delay = min(delay * 2, Self.longestDelay)
  }

  /// Gives it the end of its input, and takes what it says until it ends.
  ///
  /// - Parameter take: takes the findings that it claims.
  func finish(_ take: () -> Void) {
    // Also what it said before it ended by itself.
    defer { take() }
    let deadline = ContinuousClock.now + Self.endPatience
    while case .running = state, written < pending.count, ContinuousClock.now < deadline,
      let input = pipes?.input
    {
      Self.wait(for: input, POLLOUT, until: min(deadline, .now + .milliseconds(100)))
      readClaims()
      take()
      flush()
      takeMessages()
    }
    guard case .running = state else { return }
    if written < pending.count {
      let unread = pending.bytes.extracting(droppingFirst: written).lineCount
      account.given -= min(account.given, unread)
      account.lost += unread
    }
    pipes?.endInput()
    while ContinuousClock.now < deadline, let output = pipes?.output {
      Self.wait(for: output, until: deadline)
      let outcome = lines.read(from: output, limit: Self.readLimit)
      takeLines()
      take()
      if outcome == .ended { break }
    }
    state = .stopped
  }

  /// Ends it, and what started it.
  func stop() {
    state = .stopped
    pipes = nil
    Self.order("k", control)
    shutdown(control.number, Int32(SHUT_RDWR))
  }
}

/// Why a program of signatures is not there: a sentence.
public struct ProgramError: Error, CustomStringConvertible {
  /// The sentence.
  public let description: String

  init(_ path: String, _ what: String) { description = "the signature program \(path) \(what)" }
}

extension LineBuffer {
  /// Writes what follows the first bytes to a descriptor: the number of bytes written, -1 with errno for none.
  fileprivate func write(from offset: Int, to descriptor: Int32) -> Int {
    unsafe bytes.extracting(droppingFirst: offset).withUnsafeBytes {
      unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
    }
  }
}

extension RawSpan {
  /// The line breaks.
  fileprivate var lineCount: UInt64 {
    var count: UInt64 = 0
    for offset in 0..<byteCount where byte(offset) == 10 { count += 1 }
    return count
  }
}

extension Duration {
  fileprivate var shown: String { "\(components.seconds) s" }
}
