// SPDX-License-Identifier: Apache-2.0

/// The paths of owners' cgroups as JSON, kept while there is room.
final class CgroupTexts {
  /// Returns the path of a cgroup by its id; empty if it is not known.
  ///
  /// A cgroup's path never changes, and its id is not given again.
  var path: (UInt64) -> String = { _ in "" }
  private var texts: [UInt64: [UInt8]] = [:]
  private static let limit = 1 << 10

  /// Returns the path of a cgroup as text in quotes; nil if it is not known.
  func text(of id: UInt64) -> [UInt8]? {
    guard id != 0 else { return nil }
    if let known = texts[id] { return known }
    let path = path(id)
    guard !path.isEmpty else { return nil }
    var text = LineBuffer(capacity: 64)
    text.append(jsonText: Array(path.utf8))
    if texts.count >= Self.limit { texts.removeAll(keepingCapacity: true) }
    texts[id] = text.copy
    return text.copy
  }
}
