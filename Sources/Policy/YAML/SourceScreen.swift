// SPDX-License-Identifier: Apache-2.0

extension SourceFile {
  /// Returns the finding that makes the bytes unreadable as text, or nil if there is none.
  ///
  /// Text is UTF-8 without the characters that YAML forbids (YAML 1.1 §5.1).
  func screen() -> Diagnostic? {
    if bytes.starts(with: [0xff, 0xfe]) || bytes.starts(with: [0xfe, 0xff]) {
      return .notUTF8(self, at: 0, "is UTF-16")
    }
    if let offset = firstForbiddenControl {
      return .forbidden(self, at: offset)
    }
    do {
      _ = try UTF8Span(validating: bytes.span)
    } catch {
      return .notUTF8(self, at: error.byteOffsets.lowerBound, "is not UTF-8 here")
    }
    return firstForbiddenScalar.map { .forbidden(self, at: $0) }
  }

  private var firstForbiddenControl: Int? {
    bytes.firstIndex { byte in
      byte < 0x20 && byte != 0x09 && byte != 0x0a && byte != 0x0d || byte == 0x7f
    }
  }

  /// The offset of the first of U+0080 to U+009F except U+0085, U+FFFE and U+FFFF, found by their bytes.
  private var firstForbiddenScalar: Int? {
    bytes.indices.dropLast().first { index in
      let next = bytes[index + 1]
      switch bytes[index] {
      case 0xc2: return next < 0xa0 && next != 0x85
      case 0xef:
        return next == 0xbf && index + 2 < bytes.count && bytes[index + 2] >= 0xbe
      default: return false
      }
    }
  }
}

extension Diagnostic {
  fileprivate static func notUTF8(_ file: SourceFile, at offset: Int, _ what: String) -> Self {
    let place = file.position(atByte: offset)
    return Self(
      .syntax, "the file \(what)", source: file.name,
      range: SourceRange(start: place, end: place), help: "save it as UTF-8")
  }

  fileprivate static func forbidden(_ file: SourceFile, at offset: Int) -> Self {
    let start = file.position(atByte: offset)
    let end = file.position(atScalar: file.scalarIndex(ofByte: offset) + 1)
    let range = SourceRange(start: start, end: end)
    let value = file.text(of: range).unicodeScalars.first?.value ?? 0
    let digits = String(value, radix: 16, uppercase: true)
    let code = "U+" + String(repeating: "0", count: max(4 - digits.count, 0)) + digits
    return Self(
      .syntax, "the character \(code) is not allowed in a policy file", source: file.name,
      range: range, help: value == 0 ? "this looks like a binary file" : nil)
  }
}
