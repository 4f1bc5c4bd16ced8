// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Policy

@Suite struct `lint --tracee points at what Tracee understands in another way` {
  private func notes(_ text: String, name: String = "x") -> Int {
    let set = PolicySet.parse([SourceFile(name: name, bytes: Array(text.utf8))])
    #expect(!set.checked().diagnostics.contains { $0.code == "tracee-difference" })
    return set.checked(comparesWithTracee: true).diagnostics.count {
      $0.code == "tracee-difference"
    }
  }

  @Test(arguments: [
    ("[comm=a, comm!=b]", "", 1), ("[uid=0, uid>=1000]", "", 1), ("[uid<10, uid<100]", "", 1),
    ("[uid>10, uid<100]", "", 0), ("[comm=a, comm=b]", "", 0), ("[executable=curl]", "", 1),
    ("[comm=a]", "[hostParentProcessId=1]", 1), ("['comm=*']", "", 1),
    ("[container!=started]", "", 1), ("[comm=a]", "[data.dst_port=https]", 1),
    ("[comm=a]", "[data.dst_port=443]", 0),
  ])
  func `in filters`(scope: String, filters: String, count: Int) {
    #expect(notes(Example.policy(scope: scope, filters: filters)) == count, "\(scope) \(filters)")
  }

  @Test func `in files`() {
    #expect(
      notes(Example.policy() + "---\n" + Example.policy().replacing("name: web", with: "name: b"))
        == 1)
    #expect(
      notes(Example.policy(rules: "  - event: net_packet_tcp\n  - event: net_packet_tcp")) == 1)
    let json =
      #"{"type":"policy","name":"a","scope":["comm=a",],"rules":[{"event":"net_packet_tcp"}]}"#
    #expect(notes(json, name: "a.json") == 1)
    #expect(notes(json.replacing(",]", with: "]"), name: "a.json") == 0)
  }
}
