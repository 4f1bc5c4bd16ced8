// SPDX-License-Identifier: Apache-2.0

/// Applies the fixes of findings to a source.
public enum Fixes {
  /// Returns the bytes of a source with fixes applied; of fixes that overlap, only the first is.
  ///
  /// Everything else remains unchanged, including the layout.
  ///
  /// - Parameter diagnostics: findings of any sources; those of other sources are ignored.
  public static func apply(_ diagnostics: [Diagnostic], to source: SourceFile) -> [UInt8] {
    let fixes = diagnostics.filter { $0.source == source.name }.compactMap(\.fix)
      .sorted {
        ($0.range.start.offset, $0.range.end.offset) < ($1.range.start.offset, $1.range.end.offset)
      }
    var fixed: [UInt8] = []
    var done = 0
    for fix in fixes {
      let (start, end) = (fix.range.start.offset, fix.range.end.offset)
      guard start >= done, end >= start, end <= source.bytes.count else { continue }
      fixed += source.bytes[done..<start]
      fixed += fix.replacement.utf8
      done = end
    }
    return fixed + source.bytes[done...]
  }
}
