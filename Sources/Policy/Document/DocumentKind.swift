// SPDX-License-Identifier: Apache-2.0

/// Kinds of documents that may lie among policies and are none.
enum DocumentKind: String, CaseIterable {
  /// Tests of policies.
  case tests = "PolicyTest"
  /// Whose the packets of a capture are.
  case owners = "PacketOwners"

  /// The kind of a document that says so; nil for a policy, and for whatever else.
  init?(of root: YAMLNode) {
    guard case .mapping(let entries) = root.content,
      let entry = entries.first(where: { $0.key.text?.text == "kind" }),
      let name = entry.value.text?.text
    else { return nil }
    self.init(rawValue: name)
  }
}
