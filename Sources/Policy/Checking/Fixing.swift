// SPDX-License-Identifier: Apache-2.0

import Glibc

extension PolicySet {
  /// Applies all fixes to the set's files.
  ///
  /// Returns the fixed set, and the files that could not be written.
  ///
  /// Repeats up to eight times, because one fix may uncover the next. Each file is replaced atomically, or not changed.
  public func fixed() -> (set: PolicySet, failures: [SourceFailure]) {
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

  /// Returns the set with all fixes applied, without writing any file.
  public func withFixes() -> PolicySet {
    var set = self
    for _ in 0..<8 {
      let found = set.checked().diagnostics
      let sources = set.sources.map { source in
        SourceFile(name: source.name, bytes: Fixes.apply(found, to: source))
      }
      if sources == set.sources { break }
      var next = PolicySet.parse(sources, variables: variables)
      next.failures = set.failures
      set = next
    }
    return set
  }
}

extension SourceFile {
  /// Replaces the contents of the file with this name, and keeps its mode and, if possible, its owner.
  ///
  /// The new contents are written to a file in the same directory, which then replaces the old one, so that nothing is
  /// lost if the disk is full.
  ///
  /// - Throws: the operation that failed; the file is unchanged then.
  fileprivate func replaceFile() throws(SourceFailure) {
    guard let real = realpath(name, nil) else { throw failure("resolve it") }
    defer { free(real) }
    let target = String(cString: real)
    var status = stat()
    guard stat(target, &status) == 0 else { throw failure("examine it") }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw SourceFailure(path: name, reason: "cannot fix it: it is not a regular file")
    }
    var template = Array("\(target).XXXXXX".utf8CString)
    let descriptor = mkstemp(&template)
    guard descriptor >= 0 else { throw failure("create a file next to it") }
    do throws(SourceFailure) {
      defer { close(descriptor) }
      try write(to: descriptor)
      // Only root can keep the owner; the mode is what protects the file.
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
