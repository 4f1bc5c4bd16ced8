// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

@testable import Policy

/// Bytes that nobody wrote as a policy.
struct HostileInputTests {
  private static let seeds = [
    Example.policy(
      scope: "[\"comm=a*,b\", uid>=1000, not-container]",
      rules: """
          - event: net_packet_tcp,-net_packet_udp
            filters: [args.dst=10.1.2.3/8, 'data.src!=fe80::/10,::1', "data.dst_port=80-443,0x50"]
            actions: [log, print]
          - {event: net_packet_*, filters: [data.metadata.direction=egress, hostPid!=1]}
        """),
    """
    {"apiVersion": "tracee.aquasec.com/v1beta1", "kind": "Policy", "metadata": {"name": "a",
     "annotations": {"description": "é €\\u0041"}}, "spec": {"scope": ["global"], "rules":
     [{"event": "net_packet_icmp", "filters": ["data.src=10.1.*"]}]}}
    """,
    """
    %YAML 1.1
    ---
    type: &t policy
    name: one
    scope: &s [comm=x]
    rules: [&r {event: "net_packet_\\x74cp", filters: *s}, *r]
    --- # two
    type: *t
    ...
    ---
    type: policy
    rules: |
      text
    scope: >-
      folded
    """,
  ]

  /// Pieces that are likely to mean something somewhere.
  private static let pieces: [[UInt8]] =
    [
      "\n", "\r\n", "\t", " ", "  ", "-", "- ", ": ", ":", ",", "[", "]", "{", "}", "\"", "'", "|",
      ">", "&a ", "*a", "!!map ", "!x ", "%", "#", "---\n", "...", "? ", "=", "!=", "<=", "*", "-1",
      "18446744073709551616", "::", "/129", "0x", "\u{feff}", "\u{85}", "\u{2028}", "é", "😀", "~",
      "\\", "\\0", "<<: *t",
    ].map { Array($0.utf8) } + [[0], [0xff], [0xc3], [0xe2, 0x82], [0x1b, 0x5b]]

  private static func mutant(_ random: inout SplitMix) -> [UInt8] {
    var bytes = Array((seeds.randomElement(using: &random) ?? "").utf8)
    for _ in 0..<Int.random(in: 1...4, using: &random) {
      let start = Int.random(in: 0...bytes.count, using: &random)
      let end = min(bytes.count, start + Int.random(in: 0...6, using: &random))
      let other = Int.random(in: 0...bytes.count, using: &random)
      switch Int.random(in: 0...3, using: &random) {
      case 0: bytes.removeSubrange(start..<end)
      case 1: bytes.insert(contentsOf: bytes[start..<end], at: other)
      default:
        bytes.replaceSubrange(
          start..<(Bool.random(using: &random) ? start : end),
          with: pieces.randomElement(using: &random) ?? [])
      }
    }
    return bytes
  }

  /// How often, unless the environment's `MUTANTS` says otherwise.
  private static let count =
    ProcessInfo.processInfo.environment["MUTANTS"].flatMap { Int($0) } ?? 200

  @Test(arguments: [1, 2, 3] as [UInt64])
  func `whatever stands in a file, findings have places in it and can be shown`(seed: UInt64) {
    var random = SplitMix(state: SplitMix.seed(usually: seed))
    var codes: Set<String> = []
    for _ in 0..<Self.count {
      let file = SourceFile(name: "x", bytes: Self.mutant(&random))
      let checked = PolicySet.parse([file]).checked()
      for diagnostic in checked.diagnostics {
        let ranges = [diagnostic.range, diagnostic.fix?.range].compactMap { $0 }
        for range in ranges + diagnostic.related.map(\.range) {
          #expect(range.start.offset <= range.end.offset && range.end.offset <= file.bytes.count)
          for place in [range.start, range.end] {
            #expect(file.position(atByte: place.offset) == place, "\(diagnostic) \(file.bytes)")
          }
        }
        let rule = LintRules.rule(diagnostic.code)
        #expect(rule != nil, "\(diagnostic.code)")
        #expect(diagnostic.fix == nil || rule?.isFixable == true)
        codes.insert(diagnostic.code)
      }
      #expect(
        ConciseRenderer.render(checked.diagnostics).count { $0 == "\n" }
          == checked.diagnostics.count)
      _ = TextRenderer(sources: [file]).render(checked.diagnostics)
      #expect(checked.plan == nil || checked.count(.error) == 0)
      // A fix cures what it belongs to: nothing can be fixed for ever.
      var (fixed, rounds) = (file, 0)
      while rounds < 6 {
        let bytes = Fixes.apply(PolicySet.parse([fixed]).checked().diagnostics, to: fixed)
        if bytes == fixed.bytes { break }
        fixed = SourceFile(name: "x", bytes: bytes)
        rounds += 1
      }
      #expect(rounds < 6, "\(String(decoding: file.bytes, as: UTF8.self))")
    }
    #expect(codes.count > 12, "\(codes)")
  }

  /// A few bytes that cost much when there are many of them, between a beginning and an end.
  static let floods = [
    ("", "[", ""), ("", "{a: ", ""), ("", "- ", ""), ("", "a: &a ", ""), ("", "? ", ""),
    ("", "---\n[\n", ""), ("\"", "a\n", ""), ("type: policy\nscope: [", "a=b,", "]"),
    ("type: policy\nrules:\n", "- {}\n", ""), ("type: policy\nscope: ['comm=", "\\\",", "']"),
    ("type: policy\nscope: [c=1", ",2", "]"), ("type: policy\nname: \"", "\\n", "\""),
  ]

  @Test(.timeLimit(.minutes(5)), arguments: floods)
  func `floods are read to an end, and something is wrong`(
    start: String, flood: String, end: String
  ) {
    let text = start + String(repeating: flood, count: (1 << 15) / flood.utf8.count) + end
    let checked = PolicySet.parse([SourceFile(name: "x", bytes: Array(text.utf8))]).checked()
    #expect(checked.count(.error) > 0)
    #expect(checked.plan == nil)
  }

  @Test func `after a hundred broken documents the rest is given up, and that is said`() {
    let text = String(repeating: "---\n[\n", count: 1000)
    let stream = YAMLStream(reading: SourceFile(name: "x", bytes: Array(text.utf8)))
    #expect(stream.diagnostics.count == YAMLStream.faultLimit + 1)
    #expect(stream.diagnostics.last?.range?.start.line == 2 * YAMLStream.faultLimit + 1)
  }
}
