// SPDX-License-Identifier: Apache-2.0

/// Puts together messages of TCP that are in several segments.
///
/// It works on one way of a connection at a time, from whatever segments were seen, in bounded memory:
/// - A byte counts as it came first; what comes again is ignored.
/// - Bytes that come before their time wait, up to ``Limits/held`` of them and ``Limits/patience``; then what is missing
///   is given up, and with it the message that it belongs to. Bytes that surely are whole messages do not wait, and are only
///   remembered: of HTTP only a head alone, in a connection that was not seen from its beginning. Where bytes surely begin a message,
///   the way may go on from there, and what was awaited is put together beside it. Bodies of HTTP do not wait.
/// - A connection may be older than the first segment that is seen: that one is taken to begin a message if it looks like one.
/// - Heads of HTTP are where bodies end. Where that is not known, they are where segments begin, and counted.
/// - A message that is whole in its segment is lent as it is, without a copy.
final class Streams {
  /// How much is kept.
  struct Limits {
    /// Ways of connections, a power of two.
    var flows = 1 << 14
    /// Ways whose bytes wait.
    var backlogs = 1 << 12
    /// Bytes that wait, of all ways.
    var bytes = 16 << 20
    /// Bytes of one way that wait before their time.
    var held = 1 << 16
    /// How long bytes wait for others, in ns.
    var patience: UInt64 = 5_000_000_000
  }

  /// What was counted.
  var counts = StreamCounts()

  /// What was counted, and what waits.
  var account: StreamCounts {
    var account = counts
    account.waiting = UInt64(backlogs.count { $0.count > 0 })
    return account
  }

  /// What is behind the head that is given away, when whoever gets it knows; else that is read anew.
  var framing: HTTPFraming?

  /// Is told where a direction is that the kernel side has lost.
  var found: ((StreamPosition) -> Void)?

  let limits: Limits
  /// Whether only those segments of HTTP come that begin heads or go on with them: what is between heads never comes.
  let isSparse: Bool
  let table: StreamTable
  var backlogs: [StreamBacklog] = []
  var free: [Int] = []
  var waiting = 0
  /// When bytes that had waited too long were looked for last, in ns.
  var swept: UInt64 = 0

  /// Sequence numbers that are farther away than this belong to something else.
  private static let window = 1 << 20
  /// Bytes of HTTP that come again, or late, are no farther back than this.
  private static let passed = 1 << 24

  /// Makes one that knows of nothing; it allocates when the first segment comes.
  init(_ limits: Limits = Limits(), isSparse: Bool = false) {
    self.limits = limits
    self.isSparse = isSparse
    table = StreamTable(places: limits.flows)
  }

  /// Takes a segment, and gives `body` each message that it completes, and what is known of one that is too long.
  ///
  /// - Parameters:
  ///   - payload: its bytes as far as they are there, which are read only during the call.
  ///   - body: it must not come back here.
  func feed(
    _ segment: StreamSegment, _ payload: RawSpan, _ framing: StreamFraming,
    _ body: (RawSpan) -> Void
  ) {
    expire(before: segment.time)
    let isReset = segment.flags.contains(.rst)
    let ending = segment.flags.contains(.fin) || isReset
    let isSyn = segment.flags.contains(.syn)
    guard payload.byteCount + segment.missing > 0 || isSyn || ending else { return }
    let start = segment.sequence &+ (isSyn ? 1 : 0)
    let end = start &+ UInt32(truncatingIfNeeded: payload.byteCount + segment.missing)
    if !isSyn, start == end || isReset {
      // An end that overtakes what is before it says nothing of that, and a reset elsewhere is none.
      if let place = table.find(segment.key), table[place]?.next == start { finish(place) }
      return
    }
    var place = place(of: segment, start: start, framing)
    if framing == .dns, segment.ahead > 0, let flow = table[place], flow.backlog < 0 {
      table.change(place) { $0.next = start &- segment.ahead }
    }
    var payload = payload
    if let begin = table[place]?.begin, Int32(bitPattern: start &- begin) < 0 {
      guard let behind = table.find(segment.key.behind) else { return }
      payload = payload.extracting(first: Int(begin &- start))
      place = behind
      table.change(place) { $0.time = segment.time }
    }
    if framing == .http {
      approach(place, segment, start: start, count: payload.byteCount + segment.missing)
    }
    while !add(payload, segment, start: start, framing, to: place, body) {
      giveUp(place, framing, body)
    }
    drain(place, framing, body)
    if segment.missing > 0, let flow = table[place],
      flow.next == start &+ UInt32(truncatingIfNeeded: payload.byteCount)
    {
      skip(to: flow.next &+ UInt32(truncatingIfNeeded: segment.missing), framing, place)
    }
    if ending, table[place]?.next == end { finish(place) }
    if let followed = segment.followed, followed.isLost, let found,
      let position = position(of: segment.key, followed)
    {
      found(position)
    }
  }

  /// Forgets what waits of a way that has come to its end.
  private func finish(_ place: Int) {
    abandon(place, \.unfinished)
    table.change(place) { $0.hasEnded = true }
  }

  /// The place of a segment's way, which from then on is known.
  private func place(of segment: StreamSegment, start: UInt32, _ framing: StreamFraming) -> Int {
    if let place = table.find(segment.key), let flow = table[place] {
      if isOther(segment, start: start, than: flow, framing) {
        abandon(place, \.unfinished)
        table[place] = newFlow(of: segment, start: start)
      } else {
        table.change(place) { $0.time = segment.time }
      }
      return place
    }
    let place = table.room(for: segment.key)
    abandon(place, \.crowdedOut)
    table[place] = newFlow(of: segment, start: start)
    return place
  }

  /// Whether a segment is of another connection than the one that had its way before.
  private func isOther(
    _ segment: StreamSegment, start: UInt32, than flow: StreamFlow, _ framing: StreamFraming
  ) -> Bool {
    if let followed = segment.followed, flow.connection != 0 {
      return followed.connection != flow.connection
    }
    let distance = Int(Int32(bitPattern: start &- flow.next))
    let isSyn = segment.flags.contains(.syn)
    if isSyn, distance > 0 || flow.hasEnded { return true }
    // A body that was passed over can be longer than what is on its way, and what was awaited in it can still come.
    if framing == .http, !isSyn {
      return distance > 0
        ? distance > Self.window && !flow.http.holds(UInt64(distance)) : -distance > Self.passed
    }
    return distance.magnitude > Self.window
  }

  /// What is known of a way whose first segment this is.
  private func newFlow(of segment: StreamSegment, start: UInt32) -> StreamFlow {
    let isWhole =
      segment.followed.map { $0.head != nil && !$0.isGuessed }
      ?? (isSparse || segment.flags.contains(.syn))
    var flow = StreamFlow(
      key: segment.key, next: start &- segment.ahead, isAligned: segment.flags.contains(.syn),
      time: segment.time)
    // Where a head begins the kernel side says; see `adopt`.
    if !isWhole || segment.followed != nil { flow.http.enter(.unknown) }
    flow.questions = HTTPQuestions(isComplete: isWhole)
    return flow
  }

  /// Goes on at a place without the bytes before it.
  func skip(to start: UInt32, _ framing: StreamFraming, _ place: Int) {
    if framing == .http { return goOn(place, to: start) }
    abandon(place, \.unfinished)
    table.change(place) { $0.next = start }
  }

  /// Looks at bytes, or holds them; false when what is missing before them must be given up first.
  private func add(
    _ payload: RawSpan, _ segment: StreamSegment, start: UInt32, _ framing: StreamFraming,
    to place: Int, _ body: (RawSpan) -> Void
  ) -> Bool {
    guard let flow = table[place] else { return true }
    let distance = Int(Int32(bitPattern: start &- flow.next))
    if distance <= 0 {
      if distance + payload.byteCount > 0 {
        advance(
          place, payload.extracting(droppingFirst: -distance), framing, segment.followed, body)
      }
      return true
    }
    // Of a connection that was not seen from its beginning perhaps more was left out, as filters of captures do.
    let begins =
      framing == .http
      ? !isSparse && !flow.questions.isComplete && HTTPBeginning(payload).isTold
      : framing.surelyBegins(payload)
    if begins, canJump(flow, at: segment.time) {
      jump(place, to: start)
      advance(place, payload, framing, segment.followed, body)
      return true
    }
    guard payload.byteCount <= limits.held else {
      skip(to: start, framing, place)
      advance(place, payload, framing, segment.followed, body)
      return true
    }
    guard let index = backlog(of: place) else { return true }
    let isFull =
      backlogs[index].pieces.count >= StreamBacklog.pieceLimit
      || backlogs[index].held.count + payload.byteCount > limits.held
    let isOld = segment.time.isLater(than: backlogs[index].time, by: limits.patience / 4)
    if isFull || isOld && backlogs[index].count > 0 { return false }
    let isWhole =
      framing == .http ? begins && framing.isOneHead(payload) : framing.surelyIsWhole(payload)
    if isWhole, backlogs[index].pass(payload.byteCount, sequence: start, next: flow.next) {
      if framing == .http { counts.guessed += 1 }
      var isAligned = false
      _ = cut(payload, scanned: 0, &isAligned, framing, body)
      return true
    }
    makeRoom(payload.byteCount, beside: index)
    let before = backlogs[index].count
    backlogs[index].hold(payload, sequence: start, next: flow.next)
    waiting += backlogs[index].count - before
    return true
  }

  /// Whether a way can go on without the bytes that it awaits: nothing waits for them, and it did not do so lately.
  private func canJump(_ flow: StreamFlow, at time: UInt64) -> Bool {
    guard flow.backlog < 0, !flow.key.isBehind else { return false }
    guard flow.begin != nil, let place = table.find(flow.key.behind), let other = table[place]
    else { return true }
    return other.next == flow.begin || time.isLater(than: other.time, by: limits.patience)
  }

  private func jump(_ place: Int, to start: UInt32) {
    guard let flow = table[place] else { return }
    var behind = flow
    behind.key = flow.key.behind
    behind.begin = nil
    let room = table.find(behind.key) ?? table.room(for: behind.key, but: place)
    abandon(room, table[room]?.key == behind.key ? \.unfinished : \.crowdedOut)
    table[room] = behind
    table.change(place) { $0.begin = start }
    table.change(place) { $0.next = start }
    table.change(place) { $0.isAligned = false }
    table.change(place) { $0.http.enter(.unknown) }
  }

  /// Looks at the bytes that come next.
  func advance(
    _ place: Int, _ chunk: RawSpan, _ framing: StreamFraming, _ followed: FollowedSegment?,
    _ body: (RawSpan) -> Void
  ) {
    if framing == .http { return follow(place, chunk, followed, body) }
    var isAligned = table[place]?.isAligned ?? false
    defer { table.change(place) { $0.isAligned = isAligned } }
    look(place, chunk) { bytes, scanned, begun in
      let before = counts.messages
      let rest = cut(bytes, scanned: scanned, &isAligned, framing, body)
      if begun > 0, counts.messages > before { counts.assembled += 1 }
      return rest
    }
  }

  /// Puts the bytes that come next behind those of a message that waits for its end, and keeps what is left of them.
  ///
  /// - Parameter read: gives the messages in bytes of which those before the last argument had waited, and the second argument are
  ///   known not to have the end; returns where a message begins whose end is not there, and how much of it cannot hold the end.
  func look(
    _ place: Int, _ chunk: RawSpan,
    _ read: (RawSpan, _ scanned: Int, _ begun: Int) -> (start: Int, scanned: Int)?
  ) {
    table.change(place) { $0.next &+= UInt32(truncatingIfNeeded: chunk.byteCount) }
    let known = Int(table[place]?.backlog ?? -1)
    guard known >= 0, !backlogs[known].message.isEmpty else {
      guard let rest = read(chunk, 0, 0), let index = backlog(of: place) else { return }
      makeRoom(chunk.byteCount - rest.start, beside: index)
      backlogs[index].message.append(chunk.extracting(droppingFirst: rest.start))
      backlogs[index].scanned = rest.scanned
      waiting += chunk.byteCount - rest.start
      return
    }
    makeRoom(chunk.byteCount, beside: known)
    waiting -= backlogs[known].message.count
    var message: [UInt8] = []
    swap(&message, &backlogs[known].message)
    let begun = message.count
    message.append(chunk)
    let rest = read(message.bytes, backlogs[known].scanned, begun)
    message.removeFirst(rest?.start ?? message.count)
    swap(&message, &backlogs[known].message)
    backlogs[known].scanned = rest?.scanned ?? 0
    waiting += backlogs[known].message.count
    releaseIfEmpty(place)
  }

  /// Gives `body` the messages that bytes begin with.
  ///
  /// - Returns: where a message begins whose end is not there, and how much of it cannot hold the end.
  private func cut(
    _ bytes: RawSpan, scanned: Int, _ isAligned: inout Bool, _ framing: StreamFraming,
    _ body: (RawSpan) -> Void
  ) -> (start: Int, scanned: Int)? {
    framing.cut(bytes, scanned: scanned, &isAligned) { message, isTooLong in
      if isTooLong { counts.tooLong += 1 } else { counts.messages += 1 }
      body(message)
    }
  }
}
