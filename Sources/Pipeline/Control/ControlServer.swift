// SPDX-License-Identifier: Apache-2.0

import Glibc
import Policy
import System

/// The thread that answers at the tracer's sockets, so that nobody who asks can hold up tracing.
///
/// It keeps a bounded number of connections, reads a bounded head of each within a bounded time, and asks the tracer's
/// thread a bounded number of questions, which that one answers between two batches of records.
public final class ControlServer: Sendable {
  private enum Message: Sendable {
    case answer(ControlQuestion.Answer, to: UInt64)
    case end
  }

  private let listeners: [Listener]
  private let facts: TracerFacts
  private let inbox: Mailbox<Message>
  private let ask: @Sendable (ControlQuestion) -> Void

  /// Connections of all listeners together.
  static let connectionLimit = 48
  /// How long a request may take to come.
  static let patience = Duration.seconds(5)
  /// How long the tracer may take to say how it is.
  static let answerPatience = Duration.seconds(2)
  /// How old an answer may be that everybody gets, lest many who ask keep the tracer busy.
  static let staleness = Duration.milliseconds(250)

  /// Makes a server for sockets that are open.
  ///
  /// - Parameter ask: hands a question to the tracer's thread.
  init(
    _ listeners: [Listener], _ facts: TracerFacts,
    ask: @escaping @Sendable (ControlQuestion) -> Void
  ) throws(SystemError) {
    self.listeners = listeners
    self.facts = facts
    self.ask = ask
    inbox = try Mailbox()
  }

  /// Starts the thread; returns 0 or an error number.
  func start() -> CInt { Threads.detach { self.run() } }

  /// Lets nobody connect any more, and ends the thread.
  func stop() {
    for listener in listeners { listener.remove() }
    inbox.leave(.end)
  }

  private func run() {
    var desk = Desk()
    while true {
      let ready = wait(desk)
      for message in inbox.take() {
        switch message {
        case .end:
          for connection in desk.connections.values { connection.outlive() }
          return
        case .answer(let answer, let number): take(answer, number, &desk)
        }
      }
      for number in desk.connections.keys.sorted() { serve(number, ready, &desk) }
      for listener in listeners where ready.contains(listener.descriptor) {
        while let connection = listener.accept() { admit(connection, listener, &desk) }
      }
    }
  }

  private func wait(_ desk: borrowing Desk) -> Set<Int32> {
    var files = ([inbox.descriptor] + listeners.map(\.descriptor)).map {
      pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
    }
    var soonest: ContinuousClock.Instant?
    for connection in desk.connections.values {
      if let deadline = connection.deadline { soonest = min(soonest ?? deadline, deadline) }
      files.append(
        pollfd(fd: connection.descriptor, events: connection.awaited, revents: 0))
    }
    let left = soonest.map { ContinuousClock.now.duration(to: $0) / .milliseconds(1) }
    let limit = left.map { Int32(max(0, min($0.rounded(.up), 60_000))) } ?? -1
    _ = unsafe poll(&files, nfds_t(files.count), limit)
    return Set(files.filter { $0.revents != 0 }.map(\.fd))
  }

  private func admit(
    _ connection: consuming Descriptor, _ listener: Listener, _ desk: inout Desk
  ) {
    // Whoever has not even asked yet makes room for the next.
    if desk.connections.count >= Self.connectionLimit {
      guard let oldest = desk.connections.filter({ $0.value.isReading }).keys.min() else { return }
      desk.connections[oldest] = nil
    }
    let asker = listener.asker(connection)
    let made = ControlConnection(connection, listener.audience, asker: asker ?? "")
    if asker == nil { made.respond(.forbidden) }
    desk.last += 1
    desk.connections[desk.last] = made
    serve(desk.last, [made.descriptor], &desk)
  }

  /// Does for a connection what can be done now.
  private func serve(_ number: UInt64, _ ready: Set<Int32>, _ desk: inout Desk) {
    guard let connection = desk.connections[number] else { return }
    if ready.contains(connection.descriptor) {
      switch connection.advance() {
      case .nothing: break
      case .request(let request): heed(request, connection, number, &desk)
      case .end:
        desk.connections[number] = nil
        return
      }
    }
    guard let deadline = connection.deadline, deadline <= .now else { return }
    if connection.isAsking {
      desk.isAsking = false
      connection.respond(.late)
    } else {
      desk.connections[number] = nil
    }
  }

  private func heed(
    _ request: ControlRequest, _ connection: ControlConnection, _ number: UInt64,
    _ desk: inout Desk
  ) {
    guard let page = ControlPage(target: request.target),
      connection.audience == .owner || page.isPublic
    else { return connection.respond(.unknown) }
    let isRead = request.method == "GET"
    guard page.changes ? request.method == "POST" : isRead else {
      return connection.respond(.otherMethod)
    }
    let asker = connection.asker
    connection.page = page
    switch page.question {
    case .state:
      if connection.audience == .everybody, let state = desk.state,
        state.moment + Self.staleness > .now
      {
        return connection.respond(page.response(state, facts, &desk.rates))
      }
      connection.awaitAnswer(until: .now + Self.answerPatience)
      // Those who come while it is being asked get the same answer.
      guard connection.audience == .owner || !desk.isAsking else { return }
      if connection.audience == .everybody { desk.isAsking = true }
    case .reload, .stop: connection.awaitAnswer(until: nil)
    }
    let inbox = inbox
    ask(
      ControlQuestion(kind: page.question, by: asker) { answer in
        inbox.leave(.answer(answer, to: number))
      })
  }

  private func take(_ answer: ControlQuestion.Answer, _ number: UInt64, _ desk: inout Desk) {
    if case .state(let state) = answer {
      desk.state = state
      desk.isAsking = false
      for connection in desk.connections.values
      where connection.isAsking && connection.audience == .everybody {
        guard let page = connection.page else { continue }
        connection.respond(page.response(state, facts, &desk.rates))
      }
    }
    guard let connection = desk.connections[number], connection.isAsking,
      let page = connection.page
    else { return }
    switch answer {
    case .state(let state): connection.respond(page.response(state, facts, &desk.rates))
    case .reloaded(let record, let digest, let condition):
      connection.respond(page.response(record, digest, condition))
    case .stopping:
      // The connection ends when the process does, which is what `ctl stop` waits for.
      connection.respond(.json(["stopping": true]), andStay: true)
      _ = connection.advance()
    }
  }

  /// Who is being served.
  private struct Desk: ~Copyable {
    var connections: [UInt64: ControlConnection] = [:]
    var last: UInt64 = 0
    /// What the tracer answered last.
    var state: TracerState?
    /// Whether it is being asked for everybody.
    var isAsking = false
    var rates = Rates()
  }
}
