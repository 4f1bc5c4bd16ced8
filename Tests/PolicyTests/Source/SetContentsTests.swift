// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Policy

struct SetContentsTests {
  private static func file(_ name: String, _ text: String) -> SourceFile {
    SourceFile(name: name, bytes: Array(text.utf8))
  }

  @Test func `digests are those of FIPS 180-4`() {
    #expect(
      Digest.sha256([]) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    #expect(
      Digest.sha256(Array("abc".utf8))
        == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(
      Digest.sha256([UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000))
        == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }

  @Test func `the digest of a set depends on names and bytes, not on directories`() {
    let one = SetContents(sources: [Self.file("/a/x.yaml", "1"), Self.file("/a/y.yaml", "2")])
    let same = SetContents(sources: [Self.file("/b/x.yaml", "1"), Self.file("/c/y.yaml", "2")])
    let others = [
      [Self.file("/a/x.yaml", "1")], [Self.file("/a/x.yaml", "1"), Self.file("/a/z.yaml", "2")],
      [Self.file("/a/x.yaml", "2"), Self.file("/a/y.yaml", "1")],
      [Self.file("/a/y.yaml", "2"), Self.file("/a/x.yaml", "1")],
    ].map { SetContents(sources: $0) }
    #expect(one.digest == same.digest && one.digest.count == 64)
    for other in others { #expect(one.digest != other.digest) }
    #expect(one.differences(to: same) == [])
  }

  @Test func `differences are said file by file`() {
    let one = SetContents(sources: [Self.file("x", "1"), Self.file("y", "2")])
    let other = SetContents(sources: [Self.file("y", "3"), Self.file("z", "2")])
    #expect(
      one.differences(to: other) == [
        "x: is in force and not there", "y: differs", "z: is there and not in force",
      ])
  }

  @Test func `a listing of sha256sum gives the same contents, and other lines give nothing`() {
    let contents = SetContents(sources: [Self.file("/a/x.yaml", "1"), Self.file("y z", "2")])
    let listing = contents.files.map { "\($0.sha256)  \($0.path)\n" }.joined()
    #expect(SetContents(listing: listing) == contents)
    #expect(SetContents(listing: "hello\n\n" + String(repeating: "x", count: 70)).files == [])
  }
}
