// SPDX-License-Identifier: Apache-2.0

/// What the JSON of an event says of its owner, made once for each owner and kept while there is room.
///
/// An owner is known again by all of its bytes, so nothing about it can be old.
@safe final class OwnerTexts {
  /// The text of one owner, in four parts, between which stands what differs from packet to packet.
  struct Text: ~Copyable {
    fileprivate var key = LineBuffer(capacity: 0)
    /// All parts, one after the other.
    var parts = LineBuffer(capacity: 0)
    /// Where the second, the third and the fourth part begin.
    var ends = (first: 0, second: 0, third: 0)
  }

  /// A part of a text.
  enum Part { case first, second, third, fourth }

  // By the low bits of the owner's id; owners with the same take each other's place. No array, for its places would be
  // checked, as those of all properties of classes are, for someone else who changes them at the same time.
  private let texts: UnsafeMutablePointer<Text>
  private static let count = 1 << 8

  init() {
    unsafe texts = .allocate(capacity: Self.count)
    for place in 0..<Self.count { unsafe (texts + place).initialize(to: Text()) }
  }

  deinit {
    unsafe texts.deinitialize(count: Self.count)
    unsafe texts.deallocate()
  }

  /// The place of an owner's text.
  ///
  /// - Parameter write: writes the parts of one that is not known yet.
  func place(
    of owner: borrowing OwnerReader, write: (borrowing OwnerReader, inout Text) -> Void
  ) -> Int {
    let place = Int(truncatingIfNeeded: owner.id) & (Self.count - 1)
    if unsafe !texts[place].key.bytes.isEqual(to: owner.bytes) {
      unsafe texts[place].key.truncate(to: 0)
      unsafe texts[place].key.append(owner.bytes)
      unsafe texts[place].parts.truncate(to: 0)
      unsafe write(owner, &texts[place])
    }
    return place
  }

  /// Writes a part of the text at a place that ``place(of:write:)`` gave.
  func append(_ part: Part, of place: Int, to line: inout LineBuffer) {
    let ends = unsafe texts[place].ends
    let range =
      switch part {
      case .first: 0..<ends.first
      case .second: ends.first..<ends.second
      case .third: ends.second..<ends.third
      case .fourth: unsafe ends.third..<texts[place].parts.count
      }
    unsafe line.append(texts[place].parts, range)
  }
}
