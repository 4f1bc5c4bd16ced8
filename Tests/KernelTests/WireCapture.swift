// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import TestSupport

/// What another program saw of the same packets, on the cable.
struct WireCapture {
  private let process: ChildProcess

  /// Starts tcpdump at one end of a network and waits until it listens.
  init(_ stage: Stage, on side: VirtualNetwork.Side, _ filter: String) async throws {
    process = try stage.start(
      "tcpdump", "-n", "-l", "--immediate-mode", "-i", "veth0", filter, on: side)
    let process = process
    try await eventually("tcpdump", instead: { process.errorText }) {
      process.errorText.contains("listening on veth0")
    }
  }

  /// Ends it, and gives the TCP flags of the packets that came from an address, in their order.
  ///
  /// tcpdump's own notation: `S`, `S.`, `.`, `P.`, `F.`, …
  func flags() async throws -> (_ address: String) -> [String] {
    process.send(SIGINT)
    try await process.end()
    let lines = process.outputText.split(separator: "\n")
    return { address in
      lines.compactMap { line in
        guard let match = line.firstMatch(of: /IP6? (\S+)\.[0-9]+ > \S+: Flags \[([^\]]+)\]/),
          match.output.1 == address
        else { return nil }
        return String(match.output.2)
      }
    }
  }
}

extension Trace {
  /// The TCP flags of the packets from an address as one end saw them, in the order of time.
  func flags(from address: String, leaving: Bool) -> [String] {
    events.filter { $0.source == address && $0.leaves == leaving }
      .sorted { $0.timestamp < $1.timestamp }.map(\.flags)
  }
}
