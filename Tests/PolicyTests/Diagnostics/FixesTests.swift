// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import Policy

struct FixesTests {
  private static let wrong = """
    # who
    type: policy   # plain
    nmae: "web"
    scope: [comm=a,b]
    rules:
      - {"evnt": net_packet_tcp, filters: ["args.dst=10.1.2.3/8", 'data.dst_port>=1']}
      -   event: net_packet_udp
          fliters:
          - args.src = fe80::1/10   # link

    """

  private static let right = """
    # who
    type: policy   # plain
    name: "web"
    scope: ["comm=a,b"]
    rules:
      - {"event": net_packet_tcp, filters: ["data.dst=10.0.0.0/8", 'data.dst_port>=1']}
      -   event: net_packet_udp
          filters:
          - data.src = fe80::/10   # link

    """

  @Test func `what can be fixed is fixed, and nothing else is touched`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("a.yaml")
    try folder.write(Self.wrong, to: "a.yaml")
    #expect(chmod(path, 0o640) == 0)
    let (set, failures) = PolicySet.load(paths: [path]).fixed()
    #expect(failures.isEmpty)
    #expect(set.checked().diagnostics.isEmpty)
    #expect(try String(contentsOfFile: path, encoding: .utf8) == Self.right)
    var status = stat()
    #expect(stat(path, &status) == 0 && status.st_mode & 0o7777 == 0o640)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["a.yaml"])
  }

  @Test func `fixing what was fixed changes nothing`() throws {
    let folder = try TemporaryFolder()
    try folder.write(Self.right, to: "a.yaml")
    let before = try FileManager.default.attributesOfItem(atPath: folder.path("a.yaml"))
    let set = PolicySet.load(paths: [folder.path])
    let (fixed, failures) = set.fixed()
    #expect(fixed == set && failures.isEmpty)
    let after = try FileManager.default.attributesOfItem(atPath: folder.path("a.yaml"))
    #expect(
      before[.systemFileNumber] as? Int == after[.systemFileNumber] as? Int)
  }

  @Test func `a link stays a link, and what it names is fixed`() throws {
    let folder = try TemporaryFolder()
    try folder.write(Self.wrong, to: "real.txt")
    let link = folder.path("a.yaml")
    try FileManager.default.createSymbolicLink(
      atPath: link, withDestinationPath: folder.path("real.txt"))
    #expect(PolicySet.load(paths: [link]).fixed().failures.isEmpty)
    #expect(
      try FileManager.default.destinationOfSymbolicLink(atPath: link) == folder.path("real.txt"))
    #expect(try String(contentsOfFile: folder.path("real.txt"), encoding: .utf8) == Self.right)
  }

  @Test func `fixes that overlap are taken one at a time`() {
    let file = SourceFile(name: "x", bytes: Array("abcdef".utf8))
    func fix(_ from: Int, _ to: Int, _ text: String) -> Diagnostic {
      let range = SourceRange(start: file.position(atByte: from), end: file.position(atByte: to))
      return Diagnostic(
        .unknownKey, "a", source: "x", range: range, fix: .init(range: range, replacement: text))
    }
    let fixed = Fixes.apply([fix(4, 6, "Z"), fix(0, 2, "XY"), fix(1, 3, "?")], to: file)
    #expect(String(decoding: fixed, as: UTF8.self) == "XYcdZ")
  }
}
