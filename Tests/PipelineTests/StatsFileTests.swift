import Foundation
import Glibc
import Policy
import Testing

@testable import Pipeline

@Suite struct StatsFileTests {
  private static let ledger = Ledger(
    kernel: KernelCounts(), emitter: Emitter(outputs: []), ringFull: [:])

  @Test func `what is no regular file is not replaced by one`() throws {
    try withTemporaryFolder { folder in
      let (fifo, link) = (folder + "/fifo", folder + "/link")
      mkfifo(fifo, 0o600)
      symlink("/dev/null", link)
      for (path, words) in [
        (fifo, "it is no regular file; name another file with --stats-file"),
        (link, "it is a symbolic link; name the file itself"),
      ] {
        let error = #expect(throws: OutputError.self) { try StatsFile(path).write(Self.ledger) }
        #expect(error?.description == "cannot replace '\(path)': \(words)")
      }
      #expect(kind(of: fifo) == S_IFIFO && kind(of: link) == S_IFLNK)
      let names = try FileManager.default.contentsOfDirectory(atPath: folder)
      #expect(names.sorted() == ["fifo", "link"])
    }
  }

  /// What a path is, or the link there; 0 for nothing.
  private func kind(of path: String) -> mode_t {
    var status = stat()
    return lstat(path, &status) == 0 ? status.st_mode & S_IFMT : 0
  }
}
