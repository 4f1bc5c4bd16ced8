import Glibc
import Policy
import System

/// The file of `--stats-file`, which always holds one whole ledger.
public struct StatsFile: Sendable {
  private let path: String
  /// How long a ledger may be old while tracing goes on; nil: it is written only at the end.
  public let interval: Duration?
  private var due: ContinuousClock.Instant?
  private var hasFailed = false

  /// Names the file; nothing is written yet.
  public init(_ path: String, every interval: Duration? = nil) {
    self.path = path
    self.interval = interval
    due = interval.map { ContinuousClock.now + $0 }
  }

  /// How long until the next ledger is due; nil when there is none before the end.
  var wait: Duration? { due.map { max(.zero, ContinuousClock.now.duration(to: $0)) } }

  /// Whether a ledger is due; the next one is then due an interval later.
  mutating func isDue() -> Bool {
    guard let due, let interval, due <= .now else { return false }
    self.due = .now + interval
    return true
  }

  /// Writes a ledger that is not the last: what goes wrong with it, the next one may mend.
  ///
  /// - Returns: what there is to say: why it could not be written, once, and that it can be again.
  mutating func keep(_ ledger: Ledger) -> String? {
    do throws(OutputError) { try write(ledger) } catch {
      defer { hasFailed = true }
      return hasFailed ? nil : "\(error); it is tried again"
    }
    defer { hasFailed = false }
    return hasFailed ? "'\(path)' can be written again" : nil
  }

  /// Replaces the file by a ledger, at once: a reader finds either the old one or the new one.
  ///
  /// A device, a FIFO or a symbolic link is refused, for it would be gone. Others may write in the directory: the new file
  /// has a name that nobody can guess, and whoever is in its way makes this an error. Nothing waits for anybody.
  public func write(_ ledger: Ledger) throws(OutputError) {
    let text = Array((ledger.json.rendered() + "\n").utf8)
    try checkReplaceable()
    let new = "\(path).\(Self.randomName()).new"
    let flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY
    let descriptor = unsafe open(new, flags, 0o644)
    guard descriptor >= 0 else { throw failure(of: .open, errno) }
    var made = stat()
    var code = unsafe fstat(descriptor, &made) == 0 ? 0 : errno
    if code == 0 { code = Descriptor.writeAll(text, to: descriptor) }
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
    OutputError(operation: operation, path: path, code: code, option: "--stats-file")
  }
}
