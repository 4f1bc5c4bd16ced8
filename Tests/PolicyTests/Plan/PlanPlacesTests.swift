// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Policy

@Suite struct `Places that a plan names` {
  private func plan(_ scope: String...) throws -> TracePlan {
    let document = policy(scope: scope, rules: [("net_packet_tcp", [])])
    return try #require(PolicyCompiler.compile([document]).plan)
  }

  @Test func `are those named whole after =`() throws {
    let plan = try plan(
      "executable=/bin/a,/bin/b*,host:/bin/c,/bin/a", "executable!=/bin/d", "cgroup=/x", "pid=1,2-3"
    )
    #expect(plan.executables == ["/bin/a", "/bin/c"])
    #expect(plan.cgroups == ["/x"])
    #expect(plan.processes == [1])
  }

  @Test func `that are links match with their targets as well`() throws {
    let links = ["/bin/a": "/usr/bin/a"]
    for scope in ["executable=/bin/a", "executable!=/bin/a", "executable=host:/bin/a"] {
      let rule = try plan(scope).following(links: links).rules[0]
      for (path, isNamed) in [("/bin/a", true), ("/usr/bin/a", true), ("/usr/bin/b", false)] {
        let owner = Owner {
          $0.executable = path
          $0.isInHostMountNamespace = true
        }
        let expected = isNamed != scope.contains("!")
        #expect(ReferenceMatcher.matches(rule.scope, owner: owner) == expected, "\(scope) \(path)")
      }
    }
  }

  @Test func `with follow, too`() throws {
    let rule = try plan("follow", "executable=/bin/a").following(links: ["/bin/a": "/b"]).rules[0]
    #expect(rule.followed?.first?.condition.included.count == 2)
  }
}
