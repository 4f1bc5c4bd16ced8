// SPDX-License-Identifier: Apache-2.0

/// A file that states whose the packets of a capture are.
public struct OwnersFile: Sendable {
  /// The owners of flows, in the order of the file.
  public private(set) var flows: [FlowOwner] = []
  /// Everything that is wrong; the flows are to be used only when this is empty.
  public private(set) var diagnostics: [Diagnostic] = []
  /// The file.
  public let source: SourceFile

  /// Reads a file of kind `PacketOwners`.
  public init(path: String) throws(SourceFailure) {
    source = try SourceFile.read(path)
    let stream = YAMLStream(reading: source)
    diagnostics = stream.diagnostics
    let roots = stream.documents.filter { DocumentKind(of: $0) == .owners }
    if roots.isEmpty, stream.faults == 0 {
      diagnostics.append(
        Diagnostic(
          .missingKey, "there are no owners in this file", source: source.name, range: nil,
          help: "begin with `kind: \(DocumentKind.owners.rawValue)`"))
    }
    for root in roots {
      let document = TestParser.parse(owners: root, of: source)
      diagnostics += document.diagnostics
      flows += TestPreparation.flows(
        document.flows, of: document.owners, in: source.name, root.range, into: &diagnostics)
    }
  }
}
