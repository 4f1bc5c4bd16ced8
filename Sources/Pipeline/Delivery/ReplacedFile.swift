// SPDX-License-Identifier: Apache-2.0

import Glibc
import System

/// A file that is replaced as a whole: a reader finds either the old one or the new one.
struct ReplacedFile {
  private let path: String
  /// The option that names the file, for errors.
  private let option: String

  /// Names the file; nothing is written yet.
  init(_ path: String, option: String) {
    self.path = path
    self.option = option
  }

  /// Replaces the file.
  ///
  /// A device, a FIFO or a symbolic link is refused, for it would be gone. Others may write in the directory: the new file
  /// has a name that nobody can guess, and whoever is in its way makes this an error. Nothing waits for anybody.
  ///
  /// - Parameter isDurable: whether the bytes must be on the disk first, which may take long.
  func write(
    _ bytes: [UInt8], mode: mode_t = 0o644, isDurable: Bool = false
  ) throws(OutputError) {
    try checkReplaceable()
    let new = "\(path).\(Self.randomName()).new"
    let flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY
    let descriptor = unsafe open(new, flags, mode)
    guard descriptor >= 0 else { throw failure(of: .open, errno) }
    var made = stat()
    var code = unsafe fstat(descriptor, &made) == 0 ? 0 : errno
    if code == 0 { code = Descriptor.writeAll(bytes, to: descriptor) }
    if isDurable, code == 0, fsync(descriptor) != 0 { code = errno }
    if close(descriptor) != 0, code == 0 { code = errno }
    if code == 0 {
      // Whoever owns the directory can put another file there.
      code = isFile(made, at: new) ? (unsafe rename(new, path) == 0 ? 0 : errno) : ESTALE
    }
    guard code == 0 else {
      unsafe unlink(new)
      throw failure(of: .write, code)
    }
    guard isFile(made, at: path) else { throw failure(of: .replace, ESTALE) }
  }

  /// Sixteen hexadecimal digits from the kernel's random numbers.
  private static func randomName() -> String {
    var random = SystemRandomNumberGenerator()
    let digits = String(random.next() as UInt64, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  private func isFile(_ made: stat, at path: String) -> Bool {
    var status = stat()
    return unsafe lstat(path, &status) == 0 && status.st_ino == made.st_ino
      && status.st_dev == made.st_dev
  }

  private func checkReplaceable() throws(OutputError) {
    var status = stat()
    guard unsafe lstat(path, &status) == 0 else { return }
    switch status.st_mode & S_IFMT {
    case S_IFREG: return
    case S_IFDIR: throw failure(of: .replace, EISDIR)
    case S_IFLNK: throw failure(of: .replace, ELOOP)
    default: throw failure(of: .replace, EINVAL)
    }
  }

  private func failure(of operation: OutputError.Operation, _ code: Int32) -> OutputError {
    OutputError(operation: operation, place: .file(path), code: code, option: option)
  }
}
