// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import TestSupport
import Testing

@testable import Pipeline

@Suite struct JournalSenderTests {
  @Test(
    .enabled(if: Journal.canBeHad, "needs root, systemd-journald and journalctl"))
  func `the journal has each event, those that are too large for a datagram too`() async throws {
    try await withStage { stage in
      let journal = try await Journal(stage)
      let sender = JournalSender(journal.space, .journald(journal.space))
      let queue = try OutputQueue()
      let sizes = [4, 5000, 100_000, 1_000_000]
      let lines = sizes.enumerated().map { Lines.event($0, argument: $1) }
      let result = Lines.send(Lines.chunk(lines), by: sender, queue)
      #expect(result.failure == nil && result.refused == [])
      #expect(result.delivered == 4)
      let entries = try await journal.entries(4)
      #expect(entries.map { $0["MESSAGE"]?.string } == lines)
      for entry in entries {
        #expect(entry["PRIORITY"] == .string("6"))
        #expect(entry["SYSLOG_IDENTIFIER"] == .string("tracee-policy"))
        #expect(entry["TRACEE_POLICY"] == .array([.string("web"), .string("all ip")]))
      }
    }
  }

  @Test func `a journal that is not there is a failure that may pass`() throws {
    let sender = JournalSender("none-of-this-name", .journald("none-of-this-name"))
    let result = Lines.send(Lines.chunk([Lines.event(1)]), by: sender, try OutputQueue())
    #expect(
      result.failure?.description
        == "cannot open 'journald:none-of-this-name': No such file or directory; start its daemon")
    #expect(result.failure?.isPassing == true)
  }
}
