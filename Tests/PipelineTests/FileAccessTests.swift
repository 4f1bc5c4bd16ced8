// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import System
import Testing

@testable import Pipeline

@Suite struct FileAccessTests {
  @Test func `a file can be found again where it, or a link on the way, is replaced`() throws {
    try withTemporaryFolder { folder in
      try FileManager.default.createDirectory(
        atPath: folder + "/releases/42/policies", withIntermediateDirectories: true)
      symlink("releases/42", folder + "/current")
      let places = Set(LinkedPlaces(folder + "/current/policies").directories)
      // The link is turned in the one, to something in the other.
      #expect(places.isSuperset(of: [folder, folder + "/releases", folder + "/releases/42"]))
      #expect(!places.contains("/"))
    }
    #expect(LinkedPlaces("/no-such-file").directories == ["/no-such-file"])
    #expect(LinkedPlaces("web.yaml").directories == ["."])
  }

  @Test func `links that go round are left alone`() throws {
    try withTemporaryFolder { folder in
      symlink("b", folder + "/a")
      symlink("a", folder + "/b")
      #expect(Set(LinkedPlaces(folder + "/a").directories) == [folder])
    }
  }

  @Test(.enabled(if: geteuid() == 0, "giving a file away needs root"))
  func `a file that a stranger made where all may write is not written`() throws {
    try withTemporaryFolder { folder in
      chmod(folder, 0o1777)
      let (theirs, ours, named) = (folder + "/theirs", folder + "/ours", folder + "/named")
      for path in [theirs, ours, named] {
        #expect(FileManager.default.createFile(atPath: path, contents: Data()))
      }
      chown(theirs, 65534, 65534)
      link(named, folder + "/second")
      _ = try OutputFile(.file(ours))
      for path in [theirs, named] {
        // Kernels that refuse it themselves do so with EACCES.
        let error = #expect(throws: OutputError.self) { _ = try OutputFile(.file(path)) }
        #expect([EXDEV, EACCES].contains(error?.code ?? 0))
      }
      chmod(folder, 0o755)
      _ = try OutputFile(.file(theirs))
    }
  }
}
