// SPDX-License-Identifier: Apache-2.0

/// Directions of HTTP: heads are where bodies end, and nowhere else.
extension Streams {
  /// Looks at the bytes of HTTP that come next.
  func follow(
    _ place: Int, _ chunk: RawSpan, _ followed: FollowedSegment?, _ body: (RawSpan) -> Void
  ) {
    look(place, chunk) { bytes, scanned, begun in
      let before = counts.messages
      let rest = read(place, bytes, scanned: scanned, followed, body)
      if begun == 0 { return rest }
      if counts.messages > before {
        counts.assembled += 1
      } else if rest == nil, table[place]?.http.state == .unknown {
        // What seemed to begin is none: the bytes after it are looked at by themselves.
        let alone = bytes.extracting(droppingFirst: begun)
        return read(place, alone, scanned: 0, followed, body).map { ($0.start + begun, $0.scanned) }
      }
      return rest
    }
  }

  /// Gives `body` the heads in bytes.
  ///
  /// - Returns: where a head begins whose end is not there, and how much of it cannot hold the end.
  private func read(
    _ place: Int, _ bytes: RawSpan, scanned: Int, _ followed: FollowedSegment?,
    _ body: (RawSpan) -> Void
  ) -> (start: Int, scanned: Int)? {
    guard var http = table[place]?.http else { return nil }
    defer { table.change(place) { $0.http = http } }
    var scanned = scanned
    var (offset, heads) = (0, 0)
    while offset < bytes.byteCount {
      let isCertain = http.state == .start
      guard isCertain || http.state == .unknown else {
        offset = http.skip(bytes, from: offset)
        if http.state == .unknown { loseFraming(of: place) }
        continue
      }
      guard isCertain || offset == 0 else { return nil }
      if isCertain {
        while offset < bytes.byteCount, bytes.isEndOfLine(offset) { offset += 1 }
        if offset == bytes.byteCount { return nil }
      }
      let rest = bytes.extracting(droppingFirst: offset)
      switch StreamFraming.http.find(in: rest, scanned: scanned, isCertain: isCertain) {
      case .nothing:
        http.enter(.unknown)
        table.change(place) { $0.questions.lose() }
        return nil
      case .begun(let scanned): return (offset, scanned)
      case .tooLong(let start):
        counts.tooLong += 1
        body(rest.extracting(droppingFirst: start))
        http.enter(.unknown)
        table.change(place) { $0.questions.lose() }
        return nil
      case .whole(let head, _):
        counts.messages += 1
        if !isCertain { counts.guessed += 1 }
        framing = nil
        body(rest.extracting(head))
        let isBodiless = followed?.isBodiless(heads)
        http.enter(state(behind: rest.extracting(head), of: place, isBodiless))
        if http.state == .unknown { loseFraming(of: place) }
        heads += 1
        offset += head.upperBound
        scanned = 0
      }
    }
    return nil
  }

  /// Counts a body whose end is not known; behind it heads can be missed.
  private func loseFraming(of place: Int) {
    counts.unframed += 1
    table.change(place) { $0.questions.lose() }
  }

  /// Passes what is between the bytes that come next and a segment, as far as it is known to be of a body, or to be lost.
  func approach(_ place: Int, _ segment: StreamSegment, start: UInt32, count: Int) {
    guard let flow = table[place] else { return }
    let distance = Int(Int32(bitPattern: start &- flow.next))
    if segment.followed != nil, let left = flow.http.left, left >= 1 << 20 {
      // The body may be longer than sequence numbers tell apart.
      let rest = UInt32(truncatingIfNeeded: left) &- (start &- flow.next)
      if Int(rest) <= count {
        table.change(place) { $0.http.pass(left - UInt64(rest)) }
        table.change(place) { $0.next = start }
        return
      }
    }
    if distance > 0, flow.http.holds(UInt64(distance)) {
      goOn(place, to: start)
    } else if isSparse, distance > 0, distance > Int(segment.ahead) {
      if flow.http.state == .unknown { dropDoubt(place, .http) }
      // Of several gaps the kernel side knows the first: what waits may still be waiting for something.
      let isLost = (table[place]?.backlog ?? -1) < 0 || segment.followed?.head != nil
      if isLost, flow.http.state != .unknown { counts.gaps += 1 }
      if isLost { goOn(place, to: start &- segment.ahead) }
    }
    if let followed = segment.followed { adopt(place, followed, start: start) }
  }

  /// Believes the kernel side about where a head begins, when that is not known here.
  private func adopt(_ place: Int, _ followed: FollowedSegment, start: UInt32) {
    table.change(place) { $0.connection = followed.connection }
    guard let head = followed.head, let flow = table[place], flow.http.state == .unknown,
      flow.backlog < 0
    else { return }
    let before = Int32(bitPattern: start &- flow.next) + Int32(truncatingIfNeeded: head)
    guard before >= 0 else { return }
    if followed.isGuessed { counts.guessed += 1 }
    table.change(place) { $0.http.enter(before == 0 ? .start : .body(UInt64(before))) }
  }

  /// Goes on at a place without what is before it.
  func goOn(_ place: Int, to start: UInt32) {
    guard let flow = table[place] else { return }
    let count = UInt64(start &- flow.next)
    if flow.http.holds(count) {
      table.change(place) { $0.http.pass(count) }
    } else {
      abandon(place, \.unfinished)
      table.change(place) { $0.http.enter(.unknown) }
      table.change(place) { $0.questions.lose() }
    }
    table.change(place) { $0.next = start }
  }

  /// What follows a head.
  ///
  /// - Parameter isBodiless: whether the kernel side found that no body follows; nil when it does not know.
  private func state(
    behind head: RawSpan, of place: Int, _ isBodiless: Bool?
  ) -> HTTPPosition.State {
    let framing = framing ?? HTTPFraming(head)
    switch framing.start {
    case .request(let question):
      table.change(place) { $0.questions.add(question) }
      return framing.body == .unsaid ? .start : framing.body.state
    case .response(100), .response(102..<200): return .start
    case .response(101):
      table.change(place) { $0.answers &+= 1 }
      _ = question(answeredBy: place)
      endHTTP(place)
      return .untilEnd
    case .response(let code):
      table.change(place) { $0.answers &+= 1 }
      let question = question(answeredBy: place)
      if question == .connect, (200..<300).contains(code) {
        endHTTP(place)
        return .untilEnd
      }
      if code == 204 || code == 304 || isBodiless ?? (question == .head) { return .start }
      if isBodiless == nil, question == nil { counts.unpaired += 1 }
      return framing.body.state
    }
  }

  /// The direction of the requests that a direction answers.
  private func place(answeredBy place: Int) -> Int? {
    guard let key = table[place]?.key.reversed else { return nil }
    return table.find(key) ?? table.find(key.elsewhere)
  }

  /// Takes the question that is answered next.
  private func question(answeredBy place: Int) -> HTTPQuestion? {
    guard let other = self.place(answeredBy: place) else { return nil }
    var question: HTTPQuestion?
    table.change(other) { question = $0.questions.take() }
    return question
  }

  /// Notes that what follows is no HTTP: the connection was upgraded, or is a tunnel.
  private func endHTTP(_ place: Int) {
    guard let other = self.place(answeredBy: place) else { return }
    abandon(other, \.unfinished)
    table.change(other) { $0.http.enter(.untilEnd) }
  }
}

extension HTTPFraming.Body {
  /// What the byte behind the head is.
  fileprivate var state: HTTPPosition.State {
    switch self {
    case .length(let length): length == 0 ? .start : .body(length)
    case .chunked: .chunkSize
    case .unsaid: .untilEnd
    case .unknown: .unknown
    }
  }
}
