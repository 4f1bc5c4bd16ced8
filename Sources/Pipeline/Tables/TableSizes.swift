// SPDX-License-Identifier: Apache-2.0

import CBPF
public import Policy

extension KernelTables {
  /// The tables that are installed, with the memory that the kernel accounts for them (`memlock` in fdinfo).
  ///
  /// Of tries the kernel counts the entries themselves, but not the nodes between them, of which there are fewer than
  /// entries.
  public var explainedTables: [ExplainedPlan.Table] {
    let ports = sourcePorts.count + destinationPorts.count
    let all: [ExplainedPlan.Table] = [
      .array("tp_plans", "what the plan asks about", 1, of: MemoryLayout<tp_plan>.size),
      .array("tp_rows", "which rules a value meets", rows.count, of: 8 * rowWords),
      .trie("tp_sources", "the rows of source addresses", sources),
      .trie("tp_destinations", "the rows of destination addresses", destinations),
      .array("tp_port_classes", "the rows of ports", ports > 0 ? 1 : 0, of: 2 * ports, ports),
      .array(
        "tp_header_rows", "the rows of bytes in headers", headerRows.isEmpty ? 0 : 1,
        of: headerRows.count),
      .trie("tp_numbers", "the rows of other numbers", numbers),
      .trie("tp_texts", "the rows of texts", texts),
    ]
    return all.filter { $0.entries > 0 }
  }

  /// The memory that the kernel accounts for all of them, in bytes.
  public var bytes: Int { explainedTables.reduce(0) { $0 + $1.bytes } }

  /// How many keys all tries have together.
  fileprivate var keys: Int {
    sources.count + destinations.count + numbers.count + texts.count
  }
}

extension ExplainedPlan {
  /// Adds the plan's tables, and what each clause needs of them.
  public mutating func add(_ tables: KernelTables) {
    self.tables = tables.explainedTables
    for entry in entries.indices {
      for rule in entries[entry].rules.indices {
        for clause in entries[entry].rules[rule].clauses.indices {
          entries[entry].rules[rule].clauses[clause].countEntries()
        }
      }
    }
  }
}

extension ExplainedClause {
  /// Makes the tables of a plan with nothing but this clause.
  fileprivate mutating func countEntries() {
    guard place == .kernel else { return }
    var rule = PlanRule(policy: 0, event: .ipv4)
    switch question {
    case .owner(let clause): rule.scope = [clause]
    // Ports have no trie, and a table that is large for all of them at once.
    case .packet(let clause) where clause.field.kernelTable == .ports: return
    case .packet(let clause): rule.filters = [clause]
    case .element: return
    }
    entries = KernelTables(TracePlan(policies: [""], rules: [rule]), generation: 1).keys
  }
}

/// What the kernel accounts for besides what is in them: see `array_map_mem_usage`, `trie_mem_usage` in `kernel/bpf`.
extension ExplainedPlan.Table {
  private static let arrayHead = 312
  private static let trieNode = 24

  fileprivate static func array(
    _ name: String, _ summary: String, _ count: Int, of size: Int, _ entries: Int? = nil
  ) -> Self {
    let bytes = arrayHead + count * ((size + 7) / 8 * 8)
    return Self(name, summary, entries: entries ?? count, bytes: bytes)
  }

  fileprivate static func trie(
    _ name: String, _ summary: String, _ trie: KernelTables.Trie
  ) -> Self {
    // The key without its length, and the index of a row.
    let size = trieNode + trie.keySize - 4 + 4
    return Self(name, summary, entries: trie.count, bytes: trie.count * size)
  }
}
