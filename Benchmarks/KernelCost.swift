// SPDX-License-Identifier: Apache-2.0

import CBPF
import Pipeline
import Policy

/// Prints what a UDP packet that no rule wants costs in the kernel, for plans whose rules use every dimension of packets.
///
/// The kernel runs the program a million times and says the mean (`BPF_PROG_TEST_RUN`); the fastest of five is printed. The
/// packet has no owner: the look-ups of a socket's owner come on top.
func measureKernel() throws {
  let packet: [UInt8] =
    [0x45, 0, 0, 48, 0, 1, 0x40, 0, 64, 17, 0, 0, 127, 0, 0, 1, 127, 0, 0, 1]
    + [0x80, 0x39, 0x97, 0x0f, 0, 28, 0, 0] + [UInt8](repeating: 0x78, count: 20)
  print("\nrules  ns/unwanted packet  of one rule's")
  var first: UInt32?
  for count in [1, 64, 256, 1024] {
    let test = try PacketTest(KernelTables(unwantedPlan(rules: count), generation: 1))
    var fastest = UInt32.max
    for _ in 0..<5 {
      fastest = min(fastest, try test.run(TP_EGRESS, packet, times: 1_000_000).nanoseconds)
    }
    let wanted = try test.counts().wanted
    precondition(wanted == 0, "no rule wants the packet")
    first = first ?? fastest
    let ratio = Double(fastest) / Double(first ?? fastest)
    print(count, fastest, (ratio * 100).rounded() / 100, separator: "\t")
  }
}

/// Prints what segments of TCP cost in the kernel when a rule asks for heads of HTTP.
///
/// The fastest of twenty means is printed, each of so many runs that the ring does not fill.
func measureHeads() throws {
  let plan = TracePlan(policies: ["heads"], rules: [PlanRule(policy: 0, event: .http)])
  let test = try PacketTest(KernelTables(plan, generation: 1), ringBytes: 1 << 23)
  let fields =
    "Server: nginx/1.22.1\r\nDate: Mon, 30 Nov 2026 09:26:39 GMT\r\nContent-Type: text/plain\r\n"
  let answer = "HTTP/1.1 200 OK\r\n\(fields)Connection: keep-alive\r\nETag: \"6836f0e7-6\"\r\n"
  let request = "GET /index.html HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n"
  let cookie = "Cookie: \(String(repeating: "c", count: 600))\r\n"
  print("\nns  segment")
  for (name, payload) in [
    ("a request", "\(request)\r\n"),
    ("a request with a long field", "\(request)\(cookie)\r\n"),
    ("an answer with 6 bytes behind its head", "\(answer)Content-Length: 6\r\n\r\nhello\n"),
    (
      "an answer with 2,000 bytes behind its head",
      "\(answer)Content-Length: 2000\r\n\r\n\(String(repeating: "b", count: 2000))"
    ),
    (
      "a head of 2,500 bytes that goes on",
      "\(request)Cookie: \(String(repeating: "c", count: 2440))"
    ),
    ("no head", String(repeating: "b", count: 200)),
  ] {
    let length = UInt16(40 + payload.utf8.count)
    let headers: [UInt8] =
      [0x45, 0, UInt8(length >> 8), UInt8(length & 255), 0, 1, 0x40, 0, 64, 6, 0, 0]
      + [127, 0, 0, 1, 127, 0, 0, 1, 0x80, 0x39, 0x1f, 0x90, 0, 0, 0, 1, 0, 0, 0, 1]
      + [0x50, 0x18, 2, 0, 0, 0, 0, 0]
    var fastest = UInt32.max
    for round in 0..<2_000 {
      // One at a time: of a segment that comes again on its connection nothing is looked at.
      let time = try test.run(TP_EGRESS, headers + payload.utf8, times: 1).nanoseconds
      fastest = min(fastest, time)
      if round % 100 == 0 { try test.consume { _ in true } }
    }
    print(fastest, name, separator: "\t")
  }
  let lost = try test.counts().ringFull
  precondition(lost == 0, "the ring had room")
}
