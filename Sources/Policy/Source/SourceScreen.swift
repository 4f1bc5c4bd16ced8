extension SourceFile {
  /// What keeps the bytes from being a text at all; nil when nothing does.
  ///
  /// A text is UTF-8 of at most ``sizeLimit`` bytes, without the control characters that YAML forbids (YAML 1.1 §5.1).
  func screen() -> Diagnostic? {
    if bytes.starts(with: [0xff, 0xfe]) || bytes.starts(with: [0xfe, 0xff]) {
      return .notUTF8(self, at: 0, "is UTF-16")
    }
    if let offset = firstForbiddenControl {
      return .controlCharacter(self, at: offset)
    }
    do {
      _ = try UTF8Span(validating: bytes.span)
    } catch {
      // A source that was cut at the limit may end within a character: then its length is what is wrong.
      if !isTooLong || error.byteOffsets.upperBound < bytes.count {
        return .notUTF8(self, at: error.byteOffsets.lowerBound, "is not UTF-8 here")
      }
    }
    return isTooLong ? .tooLong(self) : nil
  }

  private var firstForbiddenControl: Int? {
    bytes.firstIndex { byte in
      byte < 0x20 && byte != 0x09 && byte != 0x0a && byte != 0x0d || byte == 0x7f
    }
  }
}

extension Diagnostic {
  fileprivate static func notUTF8(_ file: SourceFile, at offset: Int, _ what: String) -> Self {
    let place = file.position(atByte: offset)
    return Self(
      .error, "syntax", "the file \(what)", source: file.name,
      range: SourceRange(start: place, end: place), help: "save it as UTF-8")
  }

  fileprivate static func controlCharacter(_ file: SourceFile, at offset: Int) -> Self {
    let digits = String(file.bytes[offset], radix: 16)
    let code = "U+" + String(repeating: "0", count: 4 - digits.count) + digits.uppercased()
    return Self(
      .error, "syntax", "the control character \(code) cannot stand in a policy file",
      source: file.name,
      range: SourceRange(
        start: file.position(atByte: offset), end: file.position(atByte: offset + 1)),
      help: file.bytes[offset] == 0 ? "this looks like a binary file" : nil)
  }

  fileprivate static func tooLong(_ file: SourceFile) -> Self {
    Self(
      .error, "syntax", "the file is longer than \(SourceFile.sizeLimit) bytes", source: file.name,
      range: nil, help: "split it into several files")
  }
}
