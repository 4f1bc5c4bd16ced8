// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

extension EndToEnd {
  /// The tracer on a terminal.
  @Suite struct OnTerminal {
    @Test func `a terminal that is lost ends the tracer well, and SIGHUP with one reads policies`()
      async throws
    {
      try await withStage { stage in
        let folder = try stage.folder()
        let file = URL(filePath: "\(folder)/a.yaml")
        let filter = "data.dst=127.77.9.1"
        try Data(policy("first", events: "net_packet_udp", filter).utf8).write(to: file)
        let tracer = try TerminalProcess(
          [Tracer.path, "apply", "-p", file.path, "-o", "json:\(folder)/lines"]
            + ["--stats-file", "\(folder)/stats.json"])
        try await tracer.shows("ready: ")
        try Data(policy("second", events: "net_packet_udp", filter).utf8).write(to: file)
        tracer.send(SIGHUP)
        try await tracer.shows("reloaded: generation 2, 1 added, 1 removed")
        #expect(tracer.ending == nil)
        tracer.hangUp()
        #expect(try await tracer.end() == .exited(0))
        // What is written at the end is there.
        _ = try Statistics(ofFile: "\(folder)/stats.json")
      }
    }
  }
}
