// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Policy

/// Values that are valid and never seen; each was once accepted without a word.
@Suite struct `Values that match nothing are reported` {
  private func found(_ text: String) -> [Diagnostic] {
    PolicySet.parse([SourceFile(name: "x", bytes: Array(text.utf8))]).checked().diagnostics
  }

  private func codes(
    scope: String = "comm=nginx", event: String = "net_packet_tcp", filter: String? = nil
  )
    -> [String]
  {
    let filters = filter.map { "['\($0)']" } ?? ""
    return found(Example.policy(scope: "['\(scope)']", event: event, filters: filters)).map(\.code)
  }

  @Test(arguments: [
    "container=true", "container=false", "container=podman", "container=web-frontend",
    "container=my_app", "container=3F9A", "executable=curl", "executable=./curl",
    "executable=host:curl", "executable=/usr/bin/curl -s", "executable=~/bin/x",
    "executable=$HOME/bin/x", "executable=/usr/bin/curl/", "executable=/usr/bin//curl",
    "comm=/usr/bin/curl", "comm=curl|wget", "comm=curl;wget", "comm=curl wget", "comm=ngin[xX]",
    "comm=php?", "comm=(a|b)", "comm=~ngin.*", "comm=*", "comm=**", "pid=99999999", "tree=0",
    "tree=1",
  ])
  func `of owners`(scope: String) {
    #expect(codes(scope: scope).contains("unlikely-value"), "\(scope)")
  }

  @Test(arguments: [
    "container=3f9a", "container=new", "container=started", "executable=/usr/bin/curl",
    "executable=*/curl", "executable=host:/usr/bin/curl", "executable=/opt/a b/c",
    "comm=Web Content",
    "comm=tmux: server", "comm=kworker/0:1", "comm=(sd-pam)", "comm=ngin*", "uid=0", "pid=1",
    "tree=2", "pid=4194304", "cgroup=/system.slice",
  ])
  func `and those that are seen are not`(scope: String) {
    #expect(codes(scope: scope).allSatisfy { $0 == "user-space-filter" }, "\(scope)")
  }

  @Test(arguments: [
    ("net_packet_dns", "data.proto_dns.questions.name=.example.com"),
    ("net_packet_dns", "data.proto_dns.questions.name=http://example.com/"),
    ("net_packet_dns", "data.proto_dns.questions.name=example.com:53"),
    ("net_packet_dns", "data.proto_dns.questions.name=^example"),
    ("net_packet_dns", "data.proto_dns.questions.name=~exam"),
    ("net_packet_http_request", "data.http_request.method=get"),
    ("net_packet_http_request", "data.http_request.method=GTE"),
    ("net_packet_http_request", "data.http_request.uri_path=admin"),
    ("net_packet_http_request", "data.http_request.protocol=HTTP/2"),
    ("net_packet_http_response", "data.http_response.status=500"),
    ("net_packet_icmp", "data.proto_icmp.typeCode=8"), ("net_packet_tcp", "data.dst=0.0.0.0"),
  ])
  func `of packets and messages`(event: String, filter: String) {
    #expect(codes(event: event, filter: filter).contains("unlikely-value"), "\(filter)")
  }

  @Test(arguments: ["ngin\u{445}", "ng\u{200b}inx", "web\u{2013}1"])
  func `with characters that look like others`(name: String) {
    #expect(codes(scope: "comm=\(name)") == ["confusable-character"])
  }

  @Test(arguments: ["comm=dig", "comm=firefox"])
  func `of programs that name their threads`(scope: String) {
    #expect(codes(scope: scope) == ["thread-name"])
  }

  @Test(arguments: [
    ("data.dst=0.0.0.0/0", "one-family"), ("data.dst!=0.0.0.0/0", "one-family"),
    ("data.dst=::/0", "one-family"),
  ])
  func `of one family of addresses`(filter: String, code: String) {
    #expect(codes(filter: filter) == [code])
  }

  @Test func `the rule of another policy is noted, and the same policy twice as well`() {
    let one = Example.policy(filters: "[data.dst_port=80]")
    let two = one.replacing("name: web", with: "name: other")
    let set = PolicySet.parse([
      SourceFile(name: "a", bytes: Array(one.utf8)), SourceFile(name: "b", bytes: Array(two.utf8)),
    ])
    let found = set.checked().diagnostics
    #expect(found.map(\.code) == ["repeated-rule"])
    #expect(found[0].source == "b" && found[0].related.map(\.source) == ["a"])
  }

  @Test(arguments: [
    ("[data.dst_port=80, data.proto_tcp.dstPort=443]", "never-matches"),
    ("[data.src_port=80, data.proto_tcp.srcPort=443]", "never-matches"),
    ("[data.src=10.0.0.1, 'data.dst=fe80::1']", "never-matches"),
    ("[data.proto_tcp.SYN=1, data.proto_tcp.SYN=0]", "useless-filter"),
    ("['data.metadata.direction=ingress,egress']", "useless-filter"),
    ("['data.dst=0.0.0.0/0,::/0']", "useless-filter"),
  ])
  func `contradictions between fields, and values that are all there are`(
    filters: String, code: String
  ) {
    #expect(found(Example.policy(filters: filters)).map(\.code) == [code])
  }

  @Test(arguments: [
    ("[follow]", ""), ("[global]", "[data.proto_tcp.SYN=1, data.proto_tcp.SYN=0]"),
    ("[global]", "['data.dst=0.0.0.0/0,::/0']"),
  ])
  func `what leaves out nothing counts as no filter`(scope: String, filters: String) {
    #expect(
      found(Example.policy(scope: scope, filters: filters)).map(\.code)
        .contains("unfiltered-packets"))
  }

  @Test(arguments: [
    ("net_packet_dns", "data.dst_port=8053", false), ("net_packet_http", "data.dst_port=443", true),
    ("net_packet_http", "data.dst_port=80", false), ("net_packet_dns", "data.dst_port=53", false),
  ])
  func `messages that are never read`(event: String, filter: String, isReported: Bool) {
    let codes = found(Example.policy(event: event, filters: "['\(filter)']")).map(\.code)
    #expect(codes.contains("never-decoded") == isReported)
  }
}

/// Spellings that were once accepted and matched nothing, and now mean what was meant.
@Suite struct `Spellings that are understood` {
  private func names(_ value: String) -> [FieldValue] { [.text(value)] }

  private func matches(_ value: String, _ name: String) throws -> Bool {
    let condition = Condition(included: try FieldType.name.operands(value))
    return ReferenceMatcher.matches(condition, [.text(name)])
  }

  @Test(arguments: [
    ("example.com.", "example.com"), ("*.example.com.", "www.example.com"),
    ("bücher.de", "xn--bcher-kva.de"), ("BÜCHER.de", "xn--bcher-kva.de"),
    ("münchen.例え.jp", "xn--mnchen-3ya.xn--r8jz45g.jp"), ("пример.рф", "xn--e1afmkfd.xn--p1ai"),
    ("bücher.local", "bücher.local"), ("*.bücher.de", "www.xn--bcher-kva.de"),
  ])
  func `names with a final dot, and in any script`(value: String, name: String) throws {
    #expect(try matches(value, name))
  }

  @Test(arguments: [
    ("/sys/fs/cgroup/system.slice", "/system.slice"),
    ("/sys/fs/cgroup/unified/system.slice/web.service", "/system.slice/web.service"),
    ("/system.slice/", "/system.slice"), ("/sys/fs/cgroup", "/"), ("/sys/fs/cgroup/", "/a"),
  ])
  func `paths of cgroups with their mount point`(value: String, path: String) throws {
    let condition = Condition(included: try FieldType.path.operands(value))
    #expect(ReferenceMatcher.matches(condition, [.text(path)]))
  }

  @Test(
    arguments: [("https", 443), ("ssh", 22), ("domain", 53), ("http-alt", 8080)]
      as [(String, UInt64)])
  func `names of services`(name: String, port: UInt64) throws {
    #expect(try FieldType.port.operands(name) == [.numbers(port...port)])
    #expect(try FieldType.port.limit(name) == port)
  }

  @Test(arguments: [
    (
      "private", ["10.1.2.3", "172.31.0.1", "192.168.0.1", "fd00::1"],
      ["172.32.0.1", "8.8.8.8", "fe80::1"]
    ),
    ("loopback", ["127.0.0.1", "127.255.0.1", "::1"], ["128.0.0.1", "::2"]),
    ("multicast", ["224.0.0.1", "239.255.255.255", "ff02::1"], ["240.0.0.1", "fe80::1"]),
    ("link-local", ["169.254.1.1", "fe80::1", "febf::1"], ["169.255.0.1", "fec0::1"]),
  ])
  func `words for addresses`(word: String, inside: [String], outside: [String]) throws {
    let condition = Condition(included: try FieldType.address.operands(word))
    for (texts, isInside) in [(inside, true), (outside, false)] {
      for text in texts {
        let address = try #require(IPAddress(text))
        #expect(ReferenceMatcher.matches(condition, [.address(address)]) == isInside, "\(text)")
      }
    }
  }
}
