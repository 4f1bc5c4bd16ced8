// SPDX-License-Identifier: Apache-2.0

import Policy
import Testing

/// `docs/policy-language.md` §3, row by row and sentence by sentence.
@Suite struct `Language 3, scope` {
  /// Each row of the table: an expression, what an owner that matches has, and what one that does not.
  private static let rows:
    [(String, @Sendable (inout Owner) -> Void, @Sendable (inout Owner) -> Void)] = [
      ("uid=7", { $0.userID = 7 }, { $0.userID = 8 }),
      ("pid=7", { $0.processID = 7 }, { $0.namespacedProcessID = 7 }),
      ("tid=7", { $0.threadID = 7 }, { $0.processID = 7 }),
      ("ppid=7", { $0.parentProcessID = 7 }, { $0.processID = 7 }),
      ("pid=new", { $0.isNew = true }, { $0.isContainerNew = true }),
      ("pid!=new", { $0.isNew = false }, { $0.isNew = true }),
      ("mntns=7", { $0.mountNamespace = 7 }, { $0.pidNamespace = 7 }),
      ("pidns=7", { $0.pidNamespace = 7 }, { $0.netNamespace = 7 }),
      ("netns=7", { $0.netNamespace = 7 }, { $0.mountNamespace = 7 }),
      ("uts=web", { $0.hostName = "web" }, { $0.hostName = "web.internal" }),
      ("comm=nc", { $0.comm = "nc" }, { $0.executable = "nc" }),
      ("executable=/bin/nc", { $0.executable = "/bin/nc" }, { $0.executable = "/usr/bin/nc" }),
      ("cgroup=/a", { $0.cgroupPath = "/a" }, { $0.cgroupPath = "/ab" }),
      ("cgroupId=7", { $0.cgroupID = 7 }, { $0.cgroupID = 8 }),
      ("container", { $0.containerID = "3f" }, { $0.containerID = "" }),
      ("not-container", { $0.containerID = "" }, { $0.containerID = "3f" }),
      ("container=3f", { $0.containerID = "3f9a" }, { $0.containerID = "a3f9" }),
      ("container=new", { $0.isContainerNew = true }, { $0.isNew = true }),
      ("container=started", { $0.hasContainerStarted = true }, { $0.isContainerNew = true }),
      ("tree=7", { $0.ancestors = [9, 7] }, { $0.ancestors = [9] }),
    ]

  @Test(arguments: rows.indices)
  func `each key is compared with what the table says, and with nothing else`(row: Int) {
    let (expression, matching, other) = Self.rows[row]
    #expect(wants(scope: [expression], owner: Owner(matching)), "\(expression)")
    #expect(!wants(scope: [expression], owner: Owner(other)), "\(expression)")
  }

  @Test func `global is everything, also a packet without an owner, and must stand alone`() {
    #expect(wants(scope: ["global"], owner: nil))
    #expect(wants(scope: ["global"], owner: Owner { $0.userID = 7 }))
    #expect(findings(policy(scope: "uid=0", "global")).first?.hasPrefix("global-not-alone") == true)
  }

  @Test(arguments: ["mntns", "pidns", "netns"])
  func `a namespace takes only = and !=, and no range`(key: String) {
    #expect(findings(policy(scope: "\(key)=4026531841", "\(key)!=7")) == [])
    for wrong in ["<7", ">=7", "=7-9"] {
      #expect(findings(policy(scope: key + wrong)).count == 1, "\(key)\(wrong)")
    }
  }

  @Test func `a longer name is compared by its first 15 bytes, and the linter says so`() {
    let owner = Owner { $0.comm = "systemd-resolve" }
    #expect(wants(scope: ["comm=systemd-resolved"], owner: owner))
    let text = """
      type: policy
      name: a
      scope: [comm=systemd-resolved]
      rules: [{event: net_packet_tcp}]
      """
    #expect(places(text) == ["3:14 comm-truncated"])
  }

  @Test func `host and a number before an executable also fix the mount namespace`() {
    let host = Owner {
      $0.executable = "/bin/nc"
      $0.mountNamespace = 7
      $0.isInHostMountNamespace = true
    }
    let inside = Owner {
      $0.executable = "/bin/nc"
      $0.mountNamespace = 9
    }
    func matched(_ value: String) -> [Bool] {
      [host, inside].map { wants(scope: ["executable=\(value)"], owner: $0) }
    }
    #expect(matched("/bin/nc") == [true, true])
    #expect(matched("host:/bin/nc") == [true, false])
    #expect(matched("9:/bin/*") == [false, true])
  }

  @Test func `a cgroup is its path or any descendant of it`() {
    let paths = ["/", "/a", "/a/b", "/a/b/c", "/ab"]
    func matched(_ value: String) -> [String] {
      paths.filter { path in
        wants(scope: ["cgroup=\(value)"], owner: Owner { $0.cgroupPath = path })
      }
    }
    #expect(matched("/a") == ["/a", "/a/b", "/a/b/c"])
    #expect(matched("/a/") == matched("/a"))
    #expect(matched("/") == paths)
  }

  @Test func `a container's id is any prefix, and each that matches`() {
    let ids = ["3f9a", "3f00", "a3f9"]
    let matched = ids.filter { id in
      wants(scope: ["container=3f"], owner: Owner { $0.containerID = id })
    }
    #expect(matched == ["3f9a", "3f00"])
  }

  @Test func `container!=new also passes processes of the host, unless container stands beside it`()
  {
    let host = Owner()
    let old = Owner { $0.containerID = "3f" }
    let new = Owner {
      $0.containerID = "3f"
      $0.isContainerNew = true
    }
    #expect(
      [host, old, new].map { wants(scope: ["container!=new"], owner: $0) } == [true, true, false])
    #expect(
      [host, old, new].map { wants(scope: ["container", "container!=new"], owner: $0) } == [
        false, true, false,
      ])
  }

  @Test func `pid=new is whatever the id, and beside ids it is one of the alternatives`() {
    let new = Owner {
      $0.processID = 9
      $0.isNew = true
    }
    let old = Owner { $0.processID = 7 }
    let other = Owner { $0.processID = 8 }
    #expect(
      [new, old, other].map { wants(scope: ["pid=new,7"], owner: $0) } == [true, true, false])
    #expect([new, old].map { wants(filters: ["pid=new"], owner: $0) } == [true, false])
  }

  @Test func `tree is that process or any descendant`() {
    let itself = Owner { $0.processID = 7 }
    let grandchild = Owner {
      $0.processID = 9
      $0.ancestors = [8, 7, 1]
    }
    #expect(wants(scope: ["tree=7"], owner: itself))
    #expect(wants(scope: ["tree=7"], owner: grandchild))
    #expect(!wants(scope: ["tree!=7"], owner: grandchild))
    #expect(!wants(scope: ["tree=9"], owner: itself))
  }

  @Test func `who once matched the scope stays in with follow, whatever else the scope says`() {
    let before = Owner { $0.comm = "a" }
    let now = Owner {
      $0.comm = "b"
      $0.followedPolicies = [0]
    }
    let never = Owner { $0.comm = "b" }
    func matched(_ scope: String...) -> [Bool] {
      [before, now, never].map { wants(scope: scope, owner: $0) }
    }
    #expect(matched("follow", "comm=a") == [true, true, false])
    #expect(matched("comm=a") == [true, false, false])
    #expect(
      [before, now].map { wants(scope: ["follow", "comm=a"], filters: ["comm=a"], owner: $0) } == [
        true, false,
      ])
  }

  @Test func `a packet with no owner matches global only`() {
    #expect(wants(scope: ["global"], owner: nil))
    for scope in ["uid>=0", "not-container", "comm!=x", "pid!=new", "container!=new"] {
      #expect(!wants(scope: [scope], owner: nil), "\(scope)")
      #expect(!wants(scope: ["global"], filters: [scope], owner: nil), "\(scope)")
    }
  }

  @Test(arguments: [
    ("pid", "hostPid"), ("processId", "hostProcessId"), ("p", "hostPid"), ("tid", "hostTid"),
    ("threadId", "hostThreadId"), ("ppid", "hostPpid"), ("parentProcessId", "hostParentProcessId"),
  ])
  func `in a rule, ids are those inside the process's own pid namespace, and host ids the host's`(
    inside: String, host: String
  ) {
    let owner = Owner {
      ($0.processID, $0.threadID, $0.parentProcessID) = (100, 100, 100)
      ($0.namespacedProcessID, $0.namespacedThreadID, $0.namespacedParentProcessID) = (7, 7, 7)
    }
    #expect(wants(filters: ["\(inside)=7"], owner: owner))
    #expect(!wants(filters: ["\(inside)=100"], owner: owner))
    #expect(wants(filters: ["\(host)=100"], owner: owner))
    #expect(!wants(filters: ["\(host)=7"], owner: owner))
  }

  @Test func `in a rule there are also processorId, syscall, and host for not-container`() {
    #expect(wants(filters: ["processorId=3"], packet: Packet("processorId", .number(3))))
    #expect(!wants(filters: ["processorId=3"], packet: Packet("processorId", .number(4))))
    #expect(wants(filters: ["syscall=send*"], packet: Packet("syscall", .text("sendto"))))
    #expect(rule(policy(filters: "host")) == rule(policy(filters: "not-container")))
    #expect(rule(policy(filters: "host")) != nil)
  }
}
