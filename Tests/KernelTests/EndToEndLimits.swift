// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

extension EndToEnd {
  /// What the process may have too little of.
  @Suite struct Limits {
    @Test(arguments: [12, 16, 24, 64])
    func `too few open files are no reason to boot another kernel`(limit: Int) async throws {
      try await withStage { stage in
        let folder = try stage.folder()
        let file = "\(folder)/a.yaml"
        try Data(policy("first", events: "net_packet_udp").utf8).write(to: URL(filePath: file))
        let started = try await outcome(
          of: ["sh", "-c", "ulimit -n \(limit); exec \"$0\" apply -p \"$1\" -o none", Tracer.path]
            + [file])
        #expect(started.ending == .exited(2), "\(started.errors)")
        #expect(started.errors.contains("ulimit -n"), "\(started.errors)")
        #expect(!started.errors.contains("Linux 6.1"), "\(started.errors)")
      }
    }
  }
}
