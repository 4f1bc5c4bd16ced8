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
  private var input: ProgramInput
  private var pipes: ProgramPipes?
  private var state: State
  /// What it said first, which it must say again when it is started again.
  private let firstLine: [UInt8]
  /// Whether events wait for it instead of being lost; then it takes as long as it takes.
  private let waits: Bool

  private var output = ProgramOutput()
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

  /// How long it may read nothing while events wait for it.
  var readPatience = Duration.seconds(30)

  /// How long it may take to say what it is.
  static let startPatience = Duration.seconds(5)
  /// How long it may take at the end.
  private static let endPatience = Duration.seconds(10)
  /// The longest time before it is started again.
  private static let longestDelay = Duration.seconds(60)
  /// The most bytes that are read of it at once.
  static let readLimit = 1 << 18

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
    control = try Self.nursery(path, as: user)
    let deadline = ContinuousClock.now + Self.startPatience
    let pipes = try Self.firstPipes(control, path, until: deadline)
    firstLine = try Self.firstLine(pipes.output, &output.lines, path, until: deadline)
    self.pipes = pipes
    self.waits = waits
    signatures = ProgramSignatures(line: firstLine, ofProgram: path)
    input = ProgramInput(signatures.encoding, clock: clock)
    state = .running(since: .now)
    account = ProgramAccount(program: path, starts: 1)
    super.init(path: path)
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
    if input.waiting >= ProgramInput.limit {
      flush()
      if waits { awaitRoom() }
      guard input.waiting < ProgramInput.limit else {
        account.lost += 1
        return false
      }
    }
    if account.lost > toldLost {
      input.append(lost: account.lost - toldLost)
      toldLost = account.lost
    }
    input.append(packet, event, number: next, uses)
    account.given += 1
    if input.waiting >= ProgramInput.writtenAtOnce { flush() }
    return true
  }

  /// Waits until it has read what waits for it; one that reads nothing for long is ended.
  private func awaitRoom() {
    while input.waiting >= ProgramInput.limit / 2, let pipe = pipes?.input {
      Self.wait(for: pipe, POLLOUT, until: .now + .milliseconds(100))
      readClaims()
      flush()
      if isStalled { return kill() }
      takeMessages()
    }
  }

  private func flush() {
    if let pipe = pipes?.input { input.write(to: pipe) }
  }

  private var isStalled: Bool { input.isStalled(for: readPatience) }

  private func kill() {
    notices.append(
      "the signature program \(path) has read nothing for \(readPatience): ending it")
    input.restartPatience()
    Self.order("k", control)
  }

  // MARK: findings

  override func nextClaim() -> ProgramClaim? { output.nextClaim() }

  override func refuse() { account.refused += 1 }

  override func accept() { account.findings += 1 }

  /// Reads what it has written, up to a limit.
  @discardableResult
  private func readClaims() -> ProgramLines.Outcome {
    guard case .running = state, let pipe = pipes?.output else { return .ended }
    let (outcome, refused) = output.read(from: pipe, limit: Self.readLimit)
    account.refused += refused
    if let garbage = output.takeGarbage() {
      notices.append("the signature program \(path) said what is no finding: \(garbage)")
    }
    return outcome
  }

  // MARK: life

  /// What becomes readable when it has something to say.
  var descriptors: [Int32] { [control.number] + (pipes.map { [$0.output] } ?? []) }

  /// How long until it should be served although it says nothing; nil for as long as it takes.
  var wait: Duration? {
    switch state {
    case .starting(let deadline), .resting(let deadline):
      max(.zero, ContinuousClock.now.duration(to: deadline))
    case .running: input.waiting > 0 ? .milliseconds(10) : nil
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
    guard let pipe = pipes?.output else { return }
    output.lines.limit = ProgramSignatures.limit
    _ = output.lines.read(from: pipe, limit: Self.readLimit)
    guard let line = output.lines.next() else { return }
    output.lines.limit = ProgramLines.lineLimit
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
        pipes = ProgramPipes(input: child.input, output: child.output)
        output.lines = ProgramLines()
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
      readClaims()
      if since.duration(to: .now) > Self.longestDelay { delay = .seconds(1) }
    }
    let unread = input.unread
    loseUnread()
    input.removeAll()
    pipes = nil
    if case .stopped = state { return }
    ending = (ending ?? 0) + unread
    let signal = status & 0x7f
    rest(signal == 0 ? "ended with \(status >> 8 & 0xff)" : "was ended by signal \(signal)")
  }

  /// Counts what it has not read as lost.
  private func loseUnread() {
    account.given -= min(account.given, input.unread)
    account.lost += input.unread
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
    while case .running = state, input.waiting > 0, ContinuousClock.now < deadline,
      let pipe = pipes?.input
    {
      Self.wait(for: pipe, POLLOUT, until: min(deadline, .now + .milliseconds(100)))
      readClaims()
      take()
      flush()
      takeMessages()
    }
    guard case .running = state else { return }
    loseUnread()
    pipes?.endInput()
    while ContinuousClock.now < deadline, let pipe = pipes?.output {
      Self.wait(for: pipe, until: deadline)
      let outcome = readClaims()
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

extension Duration {
  fileprivate var shown: String { "\(components.seconds) s" }
}
