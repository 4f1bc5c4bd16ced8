// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import Policy
import Testing

@testable import Pipeline

/// `test --kernel`: the packets of tests through the programs that trace.
@Suite(.serialized, .enabled(if: geteuid() == 0, "loading BPF needs root"))
struct KernelCheckTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../../policies").standardizedFileURL.path

  /// Returns why tests fail in the kernel, by default those of all policies that ship.
  private func failures(
    of file: String = "", _ mistake: @escaping (inout KernelTables) -> Void = { _ in }
  ) throws -> [TestFailure] {
    let set = TestSet.load(paths: [Self.folder + file])
    try #require(set.diagnostics.isEmpty && set.suites.count >= (file.isEmpty ? 7 : 1))
    var check = KernelCheck(mistake: mistake)
    var failures: [TestFailure] = []
    for (number, suite) in set.suites.enumerated() {
      for test in suite.cases {
        failures += try check.failures(of: test, in: suite, number: number)
      }
    }
    return failures
  }

  @Test func `the kernel decides the tests of the policies that ship as the reference does`() throws
  {
    #expect(try failures() == [])
  }

  @Test func `a wrong bit in the kernel's tables makes tests fail`() throws {
    let found = try failures { tables in
      for index in tables.rows.indices where !tables.rows[index].isEmpty {
        tables.rows[index][0].toggle()
      }
    }
    #expect(!found.isEmpty)
    #expect(found.allSatisfy { $0.message.hasPrefix("the kernel ") })
  }

  @Test func `packets of captures are asked too, and a wrong bit is seen in them`() throws {
    let file = "/../examples/signatures/e2e-udp/signature.test.yaml"
    #expect(try failures(of: file) == [])
    let found = try failures(of: file) { tables in
      for index in tables.rows.indices where !tables.rows[index].isEmpty {
        tables.rows[index][0].toggle()
      }
    }
    let suite = try #require(TestSet.load(paths: [Self.folder + file]).suites.first)
    let captures = suite.cases.filter { if case .capture = $0.action { true } else { false } }
    #expect(captures.count == 1 && !found.isEmpty)
    var check = KernelCheck { tables in
      for index in tables.rows.indices where !tables.rows[index].isEmpty {
        tables.rows[index][0].toggle()
      }
    }
    #expect(try !check.failures(of: captures[0], in: suite, number: 0).isEmpty)
  }

  @Test func `one wrong bit is enough, in whichever row of a shipped policy's tables`() throws {
    let file = "/inbound-ssh.test.yaml"
    let suite = try #require(TestSet.load(paths: [Self.folder + file]).suites.first)
    let plan = try #require(suite.policies.plan)
    let rows = KernelTables(plan, generation: 1).rows.indices
    let unnoticed = try rows.filter { row in
      try failures(of: file) { $0.rows[row][0].toggle() }.isEmpty
    }
    #expect(rows.count >= 4 && unnoticed.isEmpty)
  }

  @Test func `a written packet has the bytes that say so`() throws {
    let tcp = try #require(
      PacketBytes(
        PacketExpression(
          "egress tcp 10.0.0.5:40000 > 1.1.1.1:80 SYN data.proto_tcp.window=513 data.http_request.method=POST"
        )))
    #expect(Array(tcp.bytes[..<1]) == [0x45])
    #expect(Array(tcp.bytes[12..<24]) == [10, 0, 0, 5, 1, 1, 1, 1, 0x9c, 0x40, 0, 80])
    #expect(tcp.bytes[33] == 2 && tcp.bytes[34] == 2 && tcp.bytes[35] == 1)
    #expect(String(decoding: tcp.bytes[40...], as: UTF8.self).hasPrefix("POST / HTTP/1.1\r\n"))
    let dns = try #require(
      PacketBytes(
        PacketExpression("ingress udp [fd00::1]:53 > [fd00::2]:9 dns-response")))
    #expect(dns.bytes[0] == 0x60 && dns.bytes[6] == 17 && dns.bytes[50] & 0x80 != 0)
  }
}
