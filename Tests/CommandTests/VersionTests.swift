// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// The version, which one file states.
struct VersionTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  private func text(_ path: String) throws -> String {
    try String(contentsOf: Self.root.appending(path: path), encoding: .utf8)
  }

  @Test func `the program prints the version that its file states`() async throws {
    let printed = try await run([Tracer.path, "--version"])
    #expect(printed.wholeMatch(of: /\d+\.\d+\.\d+\n/) != nil)
    let version = printed.dropLast()
    #expect(
      try text("Sources/tracee-policy/Version.swift").contains("\nlet version = \"\(version)\"\n"))
  }

  @Test func `the changelog has a section for the version`() async throws {
    let version = try await run([Tracer.path, "--version"]).dropLast()
    #expect(try text("CHANGELOG.md").contains("\n## \(version) - "))
  }
}
