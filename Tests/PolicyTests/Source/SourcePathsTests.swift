// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import Policy

struct SourcePathsTests {
  /// Makes directories of files, of which those without a text are links to `/dev/null`.
  private func withDirectories(
    _ directories: [[String: String?]], _ body: ([String]) throws -> Void
  ) throws {
    let folder = try TemporaryFolder()
    let paths = try directories.enumerated().map { index, files in
      let path = folder.path("\(index)")
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      for (name, text) in files {
        if let text {
          try Data(text.utf8).write(to: URL(filePath: "\(path)/\(name)"))
        } else {
          try FileManager.default.createSymbolicLink(
            atPath: "\(path)/\(name)", withDestinationPath: "/dev/null")
        }
      }
      return path
    }
    try body(paths)
  }

  @Test func `the first directory that has a file of a name decides about the name`() throws {
    try withDirectories([
      ["b.yaml": "", "m.yaml": nil], ["a.yaml": "", "b.yaml": "", "m.yaml": ""],
      ["c.json": "", "a.yaml": ""],
    ]) { paths in
      let all = paths.joined(separator: ":")
      let files = try SourcePaths.files(at: all)
      #expect(
        files == [
          "\(paths[1])/a.yaml", "\(paths[0])/b.yaml", "\(paths[2])/c.json",
        ])
      let fates = try SourcePaths.entries(at: all).map(\.fate)
      #expect(
        fates == [
          .read, .replaced(by: "\(paths[1])/a.yaml"), .read,
          .replaced(by: "\(paths[0])/b.yaml"), .read, .mask,
          .masked(by: "\(paths[0])/m.yaml"),
        ])
    }
  }

  @Test func `a directory that is not there holds nothing, and one that is empty neither`() throws {
    try withDirectories([[:], ["a.yaml": ""]]) { paths in
      let all = "\(paths[0])/none:\(paths[0]):\(paths[1])"
      let files = try SourcePaths.files(at: all)
      #expect(files == ["\(paths[1])/a.yaml"])
      #expect(throws: SourceFailure.self) {
        try SourcePaths.files(at: "\(paths[0])/none:\(paths[0])")
      }
      #expect(SourcePaths.isEmptyDirectory("\(paths[0])/none:\(paths[0])"))
      #expect(!SourcePaths.isEmptyDirectory("\(paths[0])/none"))
      #expect(!SourcePaths.isEmptyDirectory(all))
    }
  }

  @Test func `what editors, packages and rsync leave beside policies is not read`() throws {
    let left = [
      ".a.yaml", ".a.yaml.swp", "a.yaml~", "a.yaml.dpkg-new", "a.yaml.dpkg-old", "a.yaml.rpmsave",
      "a.yaml.ucf-dist", ".a.yaml.x8Fq2z", "#a.yaml#", "..data.yaml",
    ]
    var files: [String: String?] = ["a.yaml": "", "b.yml": "", "c.json": ""]
    for name in left { files[name] = "broken: [" }
    try withDirectories([files]) { paths in
      let files = try SourcePaths.files(at: paths[0])
      #expect(
        files
          == ["a.yaml", "b.yml", "c.json"].map {
            "\(paths[0])/\($0)"
          })
    }
  }

  @Test func `a path with a colon that is there is one path`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("a:b.yaml")
    try Data().write(to: URL(filePath: path))
    #expect(SourcePaths.directories(of: path) == [path])
    #expect(try SourcePaths.files(at: path) == [path])
  }
}
