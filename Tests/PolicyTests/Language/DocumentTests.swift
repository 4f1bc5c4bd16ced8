// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import Policy

/// `docs/policy-language.md` beside the catalogs and the linter: neither says what the other does not.
@Suite struct `Language document` {
  private static let path = "docs/policy-language.md"

  /// The text of a section, given by its number.
  private func section(_ number: Int) throws -> Substring {
    let text = try repositoryFile(Self.path)
    let start = try #require(text.range(of: "\n## \(number). "))
    let rest = text[start.upperBound...]
    return rest[..<(rest.range(of: "\n## ")?.lowerBound ?? rest.endIndex)]
  }

  /// The words between backticks, in order.
  private func words(_ text: some StringProtocol) -> [String] {
    text.split(separator: "`", omittingEmptySubsequences: false).enumerated()
      .filter { !$0.offset.isMultiple(of: 2) }.map { String($0.element) }
  }

  @Test func `the table of codes has every code of the linter with its severity, and no other`()
    throws
  {
    var table: [String: String] = [:]
    for line in try section(6).split(separator: "\n") where line.hasPrefix("| `") {
      let cells = line.split(separator: "|").map { $0.drop { $0 == " " } }
      for code in words(cells[0]) {
        #expect(table[code] == nil, "\(code) is there twice")
        table[code] = String(cells[1].prefix { $0 != " " })
      }
    }
    let rules = LintRules.all.map { ($0.code, $0.severity.rawValue) }
    #expect(table == Dictionary(uniqueKeysWithValues: rules))
  }

  @Test func `what is refused by name today is what the catalogs do not support`() throws {
    let items = try section(7).split(separator: "\n- ").map(String.init)
    func item(_ start: String) throws -> [String] {
      words(try #require(items.first { $0.hasPrefix(start) }))
    }
    #expect(
      try item("Scope keys:")
        == ScopeCatalog.keys.filter { !$0.field.isSupported }.map(\.name))
    #expect(
      try item("Filters:") == PacketField.allCases.filter { !$0.isSupported }.map(\.key))
  }

  @Test func `every spelling of a scope is in the document, and every spelling there is one`()
    throws
  {
    let text = try section(3)
    let known = Set(ScopeCatalog.spellings(in: .scope) + ScopeCatalog.spellings(in: .rule))
    let written = Set(words(text).flatMap { $0.split(separator: " ") }.map(String.init))
    #expect(known.subtracting(written) == [])
    let rows = text.split(separator: "\n").filter { $0.hasPrefix("| `") }
    let spelt = rows.flatMap { row in
      row.split(separator: "|").prefix(2).flatMap { words($0) }
    }.map { String($0.prefix { !"=!".contains($0) }) }
    #expect(spelt.count > 30)
    #expect(Set(spelt).subtracting(known) == [])
  }

  @Test func `the examples of the document are right`() throws {
    let blocks = try section(1).split(separator: "```yaml\n").dropFirst().compactMap {
      $0.split(separator: "```").first
    }
    #expect(blocks.count == 2)
    for block in blocks {
      let set = checked(String(block))
      #expect(set.diagnostics.filter { $0.severity != .note }.map(\.code) == [])
      #expect(set.policies.count == 1)
    }
  }
}
