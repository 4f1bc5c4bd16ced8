// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import Policy
import System
import TestSupport
import Testing

@testable import Pipeline

@Suite struct OutputTests {
  static let clock = BootClock(epochOffset: 0)

  @Test func `a new file is for its owner alone, an old one keeps its mode and its lines`() throws {
    try withTemporaryFolder { folder in
      let new = folder + "/new"
      let old = folder + "/old"
      try "before\n".write(toFile: old, atomically: false, encoding: .utf8)
      chmod(old, 0o644)
      for path in [new, old] { try emitOne(to: Destination(.json, path: path)) }
      #expect(try mode(of: new) == 0o600)
      #expect(try mode(of: old) == 0o644)
      let lines = try String(contentsOfFile: old, encoding: .utf8).split(separator: "\n")
      #expect(lines.first == "before")
      #expect(lines.count == 2)
    }
  }

  @Test func `a symbolic link is refused, and what it names stays as it was`() throws {
    try withTemporaryFolder { folder in
      let target = folder + "/target"
      try "mine".write(toFile: target, atomically: false, encoding: .utf8)
      symlink(target, folder + "/link")
      let error = #expect(throws: OutputError.self) {
        try Output(Destination(.json, path: folder + "/link"), clock: Self.clock)
      }
      #expect(error?.code == ELOOP)
      #expect(
        error?.description.hasSuffix("/link': it is a symbolic link; name the file itself") == true)
      #expect(try String(contentsOfFile: target, encoding: .utf8) == "mine")
    }
  }

  @Test func `what cannot be opened says why and what to do`() throws {
    try withTemporaryFolder { folder in
      for (path, code) in [(folder, EISDIR), (folder + "/no/file", ENOENT)] {
        let error = #expect(throws: OutputError.self) {
          try Output(Destination(.table, path: path), clock: Self.clock)
        }
        #expect(error?.code == code)
        #expect(error?.description.hasPrefix("cannot open '\(path)': ") == true)
      }
    }
  }

  @Test func `a full disk is said once and tried again, and what waits in vain is counted`() throws
  {
    let full = try Output(Destination(.json, path: "/dev/full"), clock: Self.clock)
    try withTemporaryFolder { folder in
      let path = folder + "/good"
      let good = try Output(Destination(.json, path: path), clock: Self.clock)
      var emitter = Emitter(outputs: [full, good])
      emitter.add(EmitterTests.plan, generation: 1)
      let bytes = SampleRecord(EmitterTests.packet, row: [1]).bytes
      for _ in 0..<3 { emitter.consume(bytes.span.bytes) }
      #expect(try emitter.outputs.flush() == .written)
      emitter.consume(bytes.span.bytes)
      let error = #expect(throws: OutputError.self) { try emitter.outputs.finish() }
      #expect(error?.code == ENOSPC)
      let notices = full.takeNotices()
      #expect(notices.count == 1)
      #expect(notices.first?.contains("'/dev/full': No space left on device") == true)
      #expect((full.account.written, full.account.unwritten) == (0, 4))
      #expect((good.account.written, good.account.lost) == (4, 0))
      #expect(try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").count == 4)
    }
  }

  @Test func `a FIFO waits for its reader, and for the next one when that goes away`() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/fifo"
      mkfifo(path, 0o600)
      let output = try Output(Destination(.json, path: path), clock: Self.clock)
      var emitter = Emitter(outputs: [output])
      emitter.add(EmitterTests.plan, generation: 1)
      let bytes = SampleRecord(EmitterTests.packet, row: [1]).bytes
      for round in 0..<2 {
        emitter.consume(bytes.span.bytes)
        #expect(try emitter.outputs.flush() == .written)
        let reader = Reader(try FIFO.open(path))
        // The writer may still have been busy with the line before.
        #expect(reader.lines(1) { emitter.outputs.push() }.count == 1, "round \(round)")
        close(reader.descriptor)
      }
      #expect(try emitter.outputs.finish() == .written)
      #expect(output.account.written == 2)
    }
  }

  @Test func `a batch that a slow reader takes in parts arrives whole`() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/fifo"
      mkfifo(path, 0o600)
      let reader = Reader(try FIFO.open(path))
      let output = try Output(Destination(.json, path: path), clock: Self.clock)
      var emitter = Emitter(outputs: [output])
      emitter.add(EmitterTests.plan, generation: 1)
      let bytes = SampleRecord(EmitterTests.packet, row: [1]).bytes
      for _ in 0..<500 { emitter.consume(bytes.span.bytes) }
      #expect(try emitter.outputs.flush() == .written)
      let lines = reader.lines(500) { emitter.outputs.push() }
      #expect(lines.count == 500)
      #expect(Set(lines).count == 1)
      #expect(try emitter.outputs.finish() == .written)
    }
  }

  @Test func `an output that takes nothing keeps others from nothing when it may drop`() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/fifo"
      mkfifo(path, 0o600)
      let reader = Reader(try FIFO.open(path))
      var destination = Destination(.json, path: path)
      destination.onFull = .drop
      let stalled = try Output(destination, clock: Self.clock)
      let other = try Output(Destination(.json, path: folder + "/other"), clock: Self.clock)
      var emitter = Emitter(outputs: [stalled, other])
      emitter.add(EmitterTests.plan, generation: 1)
      let bytes = SampleRecord(EmitterTests.packet, row: [1]).bytes
      let count: UInt64 = 20_000
      for _ in 0..<count { emitter.consume(bytes.span.bytes) }
      #expect(stalled.account.dropped > 0)
      let isFull = emitter.outputs.isFull
      #expect(!isFull)
      // When there is room again, the reader sees first that there is a gap.
      let waiting = stalled.account.waiting
      let before = reader.lines(Int(waiting)) { emitter.outputs.push() }
      #expect(before.count == Int(waiting) && before.allSatisfy { $0.contains("net_packet_tcp") })
      emitter.consume(bytes.span.bytes)
      #expect(try emitter.outputs.flush() == .written)
      let gap = reader.lines(2)
      let dropped = stalled.account.dropped
      #expect(gap.first?.contains(#""name":"count","type":"u64","value":\#(dropped)}"#) == true)
      #expect(gap.first?.contains(#""eventId":"2999","eventName":"lost_events""#) == true)
      #expect(gap.last?.contains("net_packet_tcp") == true)
      #expect(try emitter.outputs.finish() == .written)
      let account = stalled.account
      #expect(account.accepted == count + 1)
      #expect(account.written + account.dropped == count + 1)
      #expect(account.losses.byLabel.values.reduce(0, +) == account.dropped)
      #expect(other.account.written == count + 1)
    }
  }

  @Test func `an output that takes nothing is given up at the end, and what it had is counted`()
    throws
  {
    try withTemporaryFolder { folder in
      let path = folder + "/fifo"
      mkfifo(path, 0o600)
      let reader = Reader(try FIFO.open(path))
      let output = try Output(Destination(.json, path: path), clock: Self.clock)
      var emitter = Emitter(outputs: [output])
      emitter.add(EmitterTests.plan, generation: 1)
      let bytes = SampleRecord(EmitterTests.packet, row: [1]).bytes
      var count: UInt64 = 0
      while !emitter.outputs.isFull {
        emitter.consume(bytes.span.bytes)
        count += 1
      }
      emitter.outputs.awaitRoom(patience: .milliseconds(20))
      emitter.consume(bytes.span.bytes)
      #expect(try emitter.outputs.finish(patience: .milliseconds(20)) == .written)
      let account = output.account
      #expect(account.accepted == count + 1)
      #expect(account.written + account.unwritten == count + 1)
      #expect(account.waiting == 0 && account.dropped == 0)
      // What the pipe held is whole lines but for the last, and as many as are said to be written.
      let lines = reader.rest().split(separator: "\n", omittingEmptySubsequences: false)
      #expect(lines.count - 1 == Int(account.written))
    }
  }

  @Test func `a file that is renamed gets a successor, and no line is lost between them`() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/out"
      let output = try Output(Destination(.table, path: path), clock: Self.clock)
      var emitter = Emitter(outputs: [output])
      emitter.add(EmitterTests.plan, generation: 1)
      let bytes = SampleRecord(EmitterTests.packet, row: [1]).bytes
      for number in 0..<100 {
        emitter.consume(bytes.span.bytes)
        #expect(try emitter.outputs.flush() == .written)
        if number == 50 {
          while output.account.written <= 50 { emitter.outputs.push() }
          rename(path, path + ".1")
          output.reopen()
        }
      }
      #expect(try emitter.outputs.finish() == .written)
      let files = try [path + ".1", path].map {
        try String(contentsOfFile: $0, encoding: .utf8).split(separator: "\n")
      }
      #expect(files.allSatisfy { $0.first?.hasPrefix("TIME ") == true })
      #expect(files[0].count + files[1].count == 102)
    }
  }

  @Test func `a socket gets its lines, whether its reader is there first or later`() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/socket"
      let output = try Output(Destination(.json, .unix(path)), clock: Self.clock)
      var emitter = Emitter(outputs: [output])
      emitter.add(EmitterTests.plan, generation: 1)
      let bytes = SampleRecord(EmitterTests.packet, row: [1]).bytes
      emitter.consume(bytes.span.bytes)
      #expect(try emitter.outputs.flush() == .written)
      let listener = try UnixSocket.listen(path)
      let reader = Reader(accept(listener, nil, nil))
      #expect(reader.lines(1).count == 1)
      #expect(try emitter.outputs.finish() == .written)
      #expect(output.account.written == 1)
      close(listener)
    }
  }

  @Test func `none writes nothing and counts`() throws {
    let output = try Output(Destination(.none), clock: Self.clock)
    var emitter = Emitter(outputs: [output])
    emitter.add(EmitterTests.plan, generation: 1)
    let bytes = SampleRecord(EmitterTests.packet, row: [3]).bytes
    emitter.consume(bytes.span.bytes)
    #expect(try emitter.outputs.finish() == .written)
    #expect(output.account.written == 2)
  }

  @Test func `an output gets the events of its route, with the policies of its route`() throws {
    try withTemporaryFolder { folder in
      let routes = [
        Route(policies: ["web"]), Route(events: [EventKind.ipv4.id]),
        Route(policies: ["all \"ip\""], events: [EventKind.tcp.id]), Route(policies: ["late"]),
      ]
      let outputs = try routes.enumerated().map { index, route in
        var destination = Destination(.json, path: "\(folder)/\(index)")
        destination.route = route
        return try Output(destination, clock: Self.clock)
      }
      var emitter = Emitter(outputs: outputs)
      emitter.add(EmitterTests.plan, generation: 1)
      let bytes = SampleRecord(EmitterTests.packet, row: [0b0111]).bytes
      emitter.consume(bytes.span.bytes)
      #expect(try emitter.outputs.finish() == .written)
      let texts = try routes.indices.map {
        try String(contentsOfFile: "\(folder)/\($0)", encoding: .utf8)
      }
      let shown = [
        ("net_packet_tcp", #"["web"]"#), ("net_packet_ipv4", #"["all \"ip\""]"#),
        ("net_packet_tcp", #"["all \"ip\""]"#),
      ]
      for (text, (event, policies)) in zip(texts, shown) {
        #expect(text.split(separator: "\n").count == 1)
        #expect(text.contains(#""eventName":"\#(event)","matchedPolicies":\#(policies),"#))
      }
      #expect(texts[3].isEmpty)
      #expect(outputs.map(\.account.accepted) == [1, 1, 1, 0])
    }
  }

  private func emitOne(to destination: Destination) throws {
    var emitter = Emitter(outputs: [try Output(destination, clock: Self.clock)])
    emitter.add(EmitterTests.plan, generation: 1)
    let bytes = SampleRecord(EmitterTests.packet, row: [1]).bytes
    emitter.consume(bytes.span.bytes)
    #expect(try emitter.outputs.finish() == .written)
  }

  private func mode(of path: String) throws -> mode_t {
    var status = stat()
    try #require(stat(path, &status) == 0)
    return status.st_mode & 0o777
  }
}
