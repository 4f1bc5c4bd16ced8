// SPDX-License-Identifier: Apache-2.0

/// Puts events in order of time: a heap of those that another one may still come before.
///
/// Processors record their events one after the other, not in the order of their clocks. What comes out depends on the events
/// alone; of two of one time, the first that came is first.
struct EventOrder {
  private struct Entry {
    var time: UInt64
    var arrival: UInt64
    var event: UInt32
  }

  private var heap: [Entry] = []
  private var arrivals: UInt64 = 0
  /// The latest time of an event that came.
  private(set) var newest: UInt64 = 0
  /// The time of the last event that was given; none is given with a time before it.
  private(set) var given: UInt64 = 0
  /// Events that came too late, and take the time of the one given before.
  private(set) var late: UInt64 = 0
  /// How long after an event one of an earlier time may come, in ns.
  let lateness: UInt64

  init(lateness: UInt64) { self.lateness = lateness }

  var isEmpty: Bool { heap.isEmpty }
  var count: Int { heap.count }

  /// Takes an event.
  mutating func add(_ event: UInt32, at time: UInt64) {
    arrivals += 1
    if time > newest { newest = time }
    if time < given { late += 1 }
    heap.append(Entry(time: max(time, given), arrival: arrivals, event: event))
    var place = heap.count - 1
    while place > 0, isBefore(place, (place - 1) / 2) {
      heap.swapAt(place, (place - 1) / 2)
      place = (place - 1) / 2
    }
  }

  /// The earliest time of the events that wait; nil when none does.
  var firstTime: UInt64? { heap.first?.time }

  /// Lets no event take a time before this one.
  mutating func pass(to time: UInt64) { if time > given { given = time } }

  /// Notes that time has passed without an event.
  mutating func advance(to time: UInt64) { if time > newest { newest = time } }

  /// The time before which no other event comes, unless it is late.
  var settled: UInt64 { newest < lateness ? 0 : newest - lateness }

  /// The next event that no other comes before; nil when there is none yet.
  ///
  /// - Parameter isForced: whether to give the earliest in any case.
  mutating func next(isForced: Bool = false) -> (event: UInt32, time: UInt64)? {
    guard let first = heap.first, isForced || first.time <= settled else { return nil }
    let last = heap.removeLast()
    if !heap.isEmpty {
      heap[0] = last
      sink()
    }
    given = max(given, first.time)
    return (first.event, first.time)
  }

  private mutating func sink() {
    var place = 0
    while true {
      var child = place * 2 + 1
      guard child < heap.count else { return }
      if child + 1 < heap.count, isBefore(child + 1, child) { child += 1 }
      guard isBefore(child, place) else { return }
      heap.swapAt(place, child)
      place = child
    }
  }

  private func isBefore(_ a: Int, _ b: Int) -> Bool {
    let (a, b) = (heap[a], heap[b])
    return a.time != b.time ? a.time < b.time : a.arrival < b.arrival
  }
}
