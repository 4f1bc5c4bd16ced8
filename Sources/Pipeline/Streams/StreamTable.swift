// SPDX-License-Identifier: Apache-2.0

/// What is known of one way of a connection.
struct StreamFlow {
  var key: StreamKey
  /// The sequence number of the first byte that was not looked at yet.
  var next: UInt32
  /// Where it went on after bytes that had not come: what is before belongs to the way of ``StreamKey/behind``.
  var begin: UInt32?
  /// Whether a message surely begins where the last one ended: the beginning of the stream was seen, or a whole message.
  var isAligned = false
  /// Whether its sender has ended it: the next beginning is that of another connection, whatever its numbers.
  var hasEnded = false
  /// When a segment was seen last, in ns.
  var time: UInt64
  /// Where its bytes wait; negative when none do.
  var backlog: Int32 = -1
}

/// The ways that are known: a fixed number of places, of which each way can be at a few.
///
/// Who comes when all of these are taken gets the one that was longest without a segment.
@safe final class StreamTable {
  private static let ways = 8
  // An array allocates for each change in a debug build.
  private var flows: UnsafeMutablePointer<StreamFlow?>?
  private let count: Int
  private let shift: UInt64

  /// Makes an empty table of a power of two of places, at least eight; it has no memory before the first way.
  init(places: Int) {
    precondition(
      places >= Self.ways && places.nonzeroBitCount == 1, "a table's size is a power of two")
    count = places
    shift = UInt64(64 - (places / Self.ways).trailingZeroBitCount)
  }

  deinit { unsafe flows?.deallocate() }

  private func places(of key: StreamKey) -> Range<Int> {
    let first = Int(key.hash >> shift) * Self.ways
    return first..<first + Self.ways
  }

  /// The place of a way that is known.
  func find(_ key: StreamKey) -> Int? {
    guard let flows = unsafe flows else { return nil }
    for place in places(of: key) where unsafe flows[place]?.key == key { return place }
    return nil
  }

  /// The place that a new way is to have, which may be taken.
  ///
  /// - Parameter kept: a place that is not given away.
  func room(for key: StreamKey, but kept: Int? = nil) -> Int {
    var oldest: Int?
    for place in places(of: key) where place != kept {
      guard let flow = self[place] else { return place }
      if let known = oldest, let other = self[known], other.time <= flow.time { continue }
      oldest = place
    }
    return oldest ?? places(of: key).lowerBound
  }

  /// What is at a place.
  subscript(place: Int) -> StreamFlow? {
    get {
      precondition((0..<count).contains(place), "a place of the table")
      guard let flows = unsafe flows else { return nil }
      return unsafe flows[place]
    }
    set {
      precondition((0..<count).contains(place), "a place of the table")
      let flows = unsafe flows ?? makeFlows()
      unsafe flows[place] = newValue
    }
  }

  private func makeFlows() -> UnsafeMutablePointer<StreamFlow?> {
    let made = UnsafeMutablePointer<StreamFlow?>.allocate(capacity: count)
    unsafe made.initialize(repeating: nil, count: count)
    unsafe flows = made
    return unsafe made
  }

  /// Changes what is known of the way at a place.
  @inline(__always)
  func change(_ place: Int, _ body: (inout StreamFlow) -> Void) {
    guard var flow = self[place] else { return }
    body(&flow)
    self[place] = flow
  }
}
