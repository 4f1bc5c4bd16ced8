// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Policy

/// Files in memory, and the tests in them.
struct TestWorld {
  var files: [String: String]

  init(_ policy: String = TestWorld.policy, tests: String) {
    files = ["p.yaml": policy, "p.test.yaml": tests]
  }

  static let policy = """
    type: policy
    name: web
    scope: ["comm=curl"]
    rules:
      - event: net_packet_tcp
        filters: ["data.dst_port=80,443", "data.dst!=10.0.0.0/8"]
    ---
    type: policy
    name: dns
    scope: [global]
    rules:
      - event: net_packet_dns,net_packet_dns_request
        filters: [data.metadata.direction=egress]
    """

  /// Writes the files to a folder, and reads the tests.
  func set() throws -> TestSet {
    let folder = try TemporaryFolder()
    for (name, text) in files { try folder.write(text, to: name) }
    return TestSet.load(paths: [folder.path + "/p.test.yaml"])
  }

  /// The results of all tests, by their names.
  func results() throws -> [(name: String, failures: [TestFailure])] {
    let set = try set()
    try #require(set.diagnostics.isEmpty && set.failures.isEmpty, "\(set.diagnostics)")
    return set.suites.flatMap { suite in
      var run = TestRun(suite)
      return suite.cases.map { ($0.name, run.failures(of: $0) ?? []) }
    }
  }
}
