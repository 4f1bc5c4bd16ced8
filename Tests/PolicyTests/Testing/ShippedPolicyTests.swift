// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import Policy

/// The policies that ship, by the tests that ship with them.
struct ShippedPolicyTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../../policies").standardizedFileURL.path

  private static func yaml(in folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".yaml") }
  }

  @Test func `every policy that ships has its tests, and one in which nothing is reported`() throws
  {
    let names = try Self.yaml(in: Self.folder)
    let policies = names.filter { !$0.hasSuffix(".test.yaml") }
    #expect(policies.count >= 7)
    for policy in policies {
      let name = policy.dropLast(".yaml".count) + ".test.yaml"
      let set = TestSet.load(paths: ["\(Self.folder)/\(name)"])
      #expect(set.failures.isEmpty && set.diagnostics.isEmpty, "\(name)")
      let quiet = set.suites.flatMap(\.cases).filter { test in
        if case .verdict(let wanted) = test.expectation { wanted.isEmpty } else { false }
      }
      #expect(!quiet.isEmpty, "\(name)")
      #expect(set.suites.flatMap(\.cases).count > quiet.count, "\(name)")
    }
  }

  @Test func `all of them pass`() {
    let set = TestSet.load(paths: [Self.folder])
    for suite in set.suites {
      var run = TestRun(suite)
      for test in suite.cases {
        let failures = run.failures(of: test) ?? []
        #expect(failures.isEmpty, "\(suite.source): \(test.name)")
      }
    }
  }

  @Test func `they decide every rule, key and value, both ways`() {
    let set = TestSet.load(paths: [Self.folder])
    var parts: [TestCoverage] = []
    for suite in set.suites {
      var run = TestRun(suite, countsCoverage: true)
      for test in suite.cases { _ = run.failures(of: test) }
      if let part = run.coverage { parts.append(part) }
    }
    let coverage = TestCoverage(parts)
    #expect(coverage.percent == 100, "\(coverage.points.compactMap(\.gap))")
  }

  @Test func `files of tests are no policies, wherever they lie`() {
    let checked = PolicySet.load(paths: [Self.folder]).checked()
    #expect(checked.plan != nil && checked.policies.count >= 7)
    #expect(!checked.policies.contains { $0.document.source.hasSuffix(".test.yaml") })
  }
}
