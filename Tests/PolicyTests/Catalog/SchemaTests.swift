// SPDX-License-Identifier: Apache-2.0

import Foundation
import Policy
import Testing

struct SchemaTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  @Test(arguments: [
    ("policy", PolicySchema.json.rendered()), ("event", EventSchema.json.rendered()),
    ("stats", StatsSchema.json.rendered()), ("doctor", DoctorSchema.json.rendered()),
    ("test", TestSchema.json.rendered()),
    ("config", ConfigurationSchema.json.rendered()),
  ])
  func `the file in schema is what the catalogs say`(name: String, text: String) throws {
    let file = Self.root.appending(path: "schema/\(name).schema.json")
    let kept = try String(contentsOf: file, encoding: .utf8)
    #expect(kept == text + "\n", "run: tracee-policy schema \(name) > schema/\(name).schema.json")
  }

  @Test func `the document says what each fault means`() throws {
    let file = Self.root.appending(path: "docs/operations.md")
    let rows = DecodingFault.allCases.map { "| \($0.words.name) | \($0.words.meaning) |\n" }
    #expect(try String(contentsOf: file, encoding: .utf8).contains(rows.joined()))
  }
}
