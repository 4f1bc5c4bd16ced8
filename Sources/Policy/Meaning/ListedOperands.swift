// SPDX-License-Identifier: Apache-2.0

/// The operands of lists: a list is parsed once for each type of the filters that name it, and these share the result.
final class ListedOperands {
  private var known: [String: [(type: FieldType, operands: [Operand]?)]] = [:]

  /// Returns the operands that a list stands for; nil when one of its values is not valid.
  ///
  /// - Parameter report: takes each fault with its place, the first time; returns false to stop.
  func operands(
    of list: ValueList, _ type: FieldType, report: (Range<Int>, ValueFault) -> Bool
  ) -> [Operand]? {
    let path = list.source.name
    if let found = known[path]?.first(where: { $0.type == type }) { return found.operands }
    var (operands, isValid): ([Operand], Bool) = ([], true)
    operands.reserveCapacity(list.entries.count)
    for entry in list.entries {
      do throws(ValueFault) {
        try list.add(entry, type, to: &operands)
      } catch {
        isValid = false
        guard report(entry, error) else { break }
      }
    }
    known[path, default: []].append((type, isValid ? operands : nil))
    return isValid ? operands : nil
  }
}
