// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import Policy
import TestSupport
import Testing

@testable import Pipeline

@Suite struct ControlTests {
  @Test(
    arguments: [
      ("GET /status HTTP/1.1\r\nHost: x\r\n\r\n", .whole(.init(method: "GET", target: "/status"))),
      ("POST /reload?x=1 HTTP/1.0\n\n", .whole(.init(method: "POST", target: "/reload"))),
      ("GET /status HTTP/1.1\r\n", .unfinished), ("", .unfinished), ("\r\n\r\n", .broken),
      ("GET /status\r\n\r\n", .broken), ("GET status HTTP/1.1\r\n\r\n", .broken),
      ("GET /a b HTTP/1.1\r\n\r\n", .broken), ("GET /a SPDY/3\r\n\r\n", .broken),
      (String(repeating: "x", count: 4096), .broken),
      (String(repeating: "x", count: 4095), .unfinished),
      ("GET / HTTP/1.1\r\n" + String(repeating: "a: b\r\n", count: 1000) + "\r\n", .broken),
    ] as [(String, ControlRequest.Reading)])
  func `a request is read as far as its first line`(
    text: String, reading: ControlRequest.Reading
  ) {
    #expect(ControlRequest.read(Array(text.utf8)) == reading)
  }

  @Test func `however a request is cut, it is unfinished until its end has come`() {
    let bytes = Array("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n".utf8)
    for count in bytes.indices {
      #expect(ControlRequest.read(Array(bytes[..<count])) == .unfinished)
    }
  }

  @Test func `random bytes are no request, or one with a path`() {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SplitMix(state: seed)
    for _ in 0..<20_000 {
      let alphabet = Array("GET / HTTP1.\r\n\0\u{ff}".utf8)
      let bytes = (0..<Int.random(in: 0...40, using: &random)).map { _ in
        alphabet[Int.random(in: alphabet.indices, using: &random)]
      }
      if case .whole(let request) = ControlRequest.read(bytes) {
        #expect(request.target.hasPrefix("/"), "seed \(seed)")
      }
    }
  }

  @Test(
    arguments: [
      ("127.0.0.1:9435", .internet("127.0.0.1", 9435)), ("[::1]:1", .internet("::1", 1)),
      ("unix:/run/m.sock", .path("/run/m.sock")), ("localhost:9435", nil), ("127.0.0.1", nil),
      ("::1:9435", nil), ("[127.0.0.1]:1", nil), ("127.0.0.1:65536", nil), ("unix:", nil),
      (":9435", nil), ("9435", nil),
    ] as [(String, Listener.Address?)])
  func `an address is a path or numbers`(text: String, address: Listener.Address?) {
    #expect(Listener.Address(parsing: text) == address)
  }

  /// The mode of a file; nil when there is none.
  private func mode(of path: String) -> mode_t? {
    var status = stat()
    return lstat(path, &status) == 0 ? status.st_mode & 0o777 : nil
  }

  @Test func `a socket is for its owner alone, and takes the place of one that is dead`() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/ctl.sock"
      var first: Listener? = try Listener(.path(path), for: .owner, option: "--control")
      #expect(mode(of: path) == 0o600)
      let taken = #expect(throws: OutputError.self) {
        _ = try Listener(.path(path), for: .owner, option: "--control")
      }
      #expect(taken?.code == EADDRINUSE)
      withExtendedLifetime(first) {}
      first = nil
      #expect(mode(of: path) == nil)

      guard let dead = UnixAddress(path)?.listen(backlog: 1) else {
        Issue.record("no socket at \(path)")
        return
      }
      _ = consume dead
      #expect(mode(of: path) != nil)
      let next = try Listener(.path(path), for: .owner, option: "--control")
      let isAnswered = UnixAddress(path)?.connect(.stream) != nil
      #expect(isAnswered)
      withExtendedLifetime(next) {}
    }
  }

  @Test func `what is no socket is left alone`() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/file"
      try Data("x".utf8).write(to: URL(filePath: path))
      let error = #expect(throws: OutputError.self) {
        _ = try Listener(.path(path), for: .owner, option: "--control")
      }
      #expect(error?.code == EEXIST)
      #expect(try String(contentsOfFile: path, encoding: .utf8) == "x")
      let long = #expect(throws: OutputError.self) {
        _ = try Listener(
          .path(folder + "/" + String(repeating: "x", count: 108)), for: .owner, option: "--control"
        )
      }
      #expect(long?.code == ENAMETOOLONG)
    }
  }

  @Test func `labels of metrics cannot end their line or their quotes`() {
    var metrics = MetricsText()
    metrics.family("a_total", .counter, "What it is.")
    metrics.sample(UInt64.max, ["b": "x\"y\\z\nw"])
    metrics.sample(0)
    #expect(
      metrics.text == """
        # HELP a_total What it is.
        # TYPE a_total counter
        a_total{b="x\\"y\\\\z\\nw"} 18446744073709551615
        a_total 0

        """)
  }

  @Test func `figures of this process are those of the kernel`() {
    let figures = ProcessFigures()
    #expect(figures.residentBytes > 1 << 20 && figures.virtualBytes > figures.residentBytes)
    #expect(figures.openDescriptors > 2 && figures.descriptorLimit >= 3)
    #expect(abs(figures.startTime - Int64(time(nil))) < 86_400)
  }

  @Test func `a watchdog is meant for the process that is named, or for any`() {
    let own = "\(getpid())"
    #expect(ServiceNotifier.watchdog(microseconds: "1500000", process: own) == .seconds(1.5))
    #expect(ServiceNotifier.watchdog(microseconds: "1", process: nil) == .microseconds(1))
    for (time, process) in [(nil, own), ("0", own), ("x", own), ("-1", own), ("1", "1")] {
      #expect(ServiceNotifier.watchdog(microseconds: time, process: process) == nil)
    }
  }
}

@Suite struct LastGoodSetTests {
  private static let sources = [
    SourceFile(name: "/etc/a b.yaml", bytes: Array("name: x\n".utf8)),
    SourceFile(name: "empty", bytes: []), SourceFile(name: "ü", bytes: [0, 255, 10, 10]),
  ]

  @Test func `what is kept is read again, byte for byte, and the youngest stays`() throws {
    try withTemporaryFolder { folder in
      let set = LastGoodSet(in: folder)
      #expect(set.sources() == nil)
      try set.keep(Self.sources, generation: 2)
      #expect(set.sources() == Self.sources)
      try set.keep([Self.sources[1]], generation: 1)
      #expect(set.sources() == Self.sources)
      try set.keep([Self.sources[0]], generation: 3)
      #expect(LastGoodSet(in: folder).sources() == [Self.sources[0]])
    }
  }

  @Test func `what is not whole is not read`() throws {
    try withTemporaryFolder { folder in
      let set = LastGoodSet(in: folder)
      try set.keep(Self.sources, generation: 1)
      let bytes = try Data(contentsOf: URL(filePath: set.path))
      for count in bytes.indices {
        try bytes.prefix(count).write(to: URL(filePath: set.path))
        #expect(set.sources() == nil, "\(count) bytes of \(bytes.count)")
      }
      for text in [
        "", "x", "-1 5\nabcde", "99999999999999999999 1\n", "1 99999999\na", "1\na", "a b\n",
      ] {
        try Data(("tracee-policy: last good set, version 1\n1\n" + text).utf8)
          .write(to: URL(filePath: set.path))
        #expect(set.sources() == nil)
      }
    }
  }
}
