// SPDX-License-Identifier: Apache-2.0

/// Bytes that came before their time.
extension Streams {
  /// Looks at the held bytes that now come next.
  func drain(_ place: Int, _ framing: StreamFraming, _ body: (RawSpan) -> Void) {
    guard let index = table[place]?.backlog, index >= 0, !backlogs[Int(index)].pieces.isEmpty
    else { return }
    let (held, pieces) = backlogs[Int(index)].takeHeld()
    waiting -= held.count
    var rank = 0
    while rank < pieces.count, reaches(pieces[rank], place, framing) {
      take(pieces[rank], of: held, place, framing, body)
      rank += 1
    }
    if rank < pieces.count, let index = backlog(of: place) {
      backlogs[index].giveBack(held, pieces[rank...])
      waiting += held.count
    }
    releaseIfEmpty(place)
  }

  /// Whether nothing is awaited before a run any more: what is before it has come, or is of a body.
  func reaches(
    _ piece: StreamBacklog.Piece, _ place: Int, _ framing: StreamFraming
  ) -> Bool {
    guard let flow = table[place] else { return false }
    let distance = piece.distance(from: flow.next)
    guard distance > 0 else { return true }
    guard framing == .http, flow.http.holds(UInt64(distance)) else { return false }
    goOn(place, to: piece.sequence)
    return true
  }

  /// Looks at the held bytes as if nothing were missing between them.
  func giveUp(_ place: Int, _ framing: StreamFraming, _ body: (RawSpan) -> Void) {
    counts.gaps += 1
    guard let index = table[place]?.backlog, index >= 0 else { return }
    let (held, pieces) = backlogs[Int(index)].takeHeld()
    waiting -= held.count
    // A head that waits for its end is given up, too, unless more of it is among what waits.
    if framing == .dns || pieces.isEmpty {
      abandon(place, \.unfinished)
      if framing == .http {
        table.change(place) { $0.http.enter(.unknown) }
        table.change(place) { $0.questions.lose() }
      }
    }
    for piece in pieces {
      guard let next = table[place]?.next else { return }
      if piece.distance(from: next) > 0 { skip(to: piece.sequence, framing, place) }
      take(piece, of: held, place, framing, body)
    }
  }

  /// Looks at a run that comes next, unless that was done when it came.
  func take(
    _ piece: StreamBacklog.Piece, of held: [UInt8], _ place: Int, _ framing: StreamFraming,
    _ body: (RawSpan) -> Void
  ) {
    guard let next = table[place]?.next else { return }
    let known = -piece.distance(from: next)
    guard known < piece.count else { return }
    guard let start = piece.start else {
      skip(to: piece.end, framing, place)
      table.change(place) { $0.isAligned = framing == .dns }
      return
    }
    let bytes = held.bytes.extracting(start..<start + piece.count)
    advance(place, bytes.extracting(droppingFirst: known), framing, nil, body)
  }
}
