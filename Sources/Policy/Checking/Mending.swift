import Glibc

extension PolicySet {
  /// The set with all fixes applied to its files, and the files that could not be written.
  ///
  /// Goes on until there is nothing more to mend, since what one fix uncovers another can mend. A
  /// file is replaced as a whole, or stays as it is.
  public func mended() -> (set: PolicySet, failures: [SourceFailure]) {
    let set = withFixes()
    var failures: [SourceFailure] = []
    for (old, new) in zip(sources, set.sources) where old != new {
      do throws(SourceFailure) {
        try new.replaceFile()
      } catch {
        failures.append(error)
      }
    }
    return (set, failures)
  }

  /// The set as it is when all fixes are applied; no file is written.
  func withFixes() -> PolicySet {
    var set = self
    for _ in 0..<8 {
      let found = set.checked().diagnostics
      let sources = set.sources.map { source in
        SourceFile(name: source.name, bytes: Fixes.apply(found, to: source))
      }
      if sources == set.sources { break }
      var next = PolicySet.parse(sources, lists: set.lists)
      next.failures = set.failures
      set = next
    }
    return set
  }
}

extension SourceFile {
  /// Writes the bytes to the file of this name, whose mode and owner stay.
  ///
  /// The new file stands beside the old one until it is whole, so that nothing is lost when the
  /// disk is full.
  fileprivate func replaceFile() throws(SourceFailure) {
    guard let real = realpath(name, nil) else { throw failure("find it") }
    defer { free(real) }
    let target = String(cString: real)
    var status = stat()
    guard stat(target, &status) == 0 else { throw failure("look at it") }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw SourceFailure(path: name, reason: "cannot mend it: it is not a regular file")
    }
    var template = Array("\(target).XXXXXX".utf8CString)
    let descriptor = mkstemp(&template)
    guard descriptor >= 0 else { throw failure("make a file beside it") }
    do throws(SourceFailure) {
      defer { close(descriptor) }
      try write(to: descriptor)
      // The owner can only be kept by root; the mode is what protects the file.
      _ = fchown(descriptor, status.st_uid, status.st_gid)
      guard fchmod(descriptor, status.st_mode & 0o7777) == 0, fsync(descriptor) == 0 else {
        throw failure("write it")
      }
    } catch {
      unlink(&template)
      throw error
    }
    guard rename(&template, target) == 0 else {
      let failure = failure("replace it")
      unlink(&template)
      throw failure
    }
  }

  private func write(to descriptor: Int32) throws(SourceFailure) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 {
        if errno == EINTR { continue }
        throw failure("write it")
      }
      rest = rest.dropFirst(count)
    }
  }

  private func failure(_ operation: String) -> SourceFailure {
    SourceFailure(path: name, reason: "cannot \(operation): \(String(cString: strerror(errno)))")
  }
}
