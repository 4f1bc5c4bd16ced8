// SPDX-License-Identifier: Apache-2.0

/// The difference of two texts in the unified format, as `diff -u` and `patch` have it.
public enum UnifiedDiff {
  /// The unchanged lines around a change.
  private static let context = 3

  /// Returns the difference of two texts; empty if they are equal.
  ///
  /// - Parameter name: the name of the file, for the two lines at the head.
  public static func text(_ name: String, from old: [UInt8], to new: [UInt8]) -> String {
    guard old != new else { return "" }
    let (a, b) = (lines(old), lines(new))
    var removed: Set<Int> = []
    var inserted: Set<Int> = []
    for change in b.difference(from: a) {
      switch change {
      case .remove(let offset, _, _): removed.insert(offset)
      case .insert(let offset, _, _): inserted.insert(offset)
      }
    }
    var text = "--- \(name)\n+++ \(name)\n"
    for hunk in hunks(steps(a.count, b.count, removed, inserted)) {
      let (from, to) = (hunk.filter { $0.old != nil }, hunk.filter { $0.new != nil })
      text += "@@ -\(range(hunk[0].oldLine, from.count)) +\(range(hunk[0].newLine, to.count)) @@\n"
      for step in hunk {
        let sign = step.new == nil ? "-" : step.old == nil ? "+" : " "
        text += sign + (step.old.map { a[$0] } ?? step.new.map { b[$0] } ?? "")
        if !text.utf8.hasSuffix(UInt8(ascii: "\n")) { text += "\n\\ No newline at end of file\n" }
      }
    }
    return text
  }

  /// A line of one text or of both, by its index in each.
  private struct Step {
    var old: Int?
    var new: Int?
    /// The lines of each text before this one.
    var oldLine: Int
    var newLine: Int

    var isChange: Bool { old == nil || new == nil }
  }

  private static func steps(
    _ oldCount: Int, _ newCount: Int, _ removed: Set<Int>, _ inserted: Set<Int>
  ) -> [Step] {
    var steps: [Step] = []
    var (i, j) = (0, 0)
    while i < oldCount || j < newCount {
      if removed.contains(i), i < oldCount {
        steps.append(Step(old: i, oldLine: i, newLine: j))
        i += 1
      } else if inserted.contains(j), j < newCount {
        steps.append(Step(new: j, oldLine: i, newLine: j))
        j += 1
      } else {
        steps.append(Step(old: i, new: j, oldLine: i, newLine: j))
        (i, j) = (i + 1, j + 1)
      }
    }
    return steps
  }

  /// Returns the steps that are changes or near one, in groups of consecutive ones.
  private static func hunks(_ steps: [Step]) -> [[Step]] {
    var hunks: [[Step]] = []
    var last = -2
    var shown: Set<Int> = []
    for (index, step) in steps.enumerated() where step.isChange {
      for near in max(0, index - context)...min(steps.count - 1, index + context) {
        shown.insert(near)
      }
    }
    for index in shown.sorted() {
      if index != last + 1 { hunks.append([]) }
      hunks[hunks.count - 1].append(steps[index])
      last = index
    }
    return hunks
  }

  private static func range(_ before: Int, _ count: Int) -> String {
    let start = count == 0 ? before : before + 1
    return count == 1 ? "\(start)" : "\(start),\(count)"
  }

  /// Returns the lines of a text, each with its line break.
  private static func lines(_ bytes: [UInt8]) -> [String] {
    var lines: [String] = []
    var start = 0
    for (index, byte) in bytes.enumerated() where byte == UInt8(ascii: "\n") {
      lines.append(String(decoding: bytes[start...index], as: UTF8.self))
      start = index + 1
    }
    if start < bytes.count { lines.append(String(decoding: bytes[start...], as: UTF8.self)) }
    return lines
  }
}

extension String.UTF8View {
  fileprivate func hasSuffix(_ byte: UInt8) -> Bool { last == byte }
}
