// SPDX-License-Identifier: Apache-2.0

import Policy

/// Prints how many tests of policies run in a second, and how long it takes to compare two sets of 1,024 rules.
///
/// Files are in memory. Times are processor time, the least of three runs.
func measureTesting() {
  measureTests(of: WrittenRules(policies: 8, rulesEach: 2), "16 rules")
  measureTests(of: WrittenRules(policies: 16, rulesEach: 64), "1,024 rules")
  for (policies, rules) in [(1, 1024), (16, 64), (128, 8)] {
    let set = WrittenRules(policies: policies, rulesEach: rules)
    print("\ndiff of 1,024 rules in \(policies) policies, read, compiled and compared:")
    measureDifference("equal", set, set.text { _ in false })
    measureDifference("one rule changed", set, set.text { $0 == 517 })
    measureDifference("all rules changed", set, set.text { _ in true })
  }
}

private func measureTests(of set: WrittenRules, _ title: String) {
  let policies = SourceFile(name: "p.yaml", bytes: Array(set.text { _ in false }.utf8))
  let count = 10_000
  var text =
    "kind: PolicyTest\npolicies: [p.yaml]\nowners: { web: \(WrittenRules.owner) }\ntests:\n"
  for number in 0..<count {
    text += "  - name: test \(number)\n    packet: egress tcp 192.0.2.1:\(number + 1024)"
    text += " > 198.51.100.7:23 SYN no-content\n    owner: web\n    expect: {}\n"
  }
  let tests = SourceFile(name: "p.test.yaml", bytes: Array(text.utf8))
  let (reading, all) = least {
    let read = TestSet.load(paths: [tests.name]) { path in
      path == tests.name ? tests : policies
    }
    precondition(read.suites.first?.cases.count == count, "every test is read")
    let start = processorSeconds()
    for suite in read.suites {
      var run = TestRun(suite)
      for test in suite.cases {
        precondition(run.failures(of: test)?.isEmpty == true, "every test passes")
      }
    }
    return start
  }
  print(
    "\ntests of \(title): \(Int(Double(count) / all)) per second, "
      + "\(Int(Double(count) / (all - reading))) without reading the file")
}

private func measureDifference(_ title: String, _ set: WrittenRules, _ changed: String) {
  let original = set.text { _ in false }
  let (reading, all) = least {
    let plans = [original, changed].map { text in
      let files = [SourceFile(name: "p.yaml", bytes: Array(text.utf8))]
      guard let plan = ExplainedPlan(PolicySet.parse(files).checked()) else {
        preconditionFailure("the rules are right")
      }
      return plan
    }
    let start = processorSeconds()
    let difference = PolicyDifference(from: plans[0], to: plans[1])
    precondition(difference.isNothing == (original == changed), "what changed is found")
    return start
  }
  print("  \(title): \(Int(all * 1000)) ms, of which comparing \(Int((all - reading) * 1000)) ms")
}

/// Returns the least time of three runs, until the moment that each returns and as a whole, in seconds.
private func least(_ run: () -> Double) -> (until: Double, whole: Double) {
  var least = (until: 0.0, whole: Double.infinity)
  for _ in 0..<3 {
    let start = processorSeconds()
    let moment = run() - start
    let whole = processorSeconds() - start
    if whole < least.whole { least = (moment, whole) }
  }
  return least
}

/// Policies such as people write: prefixes with ports, names of DNS and HTTP, and scopes of several kinds.
private struct WrittenRules {
  let policies: Int
  let rulesEach: Int

  /// An owner that has a value for every scope.
  static let owner =
    "comm=nginx uid=33 not-container executable=/usr/sbin/nginx cgroup=/system.slice/nginx"

  private static let scopes = [
    "global", "comm=curl,wget", "uid>=1000", "not-container", "container", "comm!=sshd",
    "executable=/usr/bin/*", "cgroup=/system.slice",
  ]

  /// Returns the text of all policies; the rules that a closure names by their numbers get other ports and names.
  func text(changing isChanged: (Int) -> Bool) -> String {
    var state: UInt64 = 20_261_130
    func next(_ limit: UInt64) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % limit)
    }
    var text = ""
    for policy in 0..<policies {
      text += "---\ntype: policy\nname: p\(policy)\nscope: [\"\(Self.scopes[next(8)])\"]\nrules:\n"
      for number in 0..<rulesEach {
        let change = isChanged(policy * rulesEach + number) ? 1 : 0
        let prefix = "10.\(next(256)).\(next(256)).0/\([16, 20, 24][next(3)])"
        let port = [22, 80, 443, 3306, 5432, 6379, 8080, 9200][next(8)] + change
        let mark = change == 1 ? "x" : ""
        let host = next(300)
        let rule: (event: String, filters: [String]) =
          switch next(8) {
          case 0...3:
            (
              "net_packet_tcp",
              ["data.metadata.direction=egress", "data.dst=\(prefix)", "data.dst_port=\(port)"]
            )
          case 4:
            (
              "net_packet_tcp",
              [
                "data.dst!=172.16.0.0/12,\(prefix)",
                "data.dst_port=\(port),\(port + 1000)-\(port + 1010)",
              ]
            )
          case 5: ("net_packet_udp", ["data.src=\(prefix)", "data.dst_port=\(port)"])
          case 6:
            (
              "net_packet_dns_request",
              ["data.dns_questions.query=*.\(mark)zone\(host).example"]
            )
          default:
            (
              "net_packet_http_request",
              ["data.http_request.host=\(mark)h\(host).example", "data.dst_port=80"]
            )
          }
        text += "  - event: \(rule.event)\n    filters:\n"
        for filter in rule.filters { text += "      - \(filter)\n" }
      }
    }
    return text
  }
}
