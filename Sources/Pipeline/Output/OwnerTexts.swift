import CBPF
import Glibc

/// What the JSON of an event says of its owner, made once for each owner and kept while there is room.
///
/// An owner is known again by all of its bytes, so nothing about it can be old.
final class OwnerTexts {
  /// The text of one owner, in three parts, between which stands what differs from packet to packet.
  final class Text {
    fileprivate var key = LineBuffer(capacity: MemoryLayout<tp_owner>.size)
    /// All parts, one after the other.
    var parts = LineBuffer(capacity: 1024)
    /// Where the second and the third part begin.
    var ends = (first: 0, second: 0)
  }

  /// By the low bits of the owner's id; owners with the same take each other's place.
  private var texts: [Text?] = Array(repeating: nil, count: 1 << 8)

  /// The text of an owner; one that has no parts yet is to be written.
  func text(of owner: borrowing OwnerReader) -> Text {
    let place = Int(truncatingIfNeeded: owner.id) & (texts.count - 1)
    let text: Text
    if let known = texts[place] {
      if known.key.bytes.isEqual(to: owner.bytes) { return known }
      text = known
    } else {
      text = Text()
      texts[place] = text
    }
    text.key.truncate(to: 0)
    text.key.append(owner.bytes)
    text.parts.truncate(to: 0)
    return text
  }
}

extension RawSpan {
  /// Whether both hold the same bytes.
  fileprivate func isEqual(to other: RawSpan) -> Bool {
    guard byteCount == other.byteCount else { return false }
    return unsafe withUnsafeBytes { mine in
      unsafe other.withUnsafeBytes { theirs in
        guard let mine = mine.baseAddress, let theirs = theirs.baseAddress else {
          return true
        }
        return unsafe memcmp(mine, theirs, byteCount) == 0
      }
    }
  }
}
