// SPDX-License-Identifier: Apache-2.0

import Glibc
import Policy
import Testing

@testable import Pipeline

/// What an output that may drop says of it.
@Suite struct DropTests {
  /// A FIFO that was not read until two kinds of events were dropped.
  private struct Scene: ~Copyable {
    let output: Output
    let reader: Reader
    var emitter: Emitter
    let bytes = SampleRecord(EmitterTests.packet, row: [0b0011]).bytes

    init(_ folder: String, _ route: Route = Route()) throws {
      let unread = try UnreadOutput(in: folder, .drop, route)
      (output, reader) = (unread.output, unread.reader)
      emitter = Emitter(outputs: [output])
      emitter.add(EmitterTests.plan, generation: 1)
      while output.account.dropped == 0 { consume(1_000) }
    }

    mutating func consume(_ count: Int) {
      let bytes = bytes
      for _ in 0..<count { emitter.consume(bytes.span.bytes) }
    }

    /// Reads what was not dropped.
    func readEvents() -> Bool {
      let waiting = Int(output.account.waiting)
      let lines = reader.lines(waiting) { emitter.outputs.all[0].flush() }
      return lines.count == waiting && !lines.contains { $0.contains("lost_events") }
    }

    /// The next line says that so many events are missing.
    func says(_ count: UInt64) -> Bool {
      let line = reader.lines(1) { emitter.outputs.all[0].flush() }.first
      return line?.contains(#""name":"count","type":"u64","value":\#(count)}"#) ?? false
    }
  }

  @Test func `it says so as soon as there is room, also when nothing else comes`() throws {
    try withTemporaryFolder { folder in
      let scene = try Scene(folder)
      #expect(scene.readEvents() == true)
      #expect(scene.says(scene.output.account.dropped) == true)
      #expect(try scene.emitter.outputs.finish() == .written)
      #expect(scene.reader.rest().isEmpty)
    }
  }

  @Test func `what it drops of a route is told to the last event`() throws {
    try withTemporaryFolder { folder in
      var scene = try Scene(folder, Route(events: [EventKind.tcp.id, EventKind.ipv4.id]))
      #expect(scene.readEvents() == true)
      let dropped = scene.output.account.dropped
      scene.consume(1)
      #expect(scene.says(dropped) == true)
      #expect(try scene.emitter.outputs.finish() == .written)
    }
  }
}
