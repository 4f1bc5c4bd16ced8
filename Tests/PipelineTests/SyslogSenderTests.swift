// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import TestSupport
import Testing

@testable import Pipeline

@Suite struct SyslogSenderTests {
  @Test(
    .enabled(if: Rsyslog.isThere, "needs rsyslogd"), arguments: ["udp", "tcp", "unix"])
  func `rsyslog reads each event as JSON, and one that is too long without its arguments`(
    transport: String
  ) async throws {
    try await withStage { stage in
      let daemon = try await Rsyslog(stage)
      let place = try OutputPlace(parsing: daemon.place(transport))
      guard case .syslog(let receiver) = place else { throw POSIXError(.EINVAL) }
      let sender = SyslogSender(receiver, place, limit: nil)
      let queue = try OutputQueue()
      let lines = (0..<20).map { Lines.event($0, argument: $0 == 7 ? 9000 : 4) }
      let result = Lines.send(Lines.chunk(lines), by: sender, queue)
      #expect(result.delivered == 20 && result.refused.isEmpty && result.failure == nil)
      #expect(queue.efforts.truncated == 1)
      let read = try await daemon.messages(20)
      let host = String(decoding: HostName.current, as: UTF8.self)
      for (index, message) in read.enumerated() {
        let json = try JSONValue(parsing: Array(message.text.utf8))
        #expect(message.program == "tracee-policy" && message.priority == "30")
        if index == 7 {
          #expect(json["truncated"] == .boolean(true) && json["args"] == .array([]))
          #expect(json["argsNum"] == .number("0") && json["host"] == .string("]é"))
        } else {
          #expect(message.text == lines[index])
        }
        guard transport != "unix" else { continue }
        #expect(message.identifier == "net_packet_tcp" && message.host == host)
        #expect(message.time.hasPrefix("2025-11-30T15:00:00.123456"))
      }
    }
  }

  @Test func `a daemon of TCP that goes away gets what it did not take from the next connection`()
    async throws
  {
    try await withStage { stage in
      let server = try TCPServer()
      let endpoint = Endpoint("127.0.0.1", server.port)
      let sender = SyslogSender(.tcp(endpoint), .syslog(.tcp(endpoint)), limit: nil)
      let queue = try OutputQueue()
      #expect(Lines.send(Lines.chunk([Lines.event(1)]), by: sender, queue).delivered == 1)
      close(try server.accept())
      try await eventually("a connection that is over") {
        Lines.send(Lines.chunk([Lines.event(2)]), by: sender, queue).delivered == 1
          && server.isAsked
      }
      let reader = Reader(try server.accept())
      try await eventually("the event") { reader.rest().contains("1764514800123456102") }
    }
  }

  @Test func `an event that has no room even without arguments is refused, and why`() throws {
    let server = try TCPServer()
    let endpoint = Endpoint("127.0.0.1", server.port)
    let sender = SyslogSender(.tcp(endpoint), .syslog(.tcp(endpoint)), limit: 480)
    let queue = try OutputQueue()
    let long = Lines.event(1).replacing("a\\\"b", with: String(repeating: "p", count: 500))
    let result = Lines.send(Lines.chunk([long, Lines.event(2, argument: 400)]), by: sender, queue)
    #expect(result.refused == ["events are too long for messages of 480 bytes"])
    #expect(result.delivered == 1 && queue.efforts.truncated == 1)
  }

  @Test func `datagrams that nobody takes are sent, and that is said once`() async throws {
    let endpoint = Endpoint("127.0.0.1", try TCPServer().port)
    let sender = SyslogSender(.udp(endpoint), .syslog(.udp(endpoint)), limit: nil)
    let queue = try OutputQueue()
    var sent = 0
    try await eventually("several refusals") {
      sent += Lines.send(Lines.chunk([Lines.event(1)]), by: sender, queue).delivered
      return queue.efforts.retries >= 3
    }
    #expect(sent >= 3)
    #expect(
      queue.takeNotices() == ["'syslog:udp:\(endpoint)' refuses messages: nobody listens there"])
  }

  @Test func `a daemon that is not there is a failure that may pass`() throws {
    let sender = SyslogSender(
      .local("/nowhere/log"), .syslog(.local("/nowhere/log")), limit: nil)
    let result = Lines.send(Lines.chunk([Lines.event(1)]), by: sender, try OutputQueue())
    #expect(
      result.failure?.description
        == "cannot open 'syslog:unix:/nowhere/log': No such file or directory; start its daemon")
    #expect(result.failure?.isPassing == true)
  }
}
