// SPDX-License-Identifier: Apache-2.0

import Policy
import Testing

/// What filters compile to, and what is said of those that mean nothing.
struct FilterMeaningTests {
  @Test func `a scope becomes typed clauses, one for each key`() {
    let rule = rule(
      policy(scope: "comm=a,b*", "comm!=c", "uid>=1000", "u<=0x7ff", "pid=1-5", "not-container"))
    #expect(
      rule?.scope == [
        Clause(
          .comm,
          Condition(
            included: [.text(.exact("a")), .text(.prefix("b"))], excluded: [.text(.exact("c"))])),
        Clause(
          .userID, Condition(bounds: [Bound(.greaterOrEqual, 1000), Bound(.lessOrEqual, 0x7ff)])),
        Clause(.processID, Condition(included: [.numbers(1...5)])),
        Clause(.container, Condition(included: [.numbers(0...0)])),
      ])
    #expect(rule?.filters == [])
  }

  @Test func `global is no clause`() {
    #expect(rule(policy(scope: "global")) == PlanRule(policy: 0, event: .tcp))
  }

  @Test func `filters of packets are typed by their fields`() {
    let rule = rule(
      policy(
        filters: "data.src=10.0.0.0/8", "data.dst!=::1", "data.dst_port=80,8000-8999",
        "args.src_port>1023", "data.metadata.direction=egress"))
    #expect(
      rule?.filters == [
        Clause(
          .source,
          Condition(included: [
            .addresses(IPAddress(ipv4: 0x0a00_0000)...IPAddress(ipv4: 0x0aff_ffff))
          ])),
        Clause(
          .destination,
          Condition(excluded: [.addresses(IPAddress(high: 0, low: 1)...IPAddress(high: 0, low: 1))])
        ),
        Clause(.destinationPort, Condition(included: [.numbers(80...80), .numbers(8000...8999)])),
        Clause(.sourcePort, Condition(bounds: [Bound(.greater, 1023)])),
        Clause(.direction, Condition(included: [.numbers(1...1)])),
      ])
    #expect(rule?.scope == [])
  }

  @Test func `a cgroup is its path and all below it`() {
    let slice: [Operand] = [.text(.exact("/a.slice")), .text(.prefix("/a.slice/"))]
    #expect(included("cgroup=/a.slice") == slice)
    #expect(included("cgroup=/a.slice/") == slice)
    #expect(included("cgroup=/") == [.text(.prefix("/"))])
  }

  @Test func `a name of a task is compared by the 15 bytes that the kernel keeps`() {
    #expect(included("comm=0123456789abcdefg") == [.text(.exact("0123456789abcde"))])
    #expect(included("comm=0123456789abcdefg*") == [.text(.prefix("0123456789abcde"))])
    #expect(included("comm=*cdefg") == [.text(.suffix("cdefg"))])
    #expect(included("comm=*") == [.text(.contains(""))])
    #expect(included("comm=a*b") == [.text(.exact("a*b"))])
  }

  @Test func `words ask for states, beside values of the key`() {
    #expect(included("pid=new,7") == [.member("state", .exact("new")), .numbers(7...7)])
    #expect(included("container=new") == [.member("state", .exact("new"))])
    #expect(
      included("c=started,3f") == [.member("state", .exact("started")), .text(.prefix("3f"))])
    #expect(included("executable=host:/bin/nc") == [.member("host", .exact("/bin/nc"))])
    #expect(included("tree=7") == [.numbers(7...7)])
  }

  @Test func `follow sets the scope apart, which must hold now or have held once`() {
    let rule = rule(policy(scope: ["follow", "comm=a"], rules: [("net_packet_tcp", ["uid=0"])]))
    #expect(rule?.followed == [Clause(.comm, Condition(included: [.text(.exact("a"))]))])
    #expect(rule?.scope == [Clause(.userID, Condition(included: [.numbers(0...0)]))])
  }

  @Test(arguments: ["comm", "executable", "uts"])
  func `a star at either end of a text stands for anything`(key: String) {
    #expect(included("\(key)=*/nc") == [.text(.suffix("/nc"))])
    #expect(included("\(key)=/bin/*") == [.text(.prefix("/bin/"))])
    #expect(included("\(key)=*bin*") == [.text(.contains("bin"))])
    #expect(included("\(key)=**") == [.text(.contains(""))])
  }

  @Test func `keys of a scope narrow it further in a rule, and both hold`() {
    let rule = rule(policy(scope: ["comm=a"], rules: [("net_packet_tcp", ["comm=b", "host"])]))
    #expect(
      rule?.scope == [
        Clause(.comm, Condition(included: [.text(.exact("a"))])),
        Clause(.comm, Condition(included: [.text(.exact("b"))])),
        Clause(.container, Condition(included: [.numbers(0...0)])),
      ])
  }

  @Test(arguments: [
    ("com=a", "unknown-scope 2:1-4 `com` is not a scope (did you mean `comm`?)"),
    ("host", "unknown-scope 2:1-5 `host` is not a scope (write not-container)"),
    (
      "data.dst_port=80",
      """
      unknown-scope 2:1-14 `data.dst_port` is not a scope (move it to a rule's `filters`)
      """
    ),
    (
      "global=1",
      """
      invalid-operator 2:7-8 `global` takes no operator and no value (write `global` alone)
      """
    ),
    (
      "uid",
      """
      invalid-operator 2:1-4 `uid` needs an operator and a value (it takes integers from 0 to \
      4294967295, such as 1000, 0x3e8 or 1000-2000)
      """
    ),
    (
      "comm<a",
      """
      invalid-operator 2:5-6 `comm` is not ordered: it takes only = and != (it takes text, such \
      as name, name*, *name or *name*)
      """
    ),
    (
      "uid=root",
      """
      invalid-value 2:5-9 `root` is not an integer (write the number that `id -u root` prints)
      """
    ),
    (
      "uid=5-1",
      """
      invalid-value 2:5-8 the range `5-1` is empty (write `1-5`)
      """
    ),
    (
      "cgroup=a",
      """
      invalid-value 2:8-9 `a` is not an absolute path (`cgroup` takes absolute paths, such as \
      /system.slice)
      """
    ),
  ])
  func `a scope that means nothing is reported at the word`(scope: String, finding: String) {
    #expect(findings(policy(scope: scope)) == [finding])
  }
  @Test(arguments: [
    (
      "data.dts_port=80",
      """
      unknown-field 4:1-14 no event has a field `data.dts_port` (did you mean \
      `data.dst_port`?)
      """
    ),
    ("dst_port=80", "unknown-field 4:1-9 `dst_port` is not a field (write data.dst_port)"),
    (
      "global",
      """
      unknown-field 4:1-7 `global` is not a field (move it to the policy's `scope`)
      """
    ),
    (
      "data.proto_tcp=1",
      """
      unknown-field 4:1-15 `data.proto_tcp` is a structure, not a value (name one of its 17 \
      members, such as data.proto_tcp.srcPort)
      """
    ),
    (
      "data.proto_http.headers=x",
      """
      unknown-field 4:1-24 `data.proto_http.headers` has one value for each name (write \
      data.proto_http.headers.NAME)
      """
    ),
    (
      "data.dst_port",
      """
      invalid-operator 4:1-14 `data.dst_port` needs an operator and a value (it takes ports \
      from 0 to 65535, such as 443, https or 8000-8999)
      """
    ),
    (
      "data.dst_port=70000",
      """
      invalid-value 4:15-20 70000 is more than 65535 (`data.dst_port` takes ports from 0 to \
      65535, such as 443, https or 8000-8999)
      """
    ),
    (
      "data.src>1.1.1.1",
      """
      invalid-operator 4:9-10 `data.src` is not ordered: it takes only = and != (it takes \
      addresses, such as 10.1.2.3, 10.0.0.0/8, 10.0.0.1-10.0.0.9, 10.1.*, fe80::/10 or private)
      """
    ),
    (
      "data.metadata.direction=out",
      """
      invalid-value 4:25-28 `out` is not one of the names: did you mean `egress`? \
      (`data.metadata.direction` takes a name (ingress, egress) or a number from 0 to 1)
      """
    ),
    (
      "data.metadata.direction=egres",
      """
      invalid-value 4:25-30 `egres` is not one of the names: did you mean `egress`? \
      (`data.metadata.direction` takes a name (ingress, egress) or a number from 0 to 1)
      """
    ),
  ])
  func `a filter that means nothing is reported at the word`(filter: String, finding: String) {
    #expect(findings(policy(filters: filter)) == [finding])
  }

  /// The values after `=` of a policy with one scope.
  private func included(_ scope: String) -> [Operand]? {
    rule(policy(scope: scope))?.scope[0].condition.included
  }
}
