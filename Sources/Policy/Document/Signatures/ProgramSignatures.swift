// SPDX-License-Identifier: Apache-2.0

/// What a program says of the signatures that it has, in the first line that it writes.
///
/// Source: `docs/signatures.md`.
public struct ProgramSignatures: Equatable, Sendable {
  /// How a program wants to read events.
  public enum Encoding: String, CaseIterable, Sendable {
    /// A line of JSON for each message.
    case json
    /// An object of MessagePack for each message, one directly after the other.
    case messagePack = "msgpack"
  }

  /// How the program wants to read events.
  public let encoding: Encoding
  /// The signatures, each with the path of the program.
  public let documents: [SignatureDocument]
  /// The line, under the name of the program.
  public let source: SourceFile
  /// What is wrong with the line.
  public let diagnostics: [Diagnostic]

  /// The most bytes of the line.
  public static let limit = 1 << 20

  /// Reads a line, whatever it holds.
  public init(line: [UInt8], ofProgram path: String) {
    source = SourceFile(name: path, bytes: line)
    let stream = YAMLStream(reading: source)
    guard let root = stream.documents.first, stream.documents.count == 1,
      stream.diagnostics.isEmpty
    else {
      encoding = .json
      documents = []
      diagnostics =
        stream.diagnostics.isEmpty
        ? [
          Diagnostic(
            .missingKey, "the first line of the program is no JSON object", source: path, range: nil
          )
        ] : stream.diagnostics
      return
    }
    (documents, encoding, diagnostics) = PolicyParser.parseProgram(root, of: source)
  }
}

extension PolicySet {
  /// Adds the signatures of a program.
  public mutating func add(_ program: ProgramSignatures) {
    signatures += program.documents
    sources.append(program.source)
    diagnostics += program.diagnostics
  }
}
