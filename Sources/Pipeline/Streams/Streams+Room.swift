// SPDX-License-Identifier: Apache-2.0

/// The memory of what waits.
extension Streams {
  /// The backlog of a way, which it gets if it has none.
  func backlog(of place: Int) -> Int? {
    guard let flow = table[place] else { return nil }
    if flow.backlog >= 0 { return Int(flow.backlog) }
    if free.isEmpty, backlogs.count >= limits.backlogs { abandonOldest(but: -1) }
    let index = free.popLast() ?? backlogs.count
    if index == backlogs.count { backlogs.append(StreamBacklog()) }
    backlogs[index].flow = place
    backlogs[index].time = flow.time
    table.change(place) { $0.backlog = Int32(index) }
    return index
  }

  /// Lets others go until bytes have room.
  func makeRoom(_ count: Int, beside index: Int) {
    if let time = table[backlogs[index].flow]?.time { backlogs[index].time = time }
    while waiting + count > limits.bytes {
      guard abandonOldest(but: index) else { return }
    }
  }

  @discardableResult
  private func abandonOldest(but kept: Int) -> Bool {
    var oldest: Int?
    for index in backlogs.indices where index != kept && backlogs[index].flow >= 0 {
      if oldest.map({ backlogs[index].time < backlogs[$0].time }) ?? true { oldest = index }
    }
    guard let oldest else { return false }
    abandon(backlogs[oldest].flow, \.crowdedOut)
    return true
  }

  /// Forgets the bytes of a way that wait.
  ///
  /// - Parameter reason: counts the message that had begun, or what would have told whether one had.
  func abandon(_ place: Int, _ reason: WritableKeyPath<StreamCounts, UInt64>) {
    if table[place]?.isAligned ?? false { table.change(place) { $0.isAligned = false } }
    guard let index = table[place]?.backlog, index >= 0 else { return }
    if backlogs[Int(index)].count > 0 {
      // Changed at once, so that nobody checks the counts for a second change meanwhile.
      var changed = counts
      changed[keyPath: reason] += 1
      counts = changed
    }
    release(place, Int(index))
  }

  /// Forgets bytes that were too few to tell whether a message begins, when what came next did not come here: it is none.
  func dropDoubt(_ place: Int, _ framing: StreamFraming) {
    guard let index = table[place]?.backlog, index >= 0 else { return }
    let backlog = backlogs[Int(index)]
    guard backlog.pieces.isEmpty, framing.isDoubtful(backlog.message.bytes) else { return }
    release(place, Int(index))
  }

  func releaseIfEmpty(_ place: Int) {
    guard let index = table[place]?.backlog, index >= 0, backlogs[Int(index)].isEmpty else {
      return
    }
    release(place, Int(index))
  }

  private func release(_ place: Int, _ index: Int) {
    waiting -= backlogs[index].count
    backlogs[index].clear()
    free.append(index)
    table.change(place) { $0.backlog = -1 }
  }

  /// Forgets, once a second at most, the bytes that have waited too long.
  func expire(before time: UInt64) {
    guard time.isLater(than: swept, by: 1_000_000_000) else { return }
    swept = time
    for index in backlogs.indices where backlogs[index].flow >= 0 {
      guard time.isLater(than: backlogs[index].time, by: limits.patience) else { continue }
      abandon(backlogs[index].flow, \.idle)
    }
  }
}

extension UInt64 {
  /// Whether a time is more than so many ns after another; captures have times up to the last that there is.
  func isLater(than other: UInt64, by duration: UInt64) -> Bool {
    self > other && self - other > duration
  }
}
