// SPDX-License-Identifier: Apache-2.0

/// Bytes of one way of a connection that wait for others.
struct StreamBacklog {
  /// The message that has begun, from its start to the last byte that came in order.
  var message: [UInt8] = []
  /// No end of the message is before this place.
  var scanned = 0
  /// Bytes that came before their time, in the order in which they came.
  private(set) var held: [UInt8] = []
  /// Where each run that came before its time belongs, by sequence number; no two overlap.
  private(set) var pieces: [Piece] = []
  /// The place of the way in its table; negative when nobody uses the backlog.
  var flow = -1
  /// When bytes came last, in ns.
  var time: UInt64 = 0

  /// A run of bytes that came before their time.
  struct Piece {
    var sequence: UInt32
    var count: Int
    /// Where its bytes are held; nil when they were looked at as they came.
    var start: Int?

    /// How many bytes after another place it begins.
    func distance(from next: UInt32) -> Int { Int(Int32(bitPattern: sequence &- next)) }

    /// The sequence number after it.
    var end: UInt32 { sequence &+ UInt32(truncatingIfNeeded: count) }
  }

  /// The most runs that are known.
  static let pieceLimit = 64
  /// Memory that is kept for whoever uses the backlog next.
  private static let keptCapacity = 1 << 11

  /// How many bytes wait.
  var count: Int { message.count + held.count }

  /// Whether nothing is known of bytes that came before others.
  var isEmpty: Bool { message.isEmpty && pieces.isEmpty }

  /// Holds those bytes that are not held yet: the first copy of a byte wins.
  ///
  /// - Parameter next: a sequence number before all held bytes.
  mutating func hold(_ bytes: RawSpan, sequence: UInt32, next: UInt32) {
    let first = Piece(sequence: sequence, count: 0).distance(from: next)
    let end = first + bytes.byteCount
    var start = first
    for index in pieces.indices {
      let other = pieces[index].distance(from: next)
      let otherEnd = other + pieces[index].count
      if other >= end { break }
      if otherEnd <= start { continue }
      if other > start { add(bytes, start - first..<other - first, after: sequence) }
      start = otherEnd
    }
    if start < end { add(bytes, start - first..<end - first, after: sequence) }
    pieces.sort { $0.distance(from: next) < $1.distance(from: next) }
  }

  private mutating func add(_ bytes: RawSpan, _ part: Range<Int>, after sequence: UInt32) {
    let start = sequence &+ UInt32(truncatingIfNeeded: part.lowerBound)
    pieces.append(Piece(sequence: start, count: part.count, start: held.count))
    held.append(bytes.extracting(part))
  }

  /// Remembers that bytes were looked at as they came; false when some of them had come before.
  ///
  /// - Parameter next: a sequence number before all held bytes.
  mutating func pass(_ count: Int, sequence: UInt32, next: UInt32) -> Bool {
    let passed = Piece(sequence: sequence, count: count)
    let start = passed.distance(from: next)
    var rank = 0
    while rank < pieces.count, pieces[rank].distance(from: next) < start { rank += 1 }
    if rank > 0, pieces[rank - 1].distance(from: sequence) + pieces[rank - 1].count > 0 {
      return false
    }
    if rank < pieces.count, pieces[rank].distance(from: sequence) < count { return false }
    pieces.insert(passed, at: rank)
    return true
  }

  /// Takes away the held bytes, and where they belong.
  mutating func takeHeld() -> (bytes: [UInt8], pieces: [Piece]) {
    var taken: ([UInt8], [Piece]) = ([], [])
    swap(&taken.0, &held)
    swap(&taken.1, &pieces)
    return taken
  }

  /// Gives back what was taken, of which some runs still wait.
  mutating func giveBack(_ bytes: [UInt8], _ waiting: ArraySlice<Piece>) {
    held = bytes
    pieces = Array(waiting)
  }

  /// Forgets everything.
  mutating func clear() {
    message.forget(keeping: Self.keptCapacity)
    held.forget(keeping: Self.keptCapacity)
    pieces.removeAll(keepingCapacity: true)
    scanned = 0
    flow = -1
  }
}

extension [UInt8] {
  fileprivate mutating func forget(keeping capacity: Int) {
    if self.capacity > capacity { self = [] } else { removeAll(keepingCapacity: true) }
  }

  /// Adds bytes.
  mutating func append(_ bytes: RawSpan) {
    unsafe bytes.withUnsafeBytes { unsafe append(contentsOf: $0) }
  }
}
