// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Policy

struct YAMLStreamTests {
  private func read(_ text: String) -> YAMLStream { read(Array(text.utf8)) }

  private func read(_ bytes: [UInt8]) -> YAMLStream {
    YAMLStream(reading: SourceFile(name: "x", bytes: bytes))
  }

  private func lines(_ stream: YAMLStream) -> [String] {
    stream.diagnostics.map(ConciseRenderer.line)
  }

  /// The scalars of a node in order.
  private func scalars(_ node: YAMLNode) -> [SourceText] {
    switch node.content {
    case .scalar(let text, _): [text]
    case .sequence(let elements): elements.flatMap(scalars)
    case .mapping(let entries): entries.flatMap { scalars($0.key) + scalars($0.value) }
    }
  }

  @Test(arguments: [
    "key: [one, \"two\", 'three']", "\u{feff}é: [😀, &a xy, *a]", "- !!str a\r\n- b\r\n",
    "? a\n: b\n",
    "{\"a\":1,\"b\":[true]}", "{\n\t\"a\": 1\n}",
  ]) func `a scalar that stands as it is has a place from which its text can be read`(text: String)
    throws
  {
    let file = SourceFile(name: "x", bytes: Array(text.utf8))
    let stream = YAMLStream(reading: file)
    #expect(stream.diagnostics.isEmpty)
    let root = try #require(stream.documents.first)
    let found = scalars(root)
    #expect(found.count >= 2)
    for scalar in found {
      let part = scalar.range(ofUTF8: 0..<scalar.text.utf8.count)
      #expect(scalar.verbatimStart != nil)
      #expect(file.text(of: part) == scalar.text)
      #expect(file.position(atByte: part.start.offset) == part.start)
      #expect(file.position(atByte: part.end.offset) == part.end)
    }
  }

  @Test(arguments: ["- \"a\\tb\"", "- a\n  b", "- |\n  a\n", "- 'it''s'"])
  func `a scalar with escapes or line breaks is placed as a whole`(text: String) throws {
    let root = try #require(read(text).documents.first)
    let scalar = try #require(scalars(root).first)
    #expect(scalar.verbatimStart == nil)
    #expect(scalar.range.start == SourcePosition(line: 1, column: 3, offset: 2))
    #expect(scalar.range(ofUTF8: 1..<2) == scalar.range)
  }

  @Test func `a block ends with its last part`() throws {
    let root = try #require(read("a:\n  b: c\n\n# end\n").documents.first)
    #expect(root.range.end == SourcePosition(line: 2, column: 7, offset: 9))
  }

  @Test func `a document that cannot be read does not hide the next`() {
    let stream = read("a: 1\n---\nb: [1\n---\nc: d\n---\ne: &x *x\n--- # f\n{f: 1}\n")
    #expect(stream.documents.compactMap { scalars($0).first?.text } == ["a", "c", "f"])
    #expect(stream.faults == 2)
    #expect(lines(stream).map { $0.prefix(10) } == ["x:4:1: err", "x:7:7: err"])
  }

  @Test(arguments: [
    ("a: 1\nb: 2\na: 3", "x:3:1: error: the key `a` appears twice [duplicate-key]"),
    ("a: {b: 1, \"b\": 2}", "x:1:11: error: the key `b` appears twice [duplicate-key]"),
    (
      "a:\n\tb: 1",
      "x:2:1: error: found character that cannot start any token, while scanning for the next token [syntax]"
    ),
    ("a: *b", "x:1:4: error: the alias `*b` has no anchor `&b` before it [syntax]"),
    ("a: &a [*a]", "x:1:8: error: the alias `*a` is inside the value that it refers to [syntax]"),
    (
      "a: !!binary x",
      "x:1:4: error: the tag `tag:yaml.org,2002:binary` is not allowed here [syntax]"
    ),
    ("a: !x y", "x:1:4: error: the tag `!x` is not allowed here [syntax]"),
    ("a: \u{9f}\n", "x:1:4: error: the character U+009F is not allowed in a policy file [syntax]"),
    ("é\u{fffe}", "x:1:2: error: the character U+FFFE is not allowed in a policy file [syntax]"),
    ("a: \0", "x:1:4: error: the character U+0000 is not allowed in a policy file [syntax]"),
  ]) func `what is not plain YAML is reported at its place`(text: String, line: String) {
    #expect(lines(read(text)) == [line])
  }

  @Test func `a pair of escapes for one character is refused with what to write`() {
    let found = read("{\"a\": \"\\ud83d\\ude00\"}").diagnostics
    #expect(found.map(\.code) == ["syntax"])
    #expect(found.map(\.help) == ["write the character itself"])
  }

  @Test func `bytes that are not UTF-8 are reported at the first of them`() {
    #expect(
      lines(read(Array("a: b\nc: ".utf8) + [0xc3, 0x28])) == [
        "x:2:4: error: the file is not UTF-8 here [syntax]"
      ])
    #expect(lines(read([0xff, 0xfe, 0x61, 0x00])) == ["x:1:1: error: the file is UTF-16 [syntax]"])
  }

  @Test func `nodes stand 64 levels deep and not deeper, also by aliases`() {
    func nested(_ depth: Int, _ inner: String) -> String {
      String(repeating: "[", count: depth) + inner + String(repeating: "]", count: depth)
    }
    #expect(read(nested(63, "a")).diagnostics.isEmpty)
    #expect(
      read(nested(64, "a")).diagnostics.map(\.message) == [
        "this is nested more than 64 levels deep"
      ])
    #expect(
      read(nested(400_000, "")).diagnostics.map(\.message) == [
        "this is nested more than 64 levels deep"
      ])
    #expect(read("[&a " + nested(30, "x") + ", " + nested(32, "*a") + "]").diagnostics.isEmpty)
    #expect(read("[&a " + nested(30, "x") + ", " + nested(33, "*a") + "]").faults == 1)
  }

  @Test func `aliases of aliases are stopped before they grow`() {
    var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for level in 1...9 {
      text += "a\(level): &a\(level) [" + String(repeating: "*a\(level - 1), ", count: 10) + "]\n"
    }
    #expect(
      read(text).diagnostics.map(\.message) == [
        "the aliases of this document expand to more than 10000 values"
      ])
  }
}
