// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import Policy
import TestSupport
import Testing

@testable import Pipeline

/// Outputs that must lose nothing and take nothing, beside others.
@Suite struct StallTests {
  /// A FIFO that is not read, and an emitter that has filled its queue.
  private struct Scene: ~Copyable {
    let stalled: Output
    let reader: Reader
    var emitter: Emitter
    let bytes = SampleRecord(EmitterTests.packet, row: [1]).bytes
    var count: UInt64 = 0

    init(_ folder: String, others: [Output]) throws {
      let unread = try UnreadOutput(in: folder)
      (stalled, reader) = (unread.output, unread.reader)
      emitter = Emitter(outputs: [stalled] + others)
      emitter.add(EmitterTests.plan, generation: 1)
      while !emitter.outputs.isFull { consume() }
    }

    func waits(_ isPressed: Bool) -> Bool { emitter.outputs.mustWait(isPressed: isPressed) }

    mutating func consume() {
      let bytes = bytes
      emitter.consume(bytes.span.bytes)
      emitter.outputs.push()
      count += 1
    }
  }

  @Test func `others wait for it until they are pressed, and then it loses what they get`() throws {
    try withTemporaryFolder { folder in
      let other = try Output(Destination(.json, path: folder + "/other"), clock: OutputTests.clock)
      var scene = try Scene(folder, others: [other])
      #expect(scene.waits(false) == true)
      #expect(scene.waits(true) == false)
      for _ in 0..<10 { scene.consume() }
      #expect(scene.stalled.account.dropped == 10)
      // No longer pressed, they wait again.
      #expect(scene.waits(false) == true)

      // When there is room again, its reader sees first that there is a gap, and then everything.
      let before = Int(scene.count) - 10
      #expect(scene.reader.lines(before) { scene.emitter.outputs.push() }.count == before)
      #expect(scene.waits(true) == false)
      scene.consume()
      let gap = scene.reader.lines(2)
      #expect(gap.first?.contains(#""name":"count","type":"u64","value":10}"#) == true)
      #expect(gap.last?.contains("net_packet_tcp") == true)
      #expect(try scene.emitter.outputs.finish() == .written)
      #expect(other.account.written == scene.count)
      #expect(scene.stalled.account.written == scene.count - 10)
    }
  }

  @Test func `alone it is waited for, however pressed`() throws {
    try withTemporaryFolder { folder in
      let scene = try Scene(folder, others: [])
      #expect(scene.waits(true) == true)
      #expect(try scene.emitter.outputs.finish(patience: .milliseconds(20)) == .written)
      let account = scene.stalled.account
      #expect(account.dropped == 0 && account.written + account.unwritten == scene.count)
    }
  }

  @Test func `gaps of the ring do not fill the memory of one that takes nothing`() throws {
    try withTemporaryFolder { folder in
      let other = try Output(Destination(.json, path: folder + "/other"), clock: OutputTests.clock)
      let scene = try Scene(folder, others: [other])
      let loss = Gap.Loss(policies: ["web"], event: EventKind.tcp.id, count: 1)
      let gap = Gap(reason: .ringFull, count: 1, since: 1, until: 2, losses: [loss])
      for _ in 0..<40_000 {
        scene.emitter.outputs.append(gap)
        scene.emitter.outputs.push()
      }
      #expect(try scene.emitter.outputs.finish(patience: .milliseconds(20)) == .written)
      let size = try FileManager.default.attributesOfItem(atPath: folder + "/other")[.size] as? Int
      #expect(size ?? 0 > 16 << 20)
      #expect(scene.stalled.account.waiting == 0)
    }
  }

  @Test func `a socket that has no room for one more connection is tried again`() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/socket"
      let listener = try UnixSocket.listen(path)
      defer { close(listener) }
      // Others wait to be accepted, as many as may.
      let others = try (0..<2).map { _ in try UnixSocket.connect(path) }
      defer { others.forEach { close($0) } }
      #expect { try UnixSocket.connect(path) } throws: {
        ($0 as? SystemCallFailed)?.code == EAGAIN
      }
      let output = try Output(Destination(.json, .unix(path)), clock: OutputTests.clock)
      var emitter = Emitter(outputs: [output])
      emitter.add(EmitterTests.plan, generation: 1)
      let bytes = SampleRecord(EmitterTests.packet, row: [1]).bytes
      emitter.consume(bytes.span.bytes)
      #expect(try emitter.outputs.flush() == .written)
      for _ in others { close(accept(listener, nil, nil)) }
      let reader = Reader(accept(listener, nil, nil))
      #expect(reader.lines(1).count == 1)
      #expect(try emitter.outputs.finish() == .written)
      #expect(output.account.written == 1)
    }
  }
}
