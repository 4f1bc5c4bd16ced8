// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import Policy
import Testing

@testable import Pipeline

/// What is said about the memory of tables against what the kernel says of them.
@Suite(.serialized, .enabled(if: geteuid() == 0, "loading BPF needs root"))
struct TableSizeTests {
  /// Of each table by a tenth at most: the kernel's own structures change from version to version.
  @Test(arguments: [1, 64, 1024])
  func `tables take the memory that is said of them`(rules: Int) throws {
    var world = RandomRules(seed: UInt64(rules))
    let scope = [Clause(OwnerField.comm, Condition(included: [.text(.exact("nc"))]))]
    let plan = TracePlan(
      policies: ["p"],
      rules: (0..<rules).map { number in
        var rule = world.rule()
        rule.scope = number % 2 == 0 ? scope : []
        return rule
      })
    let tables = KernelTables(plan, generation: 1)
    let test = try PacketTest(tables)
    let installed = test.tables(generation: 1)
    defer { installed.values.forEach { close($0) } }

    #expect(Set(tables.explainedTables.map(\.name)) == Set(installed.keys))
    for table in tables.explainedTables {
      let bytes = try Self.memory(of: try #require(installed[table.name]))
      #expect(abs(table.bytes - bytes) * 10 <= bytes, "\(table), the kernel says \(bytes)")
    }
    #expect(tables.bytes == tables.explainedTables.reduce(0) { $0 + $1.bytes })
  }

  /// What the kernel accounts for a map.
  private static func memory(of descriptor: Int32) throws -> Int {
    let text = try String(contentsOfFile: "/proc/self/fdinfo/\(descriptor)", encoding: .utf8)
    let line = text.split(separator: "\n").first { $0.hasPrefix("memlock:") }
    return try #require(line.flatMap { Int($0.split(separator: "\t").last ?? "") })
  }
}
