import Foundation
import Glibc
import Policy
import Testing

@testable import Pipeline

@Suite struct OutputTests {
  static let clock = BootClock(epochOffset: 0)

  @Test(arguments: [
    ("json", Destination(.json)), ("table", Destination(.table)), ("none", Destination(.none)),
    ("json:/tmp/a:b", Destination(.json, path: "/tmp/a:b")),
    ("table:x", Destination(.table, path: "x")),
    ("", nil), ("JSON", nil), ("json:", nil), ("yaml", nil), (":x", nil),
  ])
  func `an argument is a form and perhaps a path`(argument: String, expected: Destination?) {
    #expect(Destination(argument: argument) == expected)
  }

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

  @Test func `a full disk is an error once, and its events are counted as lost`() throws {
    let full = try Output(Destination(.json, path: "/dev/full"), clock: Self.clock)
    try withTemporaryFolder { folder in
      let path = folder + "/good"
      let good = try Output(Destination(.json, path: path), clock: Self.clock)
      var emitter = Emitter(outputs: [full, good])
      emitter.add(EmitterTests.plan, generation: 1)
      let bytes = SampleRecord(EmitterTests.packet, row: [1]).bytes
      for _ in 0..<3 { emitter.consume(bytes.span.bytes) }
      let error = #expect(throws: OutputError.self) { try emitter.flush() }
      #expect(error?.code == ENOSPC)
      emitter.consume(bytes.span.bytes)
      #expect(throws: OutputError.self) { try emitter.flush() }
      #expect((full.written, full.lost) == (0, 4))
      #expect((good.written, good.lost) == (4, 0))
      #expect(try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").count == 4)
    }
  }

  @Test func `a FIFO gets its lines, and an error when its reader went away`() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/fifo"
      mkfifo(path, 0o600)
      let reader = open(path, O_RDONLY | O_NONBLOCK)
      let output = try Output(Destination(.json, path: path), clock: Self.clock)
      var emitter = Emitter(outputs: [output])
      emitter.add(EmitterTests.plan, generation: 1)
      let bytes = SampleRecord(EmitterTests.packet, row: [1]).bytes
      emitter.consume(bytes.span.bytes)
      #expect(try emitter.flush() == .written)
      var text = [UInt8](repeating: 0, count: 4096)
      let count = read(reader, &text, text.count)
      #expect(text.prefix(max(count, 0)).last == UInt8(ascii: "\n"))
      close(reader)
      emitter.consume(bytes.span.bytes)
      let error = #expect(throws: OutputError.self) { try emitter.flush() }
      #expect(error?.code == EPIPE)
    }
  }

  @Test func `a batch that a slow reader takes in parts arrives whole`() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/fifo"
      mkfifo(path, 0o600)
      let reader = open(path, O_RDONLY | O_NONBLOCK)
      let file = try OutputFile(path)
      let bytes = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
      let received = Received()
      let thread = Thread {
        var part = [UInt8](repeating: 0, count: 8192)
        var wait = pollfd(fd: reader, events: Int16(POLLIN), revents: 0)
        while received.bytes.count < bytes.count, poll(&wait, 1, 5000) > 0 {
          let count = read(reader, &part, part.count)
          if count > 0 { received.bytes += part.prefix(count) }
        }
        received.done.signal()
      }
      thread.start()
      let (done, code) = file.write(bytes.span.bytes)
      #expect((done, code) == (bytes.count, 0))
      #expect(received.done.wait(timeout: .now() + 10) == .success)
      #expect(received.bytes == bytes)
      close(reader)
    }
  }

  @Test func `a batch is written before it grows without end`() throws {
    try withTemporaryFolder { folder in
      let output = try Output(Destination(.json, path: folder + "/out"), clock: Self.clock)
      var emitter = Emitter(outputs: [output])
      emitter.add(EmitterTests.plan, generation: 1)
      let bytes = SampleRecord(EmitterTests.packet, row: [1]).bytes
      for _ in 0..<3_000 { emitter.consume(bytes.span.bytes) }
      #expect(output.written > 0)
      #expect(try emitter.flush() == .written)
      #expect(output.written == 3_000)
    }
  }

  @Test func `none writes nothing and counts`() throws {
    let output = try Output(Destination(.none), clock: Self.clock)
    var emitter = Emitter(outputs: [output])
    emitter.add(EmitterTests.plan, generation: 1)
    let bytes = SampleRecord(EmitterTests.packet, row: [3]).bytes
    emitter.consume(bytes.span.bytes)
    #expect(try emitter.flush() == .written)
    #expect(output.written == 2)
  }

  private func emitOne(to destination: Destination) throws {
    var emitter = Emitter(outputs: [try Output(destination, clock: Self.clock)])
    emitter.add(EmitterTests.plan, generation: 1)
    let bytes = SampleRecord(EmitterTests.packet, row: [1]).bytes
    emitter.consume(bytes.span.bytes)
    #expect(try emitter.flush() == .written)
  }

  private func mode(of path: String) throws -> mode_t {
    var status = stat()
    try #require(stat(path, &status) == 0)
    return status.st_mode & 0o777
  }

  private final class Received: @unchecked Sendable {
    var bytes: [UInt8] = []
    let done = DispatchSemaphore(value: 0)
  }
}
