/// Mends a source by the fixes of its findings.
public enum Fixes {
  /// The bytes with as many fixes applied as do not overlap; everything else stays as it is, and in
  /// its layout.
  ///
  /// - Parameter diagnostics: findings of any sources; those of `source` are taken.
  public static func apply(_ diagnostics: [Diagnostic], to source: SourceFile) -> [UInt8] {
    let fixes = diagnostics.filter { $0.source == source.name }.compactMap(\.fix)
      .sorted {
        ($0.range.start.offset, $0.range.end.offset) < ($1.range.start.offset, $1.range.end.offset)
      }
    var mended: [UInt8] = []
    var done = 0
    for fix in fixes {
      let (start, end) = (fix.range.start.offset, fix.range.end.offset)
      guard start >= done, end >= start, end <= source.bytes.count else { continue }
      mended += source.bytes[done..<start]
      mended += fix.replacement.utf8
      done = end
    }
    return mended + source.bytes[done...]
  }
}
