// SPDX-License-Identifier: Apache-2.0

import Foundation

@testable import Policy

/// Everything that comes of one file.
func checked(_ text: String) -> CheckedSet {
  PolicySet.parse([SourceFile(name: "x", bytes: Array(text.utf8))]).checked()
}

/// What is found in one file, as `line:column code`.
func places(_ text: String) -> [String] {
  checked(text).diagnostics.map { diagnostic in
    let place = diagnostic.range.map { "\($0.start.line):\($0.start.column) " } ?? ""
    return place + diagnostic.code
  }
}

/// Whether a policy of TCP packets with this scope and these filters wants a packet.
///
/// False for every packet when there is a finding of error severity.
func wants(
  scope: [String] = ["global"], filters: [String] = [], owner: Owner? = nil,
  packet: Packet = Packet(events: [.tcp], fields: [:])
) -> Bool {
  let document = policy(scope: scope, rules: [("net_packet_tcp", filters)])
  let plan = PolicyCompiler.compile([document]).plan
  return plan?.rules.contains {
    ReferenceMatcher.matches($0, owner: owner, packet: packet)
  } ?? false
}

extension Owner {
  /// An owner of which some facts are known.
  init(_ describe: (inout Owner) -> Void) {
    self.init()
    describe(&self)
  }
}

extension Packet {
  /// A TCP packet with one value in one field.
  init(_ path: StaticString, _ values: FieldValue...) {
    self.init(events: [.tcp], fields: [PacketField(path): values])
  }
}

/// A file of the repository.
func repositoryFile(_ path: String) throws -> String {
  var root = URL(filePath: #filePath)
  for _ in 0..<4 { root.deleteLastPathComponent() }
  return try String(contentsOf: root.appending(path: path), encoding: .utf8)
}
