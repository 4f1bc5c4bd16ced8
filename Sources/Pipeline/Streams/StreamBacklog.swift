/// Bytes of one way of a connection that wait for others.
struct StreamBacklog {
  /// The message that has begun, from its start to the last byte that came in order.
  var message: [UInt8] = []
  /// No end of the message is before this place.
  var scanned = 0
  /// Bytes that came before their time, in the order in which they came.
  private(set) var held: [UInt8] = []
  /// Where each run of held bytes belongs, by sequence number; no two overlap.
  private(set) var pieces: [Piece] = []
  /// The place of the way in its table; negative when nobody uses the backlog.
  var flow = -1
  /// When bytes came last, in ns.
  var time: UInt64 = 0

  /// A run of held bytes.
  struct Piece {
    var sequence: UInt32
    var place: Range<Int>

    /// How many bytes after another place it begins.
    func distance(from next: UInt32) -> Int { Int(Int32(bitPattern: sequence &- next)) }
  }

  /// The most runs that are held.
  static let pieceLimit = 64
  /// Memory that is kept for whoever uses the backlog next.
  private static let keptCapacity = 1 << 11

  /// How many bytes wait.
  var count: Int { message.count + held.count }

  /// Holds those bytes that are not held yet: the first copy of a byte wins.
  ///
  /// - Parameter next: a sequence number before all held bytes.
  mutating func hold(_ bytes: RawSpan, sequence: UInt32, next: UInt32) {
    let first = Piece(sequence: sequence, place: 0..<0).distance(from: next)
    let end = first + bytes.byteCount
    var start = first
    for index in pieces.indices {
      let other = pieces[index].distance(from: next)
      let otherEnd = other + pieces[index].place.count
      if other >= end { break }
      if otherEnd <= start { continue }
      if other > start { add(bytes, start - first..<other - first, after: sequence) }
      start = otherEnd
    }
    if start < end { add(bytes, start - first..<end - first, after: sequence) }
    pieces.sort { $0.distance(from: next) < $1.distance(from: next) }
  }

  private mutating func add(_ bytes: RawSpan, _ part: Range<Int>, after sequence: UInt32) {
    let place = held.count..<held.count + part.count
    held.append(bytes.extracting(part))
    pieces.append(
      Piece(sequence: sequence &+ UInt32(truncatingIfNeeded: part.lowerBound), place: place))
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
