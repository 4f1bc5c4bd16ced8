// SPDX-License-Identifier: Apache-2.0

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

  @Test func `one that cannot be written is said once, and when it can be again`() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/later/stats.json"
      var file = StatsFile(path, every: .seconds(1))
      let word = file.keep(Self.ledger)
      #expect(word?.hasPrefix("cannot open '\(path)': No such file or directory; ") == true)
      #expect(file.keep(Self.ledger) == nil)
      mkdir(folder + "/later", 0o700)
      #expect(file.keep(Self.ledger) == "'\(path)' can be written again")
      #expect(file.keep(Self.ledger) == nil)
      let names = try FileManager.default.contentsOfDirectory(atPath: folder + "/later")
      #expect(names == ["stats.json"])
    }
  }

  @Test func `what others have put beside it is neither written nor waited for`() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/stats.json"
      // The name that it had once, which everybody can guess.
      let guessed = "\(path).\(getpid()).new"
      mkfifo(guessed, 0o666)
      try StatsFile(path).write(Self.ledger)
      try StatsFile(path).write(Self.ledger)
      #expect(kind(of: guessed) == S_IFIFO && kind(of: path) == S_IFREG)
      let names = try FileManager.default.contentsOfDirectory(atPath: folder)
      #expect(names.sorted() == ["stats.json", "stats.json.\(getpid()).new"])
      let text = try String(contentsOfFile: path, encoding: .utf8)
      #expect(text == Self.ledger.json.rendered() + "\n")
    }
  }

  /// What a path is, or the link there; 0 for nothing.
  private func kind(of path: String) -> mode_t {
    var status = stat()
    return lstat(path, &status) == 0 ? status.st_mode & S_IFMT : 0
  }
}
