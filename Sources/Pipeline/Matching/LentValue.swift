// SPDX-License-Identifier: Apache-2.0

import Policy

/// A value of a field, lent to whoever compares it: what `FieldValue` is, without a copy.
enum LentValue: ~Escapable {
  case number(UInt64)
  case address(IPAddress)
  /// Bytes that are UTF-8.
  case text(RawSpan)
  /// The same, of which ASCII letters count as small ones.
  case name(RawSpan)
  /// A text that belongs to the name of a field of HTTP, which is spelled in any way.
  case member(name: RawSpan, RawSpan)
}

extension Condition {
  /// Whether a value equals one that must not be.
  func excludes(_ value: LentValue) -> Bool {
    for index in excluded.indices where excluded[index].contains(value) { return true }
    return false
  }

  /// Whether a value is one of those that may be, and keeps every bound.
  func includes(_ value: LentValue) -> Bool {
    var isIncluded = included.isEmpty
    for index in included.indices where !isIncluded {
      isIncluded = included[index].contains(value)
    }
    guard isIncluded else { return false }
    for index in bounds.indices {
      guard case .number(let number) = value, bounds[index].admits(.number(number)) else {
        return false
      }
    }
    return true
  }
}

extension Operand {
  /// Whether a value is one of those that the operand stands for.
  func contains(_ value: LentValue) -> Bool {
    switch (self, value) {
    case (.numbers(let range), .number(let number)): range.contains(number)
    case (.addresses(let range), .address(let address)): range.contains(address)
    case (.text(let pattern), .text(let text)): pattern.matches(text)
    case (.text(let pattern), .name(let text)): pattern.matches(text, inSmallLetters: true)
    case (.member(let name, let pattern), .member(let other, let text)):
      other.isCanonically(name) && pattern.matches(text)
    default: false
    }
  }
}

extension TextPattern {
  /// Whether a text is one of those that the pattern stands for.
  func matches(_ text: RawSpan, inSmallLetters isSmall: Bool = false) -> Bool {
    switch self {
    case .exact(let whole):
      return text.byteCount == whole.utf8.count && text.has(whole, at: 0, isSmall)
    case .prefix(let start):
      return text.byteCount >= start.utf8.count && text.has(start, at: 0, isSmall)
    case .suffix(let end):
      let place = text.byteCount - end.utf8.count
      return place >= 0 && text.has(end, at: place, isSmall)
    case .contains(let part):
      let last = text.byteCount - part.utf8.count
      guard last >= 0 else { return false }
      for place in 0...last where text.has(part, at: place, isSmall) { return true }
      return false
    }
  }
}

extension RawSpan {
  /// Whether a text, which must fit, stands at a place.
  fileprivate func has(_ text: String, at place: Int, _ isSmall: Bool) -> Bool {
    var offset = place
    for expected in text.utf8 {
      let byte = byte(offset)
      guard (isSmall ? byte.smallLetter : byte) == expected else { return false }
      offset += 1
    }
    return true
  }

  /// Whether they are a name of a field of HTTP when they are spelled canonically.
  fileprivate func isCanonically(_ name: String) -> Bool {
    guard byteCount == name.utf8.count else { return false }
    var offset = 0
    for expected in name.utf8 {
      guard canonicalByte(offset) == expected else { return false }
      offset += 1
    }
    return true
  }
}
