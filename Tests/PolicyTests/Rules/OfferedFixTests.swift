// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Policy

/// Every fix that is offered resolves its finding, and gives no new error.
@Suite struct `Fixes that are offered` {
  private static func found(_ text: String) -> [Diagnostic] {
    PolicySet.parse([SourceFile(name: "x", bytes: Array(text.utf8))]).checked().diagnostics
  }

  /// Files with one mistake each, and the line that a fix makes of it; nil if none is offered.
  static let mistakes: [(text: String, fixed: String?)] =
    filters.map { wrong, right in
      (
        Example.policy(scope: "[uid=0]", filters: wrong),
        right.map { Example.policy(scope: "[uid=0]", filters: $0) }
      )
    }
    + events.map { wrong, right in
      (Example.policy(event: wrong), Optional(Example.policy(event: right)))
    } + [description]

  private static let filters: [(String, String?)] = [
    ("[data.dst_port: 80]", "[data.dst_port=80]"),
    ("\n      - data.dst_port: 80", "\n      - data.dst_port=80"),
    ("\n      - comm: curl", "\n      - comm=curl"),
    ("\n      - data.dst_port: [80, 443]", "\n      - \"data.dst_port=80,443\""),
    ("\n      - !comm=curl", "\n      - comm!=curl"),
    ("\n      - !container", "\n      - not-container"),
    ("[data.dst_prot=80]", "[data.dst_port=80]"), ("[dst_port=80]", "[data.dst_port=80]"),
    ("[data.dst=10.0.0.0/255.0.0.0]", "[data.dst=10.0.0.0/8]"),
    ("['data.dst=[fe80::1]']", "['data.dst=fe80::1']"),
    ("[data.dst=10.0.0.1–10.0.0.9]", "[data.dst=10.0.0.1-10.0.0.9]"),
    ("[data.dst=10.0.0.1:80]", nil), ("[data.dst_port=httpps]", "[data.dst_port=https]"),
    ("[data.dst_port=80/tcp]", "[data.dst_port=80]"),
    ("[data.metadata.direction=out]", "[data.metadata.direction=egress]"),
    ("[data.metadata.direction=egres]", "[data.metadata.direction=egress]"),
    ("[uid=www-data]", nil), ("[pid=1-]", nil), ("[container=3F9A]", "[container=3f9a]"),
    ("[container=true]", "[container]"), ("[container=false]", "[not-container]"),
    ("['executable=/usr/bin/curl -s']", "['executable=/usr/bin/curl']"),
    ("[executable=/usr/bin//curl]", "[executable=/usr/bin/curl]"),
    ("[comm=ng\u{200b}inx]", "[comm=nginx]"), ("[data.dst=privat]", "[data.dst=private]"),
  ]

  private static let events: [(String, String)] = [
    ("tcp", "net_packet_tcp"), ("net_packet_tpc", "net_packet_tcp"), ("dns", "net_packet_dns"),
    ("tag=network", "tag=network_events"),
    ("[net_packet_tcp, net_packet_udp]", "net_packet_tcp,net_packet_udp"),
  ]

  private static let description: (text: String, fixed: String?) = (
    Example.policy().replacing("name: web", with: "name: web\ndescription: DNS: who"),
    Example.policy().replacing("name: web", with: "name: web\ndescription: \"DNS: who\"")
  )

  @Test(arguments: mistakes.indices)
  func `make of a mistake what was meant`(index: Int) throws {
    let (text, fixed) = Self.mistakes[index]
    let source = SourceFile(name: "x", bytes: Array(text.utf8))
    let set = PolicySet.parse([source]).withFixes()
    #expect(String(decoding: set.sources[0].bytes, as: UTF8.self) == fixed ?? text)
    if fixed != nil {
      let left = set.checked().diagnostics.filter { $0.severity != .note }
      #expect(left.isEmpty, "\(text)\(left.map(ConciseRenderer.line))")
    } else {
      #expect(Self.found(text).contains { $0.help != nil })
    }
  }

  @Test func `leave nothing of their finding, and add no error`() throws {
    let texts = LintRules.all.flatMap(\.bad) + Self.mistakes.map(\.text)
    for text in texts {
      let before = Self.found(text)
      for finding in before where finding.fix != nil {
        let source = SourceFile(name: "x", bytes: Array(text.utf8))
        let fixed = String(decoding: Fixes.apply([finding], to: source), as: UTF8.self)
        let after = Self.found(fixed)
        #expect(
          after.count { $0.code == finding.code && $0.message == finding.message }
            < before.count { $0.code == finding.code && $0.message == finding.message },
          "\(text)\n\(fixed)\(after.map(ConciseRenderer.line))")
        let errors = after.filter { $0.severity == .error }.map(\.message)
        let isUncovered = finding.rule == .syntax
        let new = errors.filter { error in !before.contains { $0.message == error } }
        #expect(new.isEmpty || isUncovered, "\(text)\n\(fixed)\(new)")
      }
    }
  }

  @Test func `an event that is a list is one error`() {
    let found = Self.found(Example.policy(event: "[net_packet_tcp, net_packet_udp]"))
    #expect(found.map(\.code) == ["wrong-type"])
  }

  @Test func `random texts in place of values get only fixes that resolve their finding`() {
    let words = [
      "out", "egres", "10.0.0.0/255.255.0.0", "[::1]", "htp", "3F9A", "true", "tcp", "80/udp",
      "a–b", "Ingress", "EGRESS", "/a//b", "/b -c", "loopbak", ".x.org", "http://x.org/", "get",
      "8",
    ]
    let keys = [
      "data.dst", "data.dst_port", "data.metadata.direction", "container", "executable", "comm",
      "data.dts", "datadst", "uidd", "data.proto_tcp.SYNN",
    ]
    for key in keys {
      for word in words {
        let text = Example.policy(filters: "['\(key)=\(word)']")
        let before = Self.found(text)
        for finding in before where finding.fix != nil {
          let source = SourceFile(name: "x", bytes: Array(text.utf8))
          let fixed = String(decoding: Fixes.apply([finding], to: source), as: UTF8.self)
          let after = Self.found(fixed)
          #expect(!after.contains { $0.message == finding.message }, "\(text) \(fixed)")
        }
      }
    }
  }
}
