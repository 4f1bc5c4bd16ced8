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
  /// The number that the kernel side gave it; 0 when it did not follow it yet.
  var connection: UInt32 = 0
  /// Of HTTP, what the next byte is.
  var http = HTTPPosition(.start)
  /// Of HTTP, what its requests ask.
  var questions = HTTPQuestions(isComplete: true)
  /// Of HTTP, its responses but those that announce others, as far as all of its heads were seen.
  var answers: UInt32 = 0
  /// Where its bytes wait; negative when none do.
  var backlog: Int32 = -1

  @inline(__always)
  fileprivate func isOf(_ other: StreamKey) -> Bool { key == other }

  @inline(__always)
  fileprivate mutating func apply(_ change: (inout StreamFlow) -> Void) { change(&self) }
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
    for place in places(of: key) where unsafe flows[place]?.isOf(key) ?? false { return place }
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
    // A way is read and changed where it is: it is too large to be copied for each question.
    @inline(__always) unsafeAddress { unsafe UnsafePointer(address(of: place)) }
    @inline(__always) unsafeMutableAddress { unsafe address(of: place) }
  }

  @inline(__always)
  private func address(of place: Int) -> UnsafeMutablePointer<StreamFlow?> {
    precondition((0..<count).contains(place), "a place of the table")
    return unsafe (flows ?? makeFlows()) + place
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
    self[place]?.apply(body)
  }
}
