// SPDX-License-Identifier: Apache-2.0

/// The distinct rows of a plan, each with its index.
struct RowTable: Sendable {
  private(set) var rows: [Row] = []
  private var indexes: [Row: UInt32] = [:]

  /// The index of a row, which is added when it is new.
  mutating func index(of row: Row) -> UInt32 {
    if let known = indexes[row] { return known }
    let index = UInt32(rows.count)
    rows.append(row)
    indexes[row] = index
    return index
  }

  /// Adds rows side by side and gives the index of the first, so that a class number can be added to it.
  mutating func append(_ classes: [Row]) -> UInt32 {
    let base = UInt32(rows.count)
    rows.append(contentsOf: classes)
    return base
  }
}
