// SPDX-License-Identifier: Apache-2.0

/// The documents of a source that can be read, and findings about the rest.
struct YAMLStream: Equatable, Sendable {
  /// The documents that could be read and are not empty.
  var documents: [YAMLNode] = []
  /// The findings, in the order of their places.
  var diagnostics: [Diagnostic] = []
  /// The number of documents that could not be read.
  var faults = 0

  /// The most unreadable documents of one source that are reported.
  static let faultLimit = 100

  /// Reads all documents of a source; one that cannot be read does not hide those after it.
  init(reading file: SourceFile) {
    if let diagnostic = file.screen() {
      diagnostics.append(diagnostic)
      faults += 1
      return
    }
    var start: Int? = file.textStart
    while let from = start {
      start = readDocuments(of: file, from: from)
      if faults >= Self.faultLimit, let rest = start {
        diagnostics.append(.tooManyFaults(file, at: rest))
        return
      }
    }
  }

  /// Reads documents up to the first fault.
  ///
  /// Returns the offset in bytes of the next line that begins a document, or nil when nothing is left.
  private mutating func readDocuments(of file: SourceFile, from start: Int) -> Int? {
    file.bytes[start...].withUnsafeBufferPointer { bytes in
      var composer = YAMLComposer(file, bytes, from: start)
      do throws(YAMLStop) {
        while let document = try composer.nextDocument() {
          if !document.isNull { documents.append(document) }
        }
        diagnostics += composer.diagnostics
        return nil
      } catch {
        faults += 1
        diagnostics += composer.diagnostics
        diagnostics.append(error.diagnostic)
        return Self.nextDocumentLine(in: file.bytes, after: composer.documentStart)
      }
    }
  }

  /// Returns the offset of the next line that begins with `---` and a blank, which begins a new document
  /// anywhere in YAML.
  private static func nextDocumentLine(in bytes: [UInt8], after start: Int) -> Int? {
    let marker = [UInt8](repeating: UInt8(ascii: "-"), count: 3)
    let blanks: [UInt8?] = [nil] + " \t\r\n".utf8.map { $0 }
    var offset = start
    while let line = bytes[offset...].firstIndex(where: {
      $0 == LineTable.lineFeed || $0 == LineTable.carriageReturn
    }) {
      offset = line + 1
      let next = offset + marker.count
      if bytes[offset...].starts(with: marker),
        blanks.contains(next < bytes.count ? bytes[next] : nil)
      {
        return offset
      }
    }
    return nil
  }
}

/// The finding that stops the reading of a document.
struct YAMLStop: Error {
  var diagnostic: Diagnostic
}

extension Diagnostic {
  fileprivate static func tooManyFaults(_ file: SourceFile, at offset: Int) -> Self {
    let place = file.position(atByte: offset)
    return Self(
      .syntax, "the rest is not checked: \(YAMLStream.faultLimit) documents cannot be read",
      source: file.name, range: SourceRange(start: place, end: place))
  }
}
