// SPDX-License-Identifier: Apache-2.0

/// Puts events in order of time: those wait that another one may still come before.
///
/// Processors record their events one after the other, not in the order of their clocks. What comes out depends on the events
/// alone; of two of one time, the first that came is first.
///
/// Nearly all events come after those that wait, or little before, so they are put at their place in a line. What is
/// earlier than many of them goes to a heap instead, so that no order of events is slow.
@safe final class EventOrder {
  private struct Entry {
    var time: UInt64
    /// Counts up and begins anew; far fewer wait than it counts.
    var arrival: UInt32
    var event: UInt32

    @inline(__always)
    func isBefore(_ other: Entry) -> Bool {
      time != other.time ? time < other.time : Int32(bitPattern: arrival &- other.arrival) < 0
    }
  }

  /// The line is a ring: entry 0 is at `first`, and so on; `mask` is one less than its capacity, a power of two.
  private var line: UnsafeMutablePointer<Entry>
  private var mask: Int
  private var first = 0
  private var lineCount = 0
  private var heap: [Entry] = []
  /// How many there are; most of the time none.
  private var heapCount = 0
  private var arrivals: UInt32 = 0
  /// The latest time of an event that came.
  private(set) var newest: UInt64 = 0
  /// The time of the last event that was given; none is given with a time before it.
  private(set) var given: UInt64 = 0
  /// Events that came too late, and take the time of the one given before.
  private(set) var late: UInt64 = 0
  /// How long after an event one of an earlier time may come, in ns.
  let lateness: UInt64

  /// How many events of the line one may come before.
  private static let moveLimit = 32

  init(lateness: UInt64) {
    self.lateness = lateness
    mask = 63
    unsafe line = .allocate(capacity: 64)
  }

  deinit { unsafe line.deallocate() }

  var isEmpty: Bool { lineCount == 0 && heapCount == 0 }
  var count: Int { lineCount + heapCount }

  /// Takes an event.
  func add(_ event: UInt32, at time: UInt64) {
    arrivals &+= 1
    if time > newest { newest = time }
    if time < given { late += 1 }
    let entry = Entry(time: max(time, given), arrival: arrivals, event: event)
    if lineCount > mask { grow() }
    if unsafe lineCount == 0 || line[(first &+ lineCount &- 1) & mask].time <= entry.time {
      unsafe line[(first &+ lineCount) & mask] = entry
      lineCount &+= 1
    } else {
      insert(entry)
    }
  }

  private func insert(_ entry: Entry) {
    var place = lineCount
    let lowest = max(0, lineCount - Self.moveLimit)
    while place > lowest, unsafe line[(first + place - 1) & mask].time > entry.time { place -= 1 }
    if place == lowest, place > 0, unsafe line[(first + place - 1) & mask].time > entry.time {
      heap.append(entry)
      heapCount += 1
      rise()
      return
    }
    var end = lineCount
    while end > place {
      unsafe line[(first + end) & mask] = unsafe line[(first + end - 1) & mask]
      end -= 1
    }
    unsafe line[(first + place) & mask] = entry
    lineCount += 1
  }

  /// The earliest time of the events that wait; nil when none does.
  var firstTime: UInt64? {
    switch (lineCount > 0, heap.first) {
    case (true, let risen?): unsafe min(line[first].time, risen.time)
    case (true, nil): unsafe line[first].time
    case (false, let risen): risen?.time
    }
  }

  /// Lets no event take a time before this one.
  func pass(to time: UInt64) { if time > given { given = time } }

  /// Notes that time has passed without an event.
  func advance(to time: UInt64) { if time > newest { newest = time } }

  /// The time before which no other event comes, unless it is late.
  var settled: UInt64 { newest < lateness ? 0 : newest - lateness }

  /// An event that will most likely be given after so many others; 0 when there is none yet.
  @inline(__always)
  func upcoming(_ distance: Int) -> UInt32 {
    distance < lineCount ? unsafe line[(first &+ distance) & mask].event : 0
  }

  /// The next event that no other comes before; nil when there is none yet.
  ///
  /// - Parameter isForced: whether to give the earliest in any case.
  @inline(__always)
  func next(isForced: Bool = false) -> (event: UInt32, time: UInt64)? {
    if heapCount > 0 { return nextOfBoth(isForced) }
    guard lineCount > 0 else { return nil }
    let entry = unsafe line[first]
    guard isForced || entry.time <= settled else { return nil }
    first = (first &+ 1) & mask
    lineCount &-= 1
    given = max(given, entry.time)
    return (entry.event, entry.time)
  }

  private func nextOfBoth(_ isForced: Bool) -> (event: UInt32, time: UInt64)? {
    let isInLine = unsafe lineCount > 0 && line[first].isBefore(heap[0])
    let entry = unsafe isInLine ? line[first] : heap[0]
    guard isForced || entry.time <= settled else { return nil }
    if isInLine {
      first = (first + 1) & mask
      lineCount -= 1
    } else {
      let last = heap.removeLast()
      heapCount -= 1
      if !heap.isEmpty {
        heap[0] = last
        sink()
      }
    }
    given = max(given, entry.time)
    return (entry.event, entry.time)
  }

  private func grow() {
    let longer = UnsafeMutablePointer<Entry>.allocate(capacity: (mask + 1) * 2)
    for place in 0..<lineCount { unsafe longer[place] = unsafe line[(first + place) & mask] }
    unsafe line.deallocate()
    unsafe line = unsafe longer
    mask = mask * 2 + 1
    first = 0
  }

  private func rise() {
    var place = heap.count - 1
    while place > 0, heap[place].isBefore(heap[(place - 1) / 2]) {
      heap.swapAt(place, (place - 1) / 2)
      place = (place - 1) / 2
    }
  }

  private func sink() {
    var place = 0
    while true {
      var child = place * 2 + 1
      guard child < heap.count else { return }
      if child + 1 < heap.count, heap[child + 1].isBefore(heap[child]) { child += 1 }
      guard heap[child].isBefore(heap[place]) else { return }
      heap.swapAt(place, child)
      place = child
    }
  }
}
