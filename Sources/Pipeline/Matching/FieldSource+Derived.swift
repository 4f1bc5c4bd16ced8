// SPDX-License-Identifier: Apache-2.0

import Policy

extension FieldSource {
  /// Gives `body` what is worked out from each value that a packet has.
  func forEachDerivedValue(
    _ kind: FieldDerivation, of packet: borrowing DecodedPacket, _ lender: inout FieldLender,
    _ body: (LentValue) -> Void
  ) {
    var count: UInt64 = 0
    forEachValue(of: packet, &lender) { value in
      count += 1
      kind.develop(value, body)
    }
    if kind == .count { body(.number(count)) }
  }
}

extension FieldDerivation {
  /// Gives `body` what is worked out from one value, if anything is.
  func develop(_ value: LentValue, _ body: (LentValue) -> Void) {
    switch (self, value) {
    case (.length, .text(let text)), (.length, .name(let text)):
      body(.number(UInt64(text.byteCount)))
    case (.domain, .name(let text)): body(.name(text.domain))
    case (.domain, .text(let text)): body(.text(text.domain))
    default: break
    }
  }
}

extension RawSpan {
  /// The end of a name under which somebody registers names.
  ///
  /// See ``Policy/NameDomain``.
  var domain: RawSpan {
    @_lifetime(copy self) get {
      var end = byteCount
      if end > 0, byte(end - 1) == UInt8(ascii: ".") { end -= 1 }
      // Where the last three labels begin, from the last one back.
      var starts = (0, 0, 0)
      var (found, offset) = (0, end)
      while offset > 0, found < 3 {
        offset -= 1
        guard byte(offset) == UInt8(ascii: ".") else { continue }
        found += 1
        starts = (offset + 1, starts.0, starts.1)
      }
      // With fewer dots than two, the name is all there is.
      if found < 2 { return extracting(0..<end) }
      let (second, top) = found == 2 ? (starts.0, starts.1) : (starts.1, starts.2)
      let third = found == 2 ? 0 : starts.0
      let isKnown = end - top == 2 && extracting(second..<top - 1).isSecondLevel
      return extracting((isKnown ? third : second)..<end)
    }
  }

  /// Whether it is one of the labels that stand for a level of registries.
  private var isSecondLevel: Bool {
    for index in NameDomain.secondLevels.indices {
      let label = NameDomain.secondLevels[index].utf8
      guard label.count == byteCount else { continue }
      var (isEqual, offset) = (true, 0)
      for expected in label {
        if byte(offset).smallLetter != expected { isEqual = false }
        offset += 1
      }
      if isEqual { return true }
    }
    return false
  }
}
