import Glibc

/// The inputs that a run begins with.
///
/// They are made when a run starts, so that there are no files of them to keep.
public enum Seeds {
  /// Writes seeds into the folder that is the first argument of a run; without one, as when a
  /// single input is tried again, nothing is done.
  ///
  /// - Parameters:
  ///   - count: the first argument of `LLVMFuzzerInitialize`.
  ///   - arguments: the second one.
  public static func write(
    _ seeds: [[UInt8]], _ count: UnsafeMutablePointer<CInt>, _ arguments: Arguments
  ) {
    let words = (1..<max(Int(count.pointee), 1)).compactMap { index in
      arguments.pointee[index].map { String(cString: $0) }
    }
    guard let folder = words.first(where: { !$0.hasPrefix("-") }) else { return }
    var status = stat()
    guard stat(folder, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { return }
    for (number, seed) in seeds.enumerated() {
      let path = "\(folder)/seed-\(number)"
      guard let file = fopen(path, "w") else { fatalError("cannot write \(path)") }
      claim(fwrite(seed, 1, seed.count, file) == seed.count, "cannot write \(path)")
      claim(fclose(file) == 0, "cannot write \(path)")
    }
  }

  /// How libFuzzer hands over its arguments.
  public typealias Arguments = UnsafeMutablePointer<
    UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
  >
}
