// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import Testing

@testable import Policy

struct SourceFileTests {
  @Test(arguments: [
    ("a\nb", [1, 1, 2]), ("a\r\nb", [1, 1, 1, 2]), ("a\rb", [1, 1, 2]), ("\n\n", [1, 2, 3]),
    ("é\nb", [1, 1, 1, 2]),
  ]) func `each byte has the line that an editor shows`(text: String, lines: [Int]) {
    let file = SourceFile(name: "x", bytes: Array(text.utf8))
    #expect(lines.indices.map { file.position(atByte: $0).line } == lines)
  }

  @Test func `places by byte and by scalar are the same, over many lines and long ones`() {
    var text = "\u{feff}"
    for line in 0..<200 {
      text += String(repeating: line.isMultiple(of: 3) ? "é€😀" : "abc", count: line) + "\n"
    }
    let file = SourceFile(name: "x", bytes: Array(text.utf8))
    var offset = 3
    var (line, column) = (1, 1)
    for (index, scalar) in text.unicodeScalars.dropFirst().enumerated() {
      let place = SourcePosition(line: line, column: column, offset: offset)
      #expect(file.position(atByte: offset) == place)
      #expect(file.position(atScalar: index) == place)
      #expect(file.scalarIndex(ofByte: offset) == index)
      offset += UTF8.width(scalar)
      (line, column) = scalar == "\n" ? (line + 1, 1) : (line, column + 1)
    }
  }

  @Test func `a line is shown without its break and without the byte order mark`() {
    let file = SourceFile(name: "x", bytes: Array("\u{feff}one\r\ntwo\n".utf8))
    #expect((0...4).map { file.line($0) } == ["", "one", "two", "", ""])
    #expect(file.lineCount == 3)
  }

  @Test func `a missing file, an unlistable directory and an empty one are failures of the world`()
    throws
  {
    let folder = try TemporaryFolder()
    let set = PolicySet.load(paths: [folder.path("none.yaml"), folder.path])
    #expect(
      set.failures.map(\.reason) == [
        "cannot open it: No such file or directory",
        "the directory contains no file that ends in .yaml, .yml or .json",
      ])
    #expect(set.diagnostics.isEmpty)
  }

  @Test func `a directory gives its policy files in the order of names, and nothing below`() throws
  {
    let folder = try TemporaryFolder()
    for name in ["b.yaml", "a.json", "B.yml", "c.txt", "sub/d.yaml", "e.yaml/f.yaml"] {
      try folder.write("", to: name)
    }
    let files = try SourcePaths.files(at: folder.path)
    #expect(files == ["B.yml", "a.json", "b.yaml"].map { folder.path($0) })
  }

  @Test func `a file above the limit is refused, and no more than the limit is read`() throws {
    let folder = try TemporaryFolder()
    try folder.write(String(repeating: "#", count: 20 << 20), to: "long.yaml")
    let set = PolicySet.load(paths: [folder.path("long.yaml")])
    #expect(
      set.failures.map(\.reason) == ["it is longer than 16 MiB, the limit for a policy file"])
    #expect(throws: SourceFailure.self) { try SourceFile.read("/dev/zero") }
    try folder.write(String(repeating: "#", count: 16 << 20), to: "full.yaml")
    #expect(try SourceFile.read(folder.path("full.yaml")).bytes.count == 16 << 20)
  }

  @Test(.timeLimit(.minutes(1)))
  func `what is no regular file is refused with its kind, and is not waited for`() throws {
    let folder = try TemporaryFolder()
    #expect(mkfifo(folder.path("a.yaml"), 0o600) == 0)
    #expect(symlink("/dev/zero", folder.path("b.yaml")) == 0)
    let set = PolicySet.load(paths: [folder.path, "/dev/null"])
    let advice = "; policies are read only from regular files, or from standard input as -"
    #expect(
      set.failures.map(\.reason)
        == ["it is a FIFO", "it is a device", "it is a device"].map { $0 + advice })
    #expect(
      set.failures.map(\.path) == [folder.path("a.yaml"), folder.path("b.yaml"), "/dev/null"])
  }
}
